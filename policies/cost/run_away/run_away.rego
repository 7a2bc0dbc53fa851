# METADATA
# title: No day ran away
# description: >-
#   A day that costs far more than the days before it is a mistake until somebody says that it is none. The
#   distance is measured so that single expensive days do not hide the next one. A charge that comes on that day of
#   each month is no part of it. A day that is not over yet is far as soon as what is known of it is.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Find what was started on that day, and stop it or have it approved.
#   runbook: https://runbooks.example.com/tollgate/run-away
#   source: modified z-score above 3.5, Iglewicz and Hoaglin (1993), NIST/SEMATECH e-Handbook, 1.3.5.17
package tollgate.cost.run_away

import data.tollgate.lib.finding
import data.tollgate.lib.spending

require_approval contains finding.awaiting(report(budget, day), budget.owner, 1) if {
	some [budget, day] in ran_away
	not spending.mending(input.spending)
}

warn contains finding.of(report(budget, day)) if {
	some [budget, day] in ran_away
	spending.mending(input.spending)
}

# The newest day speaks for those before it.
ran_away contains [budget, day] if {
	some budget in input.budgets
	some day in budget.run_aways
	is_run_away(day)
	day.day == max([other.day | some other in budget.run_aways; is_run_away(other)])
}

is_run_away(day) if {
	day.excess_micros > input.settings.thresholds.cost.run_away_min_micros
	far(day)
}

far(day) if day.score_micro > input.settings.thresholds.cost.run_away_score_micro

# All days before it cost the same: any excess is far.
far(day) if day.spread == "none"

report(budget, day) := spending.about(budget, {
	"message": sprintf("on %s the budget `%s` was charged %s%s, %s more than the median of the %d days before", [
		day.day, budget.name, spending.money(budget, day.amount_micros), so_far(day),
		spending.money(budget, day.excess_micros), day.days,
	]),
	"observed": {
		"amount_micros": day.amount_micros,
		"median_micros": day.median_micros,
		"score_micro": day.score_micro,
		"spread": day.spread,
	},
	"threshold": {
		"score_micro": input.settings.thresholds.cost.run_away_score_micro,
		"excess_micros": input.settings.thresholds.cost.run_away_min_micros,
	},
	"urgency": "page",
})

so_far(day) := "" if day.is_whole

so_far(day) := " so far" if not day.is_whole
