# METADATA
# title: The forecast is short of its steps
# description: >-
#   What will have been spent at the end of the period is held against steps of its own, so that there is time to
#   act.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Spend less for the rest of the period, or have the budget changed in `data/budgets`.
#   runbook: https://runbooks.example.com/tollgate/step-forecast
#   source: budgeting practice, steps of the forecast beside those of what was spent
package tollgate.cost.step_forecast

import data.tollgate.lib.finding
import data.tollgate.lib.spending

deny contains finding.of(report(budget, step)) if {
	some [budget, step] in reached
	step.enforcement == "freeze"
	not spending.mending(input.spending)
}

require_approval contains finding.awaiting(report(budget, step), budget.owner, 1) if {
	some [budget, step] in reached
	step.enforcement == "approve"
	not spending.mending(input.spending)
}

warn contains finding.of(report(budget, step)) if {
	some [budget, step] in reached
	step.enforcement == "inform"
}

warn contains finding.of(report(budget, step)) if {
	some [budget, step] in reached
	step.enforcement != "inform"
	spending.mending(input.spending)
}

reached contains [budget, step] if {
	some budget in input.budgets
	step := spending.last_step(budget, "forecast")
}

report(budget, step) := object.union(spending.about(budget, {
	"message": sprintf("the budget `%s` will have spent %s of %s at the end of its period, %s (step %s)%s: %s", [
		budget.name, spending.money(budget, budget.forecast.mean_micros),
		spending.money(budget, budget.limit_at_end_micros), spending.share(budget.forecast.projected_ppm),
		spending.share(step.share_ppm), exhausted(budget), spending.meanings[step.enforcement],
	]),
	"observed": {
		"mean_micros": budget.forecast.mean_micros,
		"low_micros": budget.forecast.low_micros,
		"high_micros": budget.forecast.high_micros,
		"method": budget.forecast.method,
	},
	"threshold": {"share_ppm": step.share_ppm, "limit_micros": budget.limit_at_end_micros},
	"retry_at": spending.period_ends(budget),
	"urgency": spending.urgency(step),
}), {"evidence": [budget.evidence.id, budget.forecast_evidence.id]})

exhausted(budget) := "" if budget.exhausted_on == null

exhausted(budget) := sprintf(" and be used up on %s", [budget.exhausted_on]) if budget.exhausted_on != null
