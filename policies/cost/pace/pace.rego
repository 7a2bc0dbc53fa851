# METADATA
# title: Spend keeps its pace
# description: >-
#   A budget that goes much faster than its period is looked at before it is gone. The first days say little, so
#   they are left out.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Look at what costs more than was planned, and slow it down.
#   runbook: https://runbooks.example.com/tollgate/pace
#   waiver: {of: budget, by: another_team}
#   source: pace of spend over elapsed share of the period, as FinOps teams review it; a quarter faster than planned
package tollgate.cost.pace

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.spending

require_approval contains finding.awaiting(told(budget), budget.owner, 1) if {
	some budget in fast
	may_not_last(budget)
	not spending.mending(input.spending)
}

warn contains finding.of(report(budget)) if {
	some budget in fast
	not may_not_last(budget)
}

warn contains finding.of(told(budget)) if {
	some budget in fast
	may_not_last(budget)
	spending.mending(input.spending)
}

may_not_last(budget) if budget.forecast.projected_ppm >= 1000000

# Nobody can say whether it lasts: a person does.
may_not_last(budget) if budget.forecast == null

fast contains budget if {
	some budget in input.budgets
	budget.pace.pace_ppm > input.settings.thresholds.cost.pace_ppm
	budget.period.days_known >= input.settings.thresholds.cost.pace_min_days
}

# Its owner is told of what will not last.
told(budget) := object.union(report(budget), {"urgency": "ticket"})

report(budget) := spending.about(budget, {
	"message": sprintf("the budget `%s` is being spent %s times as fast as planned: %s, with %s of the period over", [
		budget.name, format.factor(budget.pace.pace_ppm), spending.share(budget.pace.spent_ppm),
		spending.share(budget.pace.expected_ppm),
	]),
	"observed": {
		"pace_ppm": budget.pace.pace_ppm,
		"spent_ppm": budget.pace.spent_ppm,
		"expected_ppm": budget.pace.expected_ppm,
		"weighting": budget.pace.weighting,
		"days_to_exhaustion": budget.days_to_exhaustion,
	},
	"threshold": {"pace_ppm": input.settings.thresholds.cost.pace_ppm},
})
