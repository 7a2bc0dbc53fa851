# METADATA
# title: Spend says whose it is
# description: >-
#   Spend without an owner tag is in nobody's budget. Where it is more than a small part, the owner of the budget
#   sees to the tags.
# custom:
#   owner: finops
#   effect: warn
#   remediation: Activate the owner tag for cost allocation, and tag what is not.
#   runbook: https://runbooks.example.com/tollgate/untagged
#   source: FinOps Framework, allocation, in the run stage more than 90 % of spend is allocated
package tollgate.cost.untagged

import data.tollgate.lib.finding
import data.tollgate.lib.spending

warn contains finding.of(spending.about(budget, {
	"message": sprintf("%s of what the budget `%s` has spent, %s, carries no owner tag (limit %s)", [
		spending.money(budget, budget.untagged.micros), budget.name, spending.share(budget.untagged.share_ppm),
		spending.share(input.settings.thresholds.cost.untagged_share_ppm),
	]),
	"observed": {"untagged_micros": budget.untagged.micros, "untagged_share_ppm": budget.untagged.share_ppm},
	"threshold": {"untagged_share_ppm": input.settings.thresholds.cost.untagged_share_ppm},
})) if {
	some budget in input.budgets
	budget.untagged.share_ppm > input.settings.thresholds.cost.untagged_share_ppm
}
