# METADATA
# title: The change keeps its budgets
# description: >-
#   What is spent, what is forecast for the rest of the period and what the change adds until its end may not come to
#   more than the budget. A change of a budget that is over anyway is held up by the budget's steps; here it is
#   warned of, as a fix or a rollback is.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Make the change smaller, wait for the next period, or have the budget changed first.
#   runbook: https://runbooks.example.com/tollgate/would-exceed
#   source: spent + forecast for the rest + planned increase for the days that are left, against the amount
package tollgate.change.would_exceed

import data.tollgate.lib.finding
import data.tollgate.lib.fit
import data.tollgate.lib.scope

require_approval contains finding.awaiting(report, input.settings.thresholds.cost.approval_group, 1) if {
	some report in held_up
	not scope.mending(input.change)
}

warn contains finding.of(report) if {
	some report in held_up
	scope.mending(input.change)
}

warn contains finding.of(fit.exceeding(planned, budget)) if {
	some [planned, budget] in adding
	planned.exceeds == true
	planned.exceeds_without == true
}

warn contains finding.of(fit.unknown(planned, budget)) if {
	some [planned, budget] in adding
	planned.exceeds == null
	planned.added_micros <= floor_micros
}

warn contains finding.of(fit.possible(planned, budget)) if {
	some [planned, budget] in adding
	planned.exceeds == false
	planned.projected_high_micros > planned.limit_micros
}

held_up contains fit.exceeding(planned, budget) if {
	some [planned, budget] in adding
	planned.exceeds == true
	not planned.exceeds_without == true
}

held_up contains fit.unknown(planned, budget) if {
	some [planned, budget] in adding
	planned.exceeds == null
	planned.added_micros > floor_micros
}

# An estimate in another currency, or a budget whose amount is not known: there is nothing to hold it against.
held_up contains fit.unheld(input.cost.currency, budget) if {
	input.cost.monthly_increase_micros > 0
	some budget in input.spend.budgets
	not fit.held(input.spend.fits, budget)
}

floor_micros := input.settings.thresholds.cost.increase_floor_micros

adding := fit.adding(input.spend.fits, input.spend.budgets)
