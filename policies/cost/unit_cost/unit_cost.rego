# METADATA
# title: A request costs what it did
# description: >-
#   A bill may grow with the traffic. What a thousand requests cost should not: where it grows, something became
#   more expensive by itself.
# custom:
#   owner: finops
#   effect: warn
#   remediation: Look at what the service does for each request that it did not do a month ago.
#   runbook: https://runbooks.example.com/tollgate/unit-cost
#   source: FinOps Framework, unit economics; a week held against the four weeks before it
package tollgate.cost.unit_cost

import data.tollgate.lib.finding
import data.tollgate.lib.spending

warn contains finding.of(spending.about(budget, {
	"message": sprintf("a thousand requests of `%s` cost %s, %s more than in the four weeks before (limit %s)", [
		budget.name, spending.money(budget, budget.unit_cost.per_thousand_micros),
		spending.share(budget.unit_cost.increase_ppm), spending.share(limits.unit_cost_increase_ppm),
	]),
	"observed": {
		"per_thousand_micros": budget.unit_cost.per_thousand_micros,
		"per_thousand_before_micros": budget.unit_cost.per_thousand_before_micros,
		"increase_ppm": budget.unit_cost.increase_ppm,
		"requests": budget.unit_cost.requests,
	},
	"threshold": {"increase_ppm": limits.unit_cost_increase_ppm, "requests": limits.unit_cost_min_requests},
})) if {
	some budget in input.budgets
	budget.unit_cost.increase_ppm > limits.unit_cost_increase_ppm
	budget.unit_cost.requests >= limits.unit_cost_min_requests
}

limits := input.settings.thresholds.cost
