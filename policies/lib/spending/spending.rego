# METADATA
# title: What spend it is
# description: The words that rules use for budgets. Whatever is not known is never inside a budget.
package tollgate.lib.spending

import data.tollgate.lib.format

# It makes things better: what would stop a feature may go ahead.
mending(spending) if spending.purpose in {"fix", "rollback"}

# The last step of a kind that a budget has surely reached: steps only become stricter.
last_step(budget, kind) := step if {
	shares := [step.share_ppm | some step in budget.steps; step.kind == kind; step.reached == true]
	some step in budget.steps
	step.kind == kind
	step.share_ppm == max(shares)
}

# Everybody sees the amount, nobody is shown a limit that is exceeded as if it was not.
money(budget, micros) := format.money(micros, budget.currency) if micros >= 0

money(budget, micros) := concat("", ["-", format.money(0 - micros, budget.currency)]) if micros < 0

share(ppm) := format.percent(ppm) if ppm >= 0

share(ppm) := concat("", ["-", format.percent(0 - ppm)]) if ppm < 0

# What every finding about a budget says of it.
about(budget, fields) := object.union({"evidence": [budget.evidence.id], "owner": budget.owner}, fields)

# A budget of everything is none of a service's own.
has_own(budgets) if {
	some budget in budgets
	budget.own
}

# When the amount is whole again.
period_ends(budget) := budget.period.ends_at

# That a step of what was spent is reached.
spent(budget, step) := about(budget, {
	"message": sprintf("the budget `%s` has spent %s of %s, which is %s (step %s): %s", [
		budget.name, money(budget, budget.spent_micros), money(budget, budget.limit_micros), share(budget.share_ppm),
		share(step.share_ppm), meaning(budget, step, sprintf(" until %s", [period_ends(budget)])),
	]),
	"observed": {"spent_micros": budget.spent_micros, "share_ppm": budget.share_ppm},
	"threshold": {"share_ppm": step.share_ppm, "limit_micros": budget.limit_micros},
	"retry_at": period_ends(budget),
	"urgency": urgency(step),
})

# That a step of the forecast is reached.
forecast(budget, step) := object.union(about(budget, {
	"message": sprintf("the budget `%s` will have spent %s of %s at the end of its period, %s (step %s)%s: %s", [
		budget.name, money(budget, budget.forecast.mean_micros), money(budget, budget.limit_at_end_micros),
		share(budget.forecast.projected_ppm), share(step.share_ppm), exhausted(budget), meaning(budget, step, ""),
	]),
	"observed": {
		"mean_micros": budget.forecast.mean_micros,
		"low_micros": budget.forecast.low_micros,
		"high_micros": budget.forecast.high_micros,
		"method": budget.forecast.method,
	},
	"threshold": {"share_ppm": step.share_ppm, "limit_micros": budget.limit_at_end_micros},
	"retry_at": period_ends(budget),
	"urgency": urgency(step),
}), {"evidence": [budget.evidence.id, budget.forecast_evidence.id]})

exhausted(budget) := "" if budget.exhausted_on == null

exhausted(budget) := sprintf(", and will be used up on %s", [budget.exhausted_on]) if budget.exhausted_on != null

# What nobody is known to spend holds nobody up, and does not say that it does.
meaning(budget, step, until) := concat("", [meanings[step.enforcement], until]) if not idle(budget, step)

meaning(budget, step, _) := "nothing waits, since no service is known to spend it" if idle(budget, step)

idle(budget, step) if {
	budget.services_held == 0
	step.enforcement != "inform"
}

meanings := {
	"inform": "its owner is notified",
	"approve": "changes need the owner's approval",
	"freeze": "only fixes and rollbacks go ahead",
}

# A freeze stops people: somebody must act now.
urgency(step) := "page" if step.enforcement == "freeze"

urgency(step) := "ticket" if step.enforcement != "freeze"
