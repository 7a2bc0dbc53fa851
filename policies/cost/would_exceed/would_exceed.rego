# METADATA
# title: A planned change keeps its budgets
# description: >-
#   What is spent, what is forecast for the rest of the period and what a change adds until its end may not come to
#   more than the budget. A change of a budget that is over anyway is held up by the budget's steps; here it is
#   warned of.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Make the change smaller, wait for the next period, or have the budget changed first.
#   runbook: https://runbooks.example.com/tollgate/would-exceed
#   source: spent + forecast for the rest + planned increase for the days that are left, against the amount
package tollgate.cost.would_exceed

import data.tollgate.lib.finding
import data.tollgate.lib.fit

require_approval contains finding.awaiting(fit.exceeding(planned, budget), limits.approval_group, 1) if {
	some [planned, budget] in adding
	planned.exceeds == true
	not planned.exceeds_without == true
}

require_approval contains finding.awaiting(fit.unknown(planned, budget), limits.approval_group, 1) if {
	some [planned, budget] in adding
	planned.exceeds == null
	planned.added_micros > limits.increase_floor_micros
}

# An estimate in another currency, or a budget whose amount is not known: there is nothing to hold it against.
require_approval contains finding.awaiting(fit.unheld(input.planned.currency, budget), limits.approval_group, 1) if {
	input.planned.monthly_increase_micros > 0
	some budget in input.budgets
	not fit.held(input.fits, budget)
}

warn contains finding.of(fit.exceeding(planned, budget)) if {
	some [planned, budget] in adding
	planned.exceeds == true
	planned.exceeds_without == true
}

warn contains finding.of(fit.unknown(planned, budget)) if {
	some [planned, budget] in adding
	planned.exceeds == null
	planned.added_micros <= limits.increase_floor_micros
}

warn contains finding.of(fit.possible(planned, budget)) if {
	some [planned, budget] in adding
	planned.exceeds == false
	planned.projected_high_micros > planned.limit_micros
}

limits := input.settings.thresholds.cost

adding := fit.adding(input.fits, input.budgets)
