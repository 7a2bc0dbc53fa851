# METADATA
# title: The cost increase is affordable
# description: >-
#   A change that makes the bill noticeably larger needs the approval of who looks after spend, a larger one needs two
#   approvals, and a very large one has to be planned. Amounts in another currency and resources without a price cannot
#   be compared, so a person looks at them.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Talk to the approvers about the increase, or make it smaller.
#   runbook: https://runbooks.example.com/tollgate/cost-increase
#   source: FinOps Framework, cost impact of a change before it ships
package tollgate.change.cost_increase

import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.increase
import data.tollgate.lib.scope

deny contains finding.of(increase.denied(input.cost, limits))

require_approval contains increase.awaiting(input.cost, limits)

require_approval contains for_approval(unpriced) if {
	input.cost.evidence.required
	partial
}

warn contains unpriced if {
	partial
	not input.cost.evidence.required
}

require_approval contains for_approval({
	"message": "the change needs a cost estimate, and none came",
	"observed": {"estimate": false},
	"threshold": {"estimate": true},
	"remediation": "Send `cost` with the change: the JSON of `infracost diff`, or the monthly cost before and after.",
}) if {
	input.cost == null
	limits.estimate_required
	scope.production(input.change)
}

warn contains object.union(cited, {
	"message": sprintf("the cost estimate has no price for %s of unsupported types, and shows no change of them", [
		format.number_of(input.cost.unsupported_unchanged_resources, "resource"),
	]),
	"observed": {"unsupported_unchanged_resources": input.cost.unsupported_unchanged_resources},
}) if {
	input.cost.unsupported_unchanged_resources > 0
}

limits := input.settings.thresholds.cost

partial if input.cost.evidence.status == "partial"

cited := {"evidence": [input.cost.evidence.id]}

for_approval(fields) := finding.awaiting(fields, limits.approval_group, 1)

unpriced := object.union(cited, {
	"message": sprintf("the cost estimate leaves something out: %s", [evidence.reason(input.cost.evidence)]),
	"observed": {"unpriced_resources": input.cost.unpriced_resources},
	"threshold": {"unpriced_resources": 0},
})
