# METADATA
# title: A sustained burn is escalated
# description: >-
#   Five times the pace over one hour and still over six hours is an incident: nothing is rolled out but rollbacks, and
#   fixes with the approval of those who lead incidents.
# custom:
#   owner: incident-commanders
#   effect: deny
#   remediation: Open an incident, roll back, and have an incident commander approve the fix.
#   runbook: https://runbooks.example.com/tollgate/escalation
#   waiver: {of: objective, by: another_team}
#   source: error budget practice, escalate a sustained burn above 5x
package tollgate.slo.escalation

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective

deny contains finding.of(report(slo)) if {
	some slo in sustained
	not input.rollout.purpose in {"fix", "rollback"}
}

require_approval contains finding.awaiting(report(slo), input.settings.thresholds.change.break_glass_group, 1) if {
	some slo in sustained
	input.rollout.purpose == "fix"
}

warn contains finding.of(report(slo)) if {
	some slo in sustained
	input.rollout.purpose == "rollback"
}

limit := input.settings.thresholds.slo.burn_rate_escalate_micro

sustained contains slo if {
	some slo in input.slos
	every label in ["1h", "6h"] {
		slo.windows[label].burn_rate_micro > limit
	}
	objective.telling(slo, slo.windows["1h"], limit)
}

report(slo) := {
	"message": sprintf("`%s` has burnt its error budget %s times too fast over 6 h and %s times over 1 h (limit %s)", [
		slo.name, format.factor(slo.windows["6h"].burn_rate_micro),
		format.factor(slo.windows["1h"].burn_rate_micro), format.factor(limit),
	]),
	"observed": {
		"burn_rate_1h_micro": slo.windows["1h"].burn_rate_micro,
		"burn_rate_6h_micro": slo.windows["6h"].burn_rate_micro,
	},
	"threshold": {"burn_rate_micro": limit},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(3600),
	"urgency": "page",
}
