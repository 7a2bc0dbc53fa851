# METADATA
# title: How a planned change fits its budgets
# description: The words that rules use for what a change adds to budgets.
package tollgate.lib.fit

import data.tollgate.lib.spending

# What adds to a budget, with the budget.
adding(fits, budgets) := {[planned, budget] |
	some planned in fits
	planned.added_micros > 0
	some budget in budgets
	budget.name == planned.budget
}

# Was the estimate held against the budget?
held(fits, budget) if {
	some planned in fits
	planned.budget == budget.name
}

# That the budget will be over with the change.
exceeding(planned, budget) := cited(planned, budget, {"message": sprintf(
	"the change adds %s until %s: the budget `%s` will then have spent %s of %s%s",
	[
		spending.money(budget, planned.added_micros), spending.period_ends(budget), budget.name,
		spending.money(budget, planned.projected_micros), spending.money(budget, planned.limit_micros),
		anyway(planned),
	],
)}) if {
	planned.projected_micros != null
} else := cited(planned, budget, {"message": sprintf(
	"the change adds %s until %s, which together with what is spent already is more than the %s of the budget `%s`",
	[
		spending.money(budget, planned.added_micros), spending.period_ends(budget),
		spending.money(budget, planned.limit_micros), budget.name,
	],
)})

# That it may be over with the change, by the forecast's upper bound.
possible(planned, budget) := cited(planned, budget, {"message": sprintf(
	"with the change, the budget `%s` may have spent up to %s of %s at the end of its period",
	[
		budget.name, spending.money(budget, planned.projected_high_micros),
		spending.money(budget, planned.limit_micros),
	],
)})

# That nobody knows.
unknown(planned, budget) := cited(planned, budget, {"message": sprintf(
	"nobody can say whether the budget `%s` holds the %s that the change adds: its spend or its forecast is not known",
	[budget.name, spending.money(budget, planned.added_micros)],
)})

# That the estimate is in another currency, or the budget's amount is not known.
unheld(currency, budget) := spending.about(budget, {
	"message": sprintf("the change could not be held against the budget `%s`: its estimate is in %v, the budget in %s", [
		budget.name, currency, currency_of(budget),
	]),
	"observed": {"currency": currency},
	"threshold": {"currency": currency_of(budget)},
})

currency_of(budget) := budget.currency if budget.currency != null

currency_of(budget) := "a currency that is not known" if budget.currency == null

anyway(planned) := ", which it would exceed without it, too" if planned.exceeds_without == true

anyway(planned) := "" if not planned.exceeds_without == true

cited(planned, budget, fields) := object.union(spending.about(budget, fields), {
	"observed": {
		"added_micros": planned.added_micros,
		"projected_micros": planned.projected_micros,
		"projected_high_micros": planned.projected_high_micros,
		"exceeds": planned.exceeds,
	},
	"threshold": {"limit_micros": planned.limit_micros},
	"evidence": [budget.evidence.id, budget.forecast_evidence.id],
	"retry_at": spending.period_ends(budget),
})
