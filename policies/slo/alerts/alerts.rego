# METADATA
# title: No alert of the objective's own file holds
# description: >-
#   Whoever wrote the objective says in its alert policies when its budget burns too fast. A page stops rollouts,
#   anything less asks for the approval of risky ones. Fixes and rollbacks go ahead.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Mend what burns the budget; roll back what was rolled out last. Fixes and rollbacks go ahead.
#   runbook: https://runbooks.example.com/tollgate/alerts
#   source: OpenSLO v1, AlertPolicy and AlertCondition of kind burnrate
package tollgate.slo.alerts

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

deny contains finding.of(report(slo, alert)) if {
	some [slo, alert] in raised
	urgency(alert) == "page"
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report(slo, alert), input.service.owner, 1) if {
	some [slo, alert] in raised
	urgency(alert) == "ticket"
	rollout.risky(input.rollout, input.service)
}

warn contains finding.of(report(slo, alert)) if {
	some [slo, alert] in raised
	not stops(alert)
}

# Where the evidence is good, every alert must have been judged.
deny contains finding.of({
	"message": sprintf("whether the alert `%s` of `%s` holds is not known, though its telemetry came", [
		alert.policy, slo.name,
	]),
	"observed": {"holds": null},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Look whether its window is longer than the objective's period.",
}) if {
	some slo in input.slos
	slo.evidence.status == "ok"
	some alert in slo.alerts
	alert.holds == null
}

raised contains [slo, alert] if {
	some slo in input.slos
	some alert in slo.alerts
	alert.holds == true
	objective.enough(slo, alert)
}

stops(alert) if {
	urgency(alert) == "page"
	not rollout.mending(input.rollout)
}

stops(alert) if {
	urgency(alert) == "ticket"
	rollout.risky(input.rollout, input.service)
}

# Whatever is not known to be less is a page.
urgency(alert) := "ticket" if {
	lower(alert.severity) in {"ticket", "warning", "warn", "minor", "low", "info"}
} else := "page"

report(slo, alert) := {
	"message": sprintf("`%s` burns its error budget %s times too fast over %s (limit %s of its alert `%s`)", [
		slo.name, format.factor(alert.burn_rate_micro), format.duration(alert.lookback_seconds),
		format.factor(alert.threshold_micro), alert.policy,
	]),
	"observed": {"burn_rate_micro": alert.burn_rate_micro},
	"threshold": {"burn_rate_micro": alert.threshold_micro},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(300),
	"urgency": urgency(alert),
}
