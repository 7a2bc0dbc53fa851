# METADATA
# title: Somebody answers for the spend
# description: >-
#   A service without an owner in the catalogue has nobody who would hear of its spend, so no more is spent on it
#   until it has one.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Name the owner in the service's entry in `data/services`.
#   runbook: https://runbooks.example.com/tollgate/owner
#   source: FinOps principle, everyone takes ownership for their technology usage
package tollgate.cost.owner

import data.tollgate.lib.finding

require_approval contains finding.awaiting({
	"message": sprintf("`%s` has no owner in the service catalogue: nobody answers for its spend", [input.service.name]),
	"observed": {"owner": null},
	"evidence": [input.service.evidence.id],
}, input.settings.thresholds.cost.approval_group, 1) if {
	input.service != null
	input.service.owner == null
}
