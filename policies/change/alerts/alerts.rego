# METADATA
# title: No alert of the objective's own file holds
# description: >-
#   Whoever wrote the objective says in its alert policies when its budget burns too fast. A page denies, anything less
#   asks for the approval of risky changes. Fixes pass with the owner's approval, which takes one person more than the
#   review of the change does.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Stop what burns the budget. Fixes and rollbacks pass with one more owner's approval.
#   runbook: https://runbooks.example.com/tollgate/alerts
#   source: OpenSLO v1, AlertPolicy and AlertCondition of kind burnrate
package tollgate.change.alerts

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.objective
import data.tollgate.lib.review
import data.tollgate.lib.scope

deny contains finding.of(report(slo, alert)) if {
	some [slo, alert] in raised
	objective.alert_urgency(alert) == "page"
	not scope.mending(input.change)
}

require_approval contains finding.awaiting(
	report(slo, alert),
	input.service.owner,
	review.despite_risk(input.change, input.service),
) if {
	some [slo, alert] in raised
	asks(alert)
}

warn contains finding.of(report(slo, alert)) if {
	some [slo, alert] in raised
	objective.alert_urgency(alert) == "ticket"
	not asks(alert)
}

asks(alert) if {
	objective.alert_urgency(alert) == "page"
	scope.mending(input.change)
}

asks(alert) if {
	objective.alert_urgency(alert) == "ticket"
	scope.risky(input.change, input.service)
}

# Where the evidence is good, every alert must have been judged.
deny contains unjudged(slo, alert) if {
	some [slo, alert] in unknown
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(
	unjudged(slo, alert),
	input.settings.thresholds.change.break_glass_group, 1,
) if {
	some [slo, alert] in unknown
	scope.break_glass(input.change)
}

raised contains [slo, alert] if {
	some slo in input.slos
	some alert in objective.raised(slo)
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

report(slo, alert) := {
	"message": objective.raised_message(slo, alert),
	"observed": {"burn_rate_micro": alert.burn_rate_micro},
	"threshold": {"burn_rate_micro": alert.threshold_micro},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
}
