# METADATA
# title: The budget lasts
# description: >-
#   At more than twice the pace and with an end in sight before the period is over, the budget will run out: risky
#   changes need the owner's approval before it has.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Slow down, and put reliability work first, before the budget runs out.
#   runbook: https://runbooks.example.com/tollgate/depletion
#   source: error budget practice, page where the burn is above 2x and depletion is projected inside the window
package tollgate.change.depletion

import data.tollgate.lib.finding
import data.tollgate.lib.objective
import data.tollgate.lib.review
import data.tollgate.lib.scope

require_approval contains finding.awaiting(
	report(slo, outlook),
	input.service.owner,
	review.despite_risk(input.change, input.service),
) if {
	some [slo, outlook] in ending
	scope.risky(input.change, input.service)
}

warn contains finding.of(report(slo, outlook)) if {
	some [slo, outlook] in ending
	not scope.risky(input.change, input.service)
}

ending contains [slo, outlook] if {
	some slo in input.slos
	some outlook in objective.ending(slo, limit)
}

limit := input.settings.thresholds.slo.burn_rate_pause_micro

report(slo, outlook) := {
	"message": objective.ending_message(slo, outlook),
	"observed": {
		"seconds_to_exhaustion": outlook.seconds_to_exhaustion,
		"burn_rate_6h_micro": slo.windows["6h"].burn_rate_micro,
	},
	"threshold": {"burn_rate_micro": limit},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": outlook.exhausted_at,
}
