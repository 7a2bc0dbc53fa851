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
import data.tollgate.lib.spending

require_approval contains finding.awaiting(report(fit, budget), limits.approval_group, 1) if {
	some [fit, budget] in adding
	fit.exceeds == true
	not fit.exceeds_without == true
}

require_approval contains finding.awaiting(unknown(fit, budget), limits.approval_group, 1) if {
	some [fit, budget] in adding
	fit.exceeds == null
	fit.added_micros > limits.increase_floor_micros
}

# An estimate in another currency, or a budget whose amount is not known: there is nothing to hold it against.
require_approval contains finding.awaiting(unheld(budget), limits.approval_group, 1) if {
	input.planned.monthly_increase_micros > 0
	some budget in input.budgets
	not held(budget)
}

warn contains finding.of(report(fit, budget)) if {
	some [fit, budget] in adding
	fit.exceeds == true
	fit.exceeds_without == true
}

warn contains finding.of(unknown(fit, budget)) if {
	some [fit, budget] in adding
	fit.exceeds == null
	fit.added_micros <= limits.increase_floor_micros
}

warn contains finding.of(possible(fit, budget)) if {
	some [fit, budget] in adding
	fit.exceeds == false
	fit.projected_high_micros > fit.limit_micros
}

limits := input.settings.thresholds.cost

adding contains [fit, budget] if {
	some fit in input.fits
	fit.added_micros > 0
	some budget in input.budgets
	budget.name == fit.budget
}

held(budget) if {
	some fit in input.fits
	fit.budget == budget.name
}

unheld(budget) := spending.about(budget, {
	"message": sprintf("the change could not be held against the budget `%s`: its estimate is in %s, the budget in %s", [
		budget.name, input.planned.currency, currency(budget),
	]),
	"observed": {"currency": input.planned.currency},
	"threshold": {"currency": currency(budget)},
})

currency(budget) := budget.currency if budget.currency != null

currency(budget) := "a currency that is not known" if budget.currency == null

report(fit, budget) := cited(fit, budget, {"message": sprintf(
	"the change adds %s until %s: the budget `%s` will then have spent %s of %s%s",
	[
		spending.money(budget, fit.added_micros), spending.period_ends(budget), budget.name,
		projected(fit, budget), spending.money(budget, fit.limit_micros), anyway(fit),
	],
)})

possible(fit, budget) := cited(fit, budget, {"message": sprintf(
	"with the change, the budget `%s` may have spent up to %s of %s at the end of its period",
	[
		budget.name, spending.money(budget, fit.projected_high_micros), spending.money(budget, fit.limit_micros),
	],
)})

unknown(fit, budget) := cited(fit, budget, {"message": sprintf(
	"nobody can say whether the budget `%s` holds the %s that the change adds: its spend or its forecast is not known",
	[budget.name, spending.money(budget, fit.added_micros)],
)})

projected(fit, budget) := spending.money(budget, fit.projected_micros) if fit.projected_micros != null

projected(fit, budget) := "more than there is" if fit.projected_micros == null

anyway(fit) := ", which it would exceed anyway" if fit.exceeds_without == true

anyway(fit) := "" if not fit.exceeds_without == true

cited(fit, budget, fields) := object.union(spending.about(budget, fields), {
	"observed": {
		"added_micros": fit.added_micros,
		"projected_micros": fit.projected_micros,
		"projected_high_micros": fit.projected_high_micros,
		"exceeds": fit.exceeds,
	},
	"threshold": {"limit_micros": fit.limit_micros},
	"evidence": [budget.evidence.id, budget.forecast_evidence.id],
	"retry_at": spending.period_ends(budget),
})
