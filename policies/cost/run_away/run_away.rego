# METADATA
# title: No day ran away
# description: >-
#   A day that costs far more than the days before it is a mistake until somebody says that it is none. The
#   distance is measured so that single expensive days do not hide the next one.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Find what was started on that day, and stop it or have it approved.
#   runbook: https://runbooks.example.com/tollgate/run-away
#   source: modified z-score above 3.5, Iglewicz and Hoaglin (1993), NIST/SEMATECH e-Handbook, 1.3.5.17
package tollgate.cost.run_away

import data.tollgate.lib.finding
import data.tollgate.lib.spending

require_approval contains finding.awaiting(report(budget), budget.owner, 1) if {
	some budget in ran_away
	not spending.mending(input.spending)
}

warn contains finding.of(report(budget)) if {
	some budget in ran_away
	spending.mending(input.spending)
}

ran_away contains budget if {
	some budget in input.budgets
	budget.run_away.excess_micros > input.settings.thresholds.cost.run_away_min_micros
	far(budget.run_away)
}

far(day) if day.score_micro > input.settings.thresholds.cost.run_away_score_micro

# All days before it cost the same: any excess is far.
far(day) if day.spread == "none"

report(budget) := spending.about(budget, {
	"message": sprintf("on %s the budget `%s` was charged %s, %s more than the median of the %d days before", [
		budget.run_away.day, budget.name, spending.money(budget, budget.run_away.amount_micros),
		spending.money(budget, budget.run_away.excess_micros), budget.run_away.days,
	]),
	"observed": {
		"amount_micros": budget.run_away.amount_micros,
		"median_micros": budget.run_away.median_micros,
		"score_micro": budget.run_away.score_micro,
		"spread": budget.run_away.spread,
	},
	"threshold": {
		"score_micro": input.settings.thresholds.cost.run_away_score_micro,
		"excess_micros": input.settings.thresholds.cost.run_away_min_micros,
	},
	"urgency": "page",
})
