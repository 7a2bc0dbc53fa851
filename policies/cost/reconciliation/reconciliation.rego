# METADATA
# title: The groups are the whole
# description: >-
#   Cost Explorer's groups need not add up to its total. What no group has is in no team's share, so a difference
#   of more than rounding is said.
# custom:
#   owner: finops
#   effect: warn
#   remediation: Look which charges the grouping leaves out, often credits, refunds, tax and support.
#   runbook: https://runbooks.example.com/tollgate/reconciliation
#   source: AWS documentation of GetCostAndUsage, grouped costs may differ from the total
package tollgate.cost.reconciliation

import data.tollgate.lib.finding
import data.tollgate.lib.spending

warn contains finding.of(spending.about(budget, {
	"message": sprintf("the groups of the budget `%s` come to %s and the whole to %s: %s is in no group", [
		budget.name, spending.money(budget, budget.reconciliation.grouped_micros),
		spending.money(budget, budget.reconciliation.ungrouped_micros),
		spending.money(budget, budget.reconciliation.difference_micros),
	]),
	"observed": {
		"difference_micros": budget.reconciliation.difference_micros,
		"difference_ppm": budget.reconciliation.difference_ppm,
	},
	"threshold": {"difference_ppm": input.settings.thresholds.cost.reconciliation_ppm},
})) if {
	some budget in input.budgets
	differs(budget.reconciliation)
}

differs(held) if held.difference_ppm > input.settings.thresholds.cost.reconciliation_ppm

# The whole is nothing, and its groups are not.
differs(held) if held.difference_ppm == null
