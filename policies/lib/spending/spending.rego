# METADATA
# title: What spend it is
# description: The words that rules use for budgets. Whatever is not known is never inside a budget.
package tollgate.lib.spending

import data.tollgate.lib.format

# It makes things better: what would stop a feature may go ahead.
mending(spending) if spending.purpose in {"fix", "rollback"}

# The last steps of a kind that a budget has surely reached: steps only become stricter. Several can have one share.
last_steps(budget, kind) := {step |
	some step in budget.steps
	step.kind == kind
	step.share_ppm == max([other.share_ppm | some other in budget.steps; other.kind == kind; other.reached == true])
}

# Steps of the forecast that hold changes up, of which nobody can say whether they are reached: the spend is known, and
# what will be spent is not.
undecided(budget) := [step |
	some step in budget.steps
	budget.evidence.status == "ok"
	step.kind == "forecast"
	step.enforcement != "inform"
	step.reached == null
]

# The first steps of the forecast that are within its interval and not reached by its mean.
within_reach(budget) := {step |
	some step in budget.steps
	step.within_reach == true
	step.share_ppm == min([other.share_ppm | some other in budget.steps; other.within_reach == true])
}

# Everybody sees the amount, nobody is shown a limit that is exceeded as if it was not.
money(budget, micros) := format.money(micros, budget.currency) if micros >= 0

# Less than a cent below nothing is nothing, and has no sign.
money(budget, micros) := format.money(0, budget.currency) if {
	micros < 0
	micros > -10000
}

money(budget, micros) := concat("", ["-", format.money(whole_cents(0 - micros), budget.currency)]) if {
	is_number(micros)
	micros <= -10000
}

money(_, null) := format.unknown

whole_cents(micros) := format.quotient(micros, 10000) * 10000

share(ppm) := format.percent(ppm) if ppm >= 0

# Less than a tenth of a percent below nothing is nothing.
share(ppm) := format.percent(0) if {
	ppm < 0
	ppm > -1000
}

share(ppm) := concat("", ["-", format.percent(0 - ppm)]) if {
	is_number(ppm)
	ppm <= -1000
}

share(null) := format.unknown

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
	"message": sprintf("the budget `%s` will have spent %s of %s at the end of its period%s, %s (step %s)%s: %s", [
		budget.name, money(budget, budget.forecast.mean_micros), money(budget, budget.limit_at_end_micros),
		made_of(budget), share(budget.forecast.projected_ppm), share(step.share_ppm), exhausted(budget),
		meaning(budget, step, ""),
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

# That a step of the forecast may be reached, by its upper bound.
possible(budget, step) := object.union(about(budget, {
	"message": sprintf("the budget `%s` may have spent up to %s of %s at the end of its period%s: %s", [
		budget.name, money(budget, budget.forecast.high_micros), money(budget, budget.limit_at_end_micros),
		made_of(budget), sprintf("its step %s (%s) is within reach", [share(step.share_ppm), step.enforcement]),
	]),
	"observed": {"mean_micros": budget.forecast.mean_micros, "high_micros": budget.forecast.high_micros},
	"threshold": {"share_ppm": step.share_ppm, "limit_micros": budget.limit_at_end_micros},
}), {"evidence": [budget.evidence.id, budget.forecast_evidence.id]})

# That nobody can say whether a step of the forecast is reached.
unforeseen(budget, step) := object.union(about(budget, {
	"message": sprintf("nobody can say whether the budget `%s` reaches its step %s (%s) by the end of its period: %s", [
		budget.name, share(step.share_ppm), step.enforcement, unforeseen_since(budget),
	]),
	"observed": {"mean_micros": null},
	"threshold": {"share_ppm": step.share_ppm},
}), {"evidence": [budget.evidence.id, budget.forecast_evidence.id]})

unforeseen_since(budget) := budget.forecast_evidence.reason if budget.forecast_evidence.reason != null

unforeseen_since(budget) := "its forecast is not known" if budget.forecast_evidence.reason == null

# What a forecast is made of, where it is one of the days before.
made_of(budget) := sprintf(" (%s a day%s%s)", [
	money(budget, budget.forecast.parts.daily_rate_micros), growing(budget.forecast.parts),
	charged(budget, budget.forecast.parts),
]) if {
	budget.forecast.parts != null
} else := ""

growing(parts) := sprintf(", growing by %s a month", [share(parts.growth_month_ppm)]) if parts.growth_month_ppm >= 1000

growing(parts) := sprintf(", falling by %s a month", [share(0 - parts.growth_month_ppm)]) if {
	parts.growth_month_ppm <= -1000
}

growing(parts) := "" if {
	parts.growth_month_ppm > -1000
	parts.growth_month_ppm < 1000
}

charged(budget, parts) := sprintf(", and %s of monthly charges to come", [
	money(budget, parts.recurring_to_come_micros),
]) if {
	parts.recurring_to_come_micros > 0
}

charged(_, parts) := "" if parts.recurring_to_come_micros <= 0

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
