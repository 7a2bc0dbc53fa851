# METADATA
# title: No alert of the objective's own file holds
# description: >-
#   Whoever wrote the objective says in its alert policies when its budget burns too fast. A page stops rollouts,
#   anything less asks for the approval of risky ones. Fixes and rollbacks go ahead; where it is
#   not known whether an alert holds, with the approval of those who lead incidents.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Mend what burns the budget; roll back what was rolled out last. Fixes and rollbacks go ahead.
#   runbook: https://runbooks.example.com/tollgate/alerts
#   source: OpenSLO v1, AlertPolicy and AlertCondition of kind burnrate
package tollgate.slo.alerts

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

deny contains finding.of(report(slo, alert)) if {
	some [slo, alert] in raised
	objective.alert_urgency(alert) == "page"
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report(slo, alert), input.service.owner, 1) if {
	some [slo, alert] in raised
	objective.alert_urgency(alert) == "ticket"
	rollout.risky(input.rollout, input.service)
}

warn contains finding.of(report(slo, alert)) if {
	some [slo, alert] in raised
	not stops(alert)
}

# Where the evidence is good, every alert must have been judged.
deny contains unjudged(slo, alert) if {
	some [slo, alert] in unknown
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(
	unjudged(slo, alert),
	input.settings.thresholds.change.break_glass_group, 1,
) if {
	some [slo, alert] in unknown
	rollout.mending(input.rollout)
}

unknown contains [slo, alert] if {
	some slo in input.slos
	some alert in objective.unknown_alerts(slo)
}

unjudged(slo, alert) := finding.of({
	"message": objective.unknown_alert_message(slo, alert),
	"observed": {"holds": null},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Look whether its window is longer than the objective's period.",
})

raised contains [slo, alert] if {
	some slo in input.slos
	some alert in objective.raised(slo)
}

stops(alert) if {
	objective.alert_urgency(alert) == "page"
	not rollout.mending(input.rollout)
}

stops(alert) if {
	objective.alert_urgency(alert) == "ticket"
	rollout.risky(input.rollout, input.service)
}

report(slo, alert) := {
	"message": objective.raised_message(slo, alert),
	"observed": {"burn_rate_micro": alert.burn_rate_micro},
	"threshold": {"burn_rate_micro": alert.threshold_micro},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(300),
	"urgency": objective.alert_urgency(alert),
}
