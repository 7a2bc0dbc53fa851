# METADATA
# title: There is traffic to judge by
# description: >-
#   No request is not the same as no data: the telemetry came, and says that nobody asked. Burn rates of a few requests
#   say nothing, so they are not judged, and this says so. Where traffic has vanished, for longer than the service's own
#   history makes plausible, a person must say whether that is right.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Judge by hand, or add synthetic traffic; a service that nobody asks may be down for its users.
#   runbook: https://runbooks.example.com/tollgate/traffic
#   source: Google SRE Workbook, chapter 5 (low-traffic services)
package tollgate.slo.traffic

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

warn contains finding.of({
	"message": sprintf("`%s`: %s in the last hour, too few to judge by (at least %d are needed, or %d bad ones)", [
		slo.name, format.number_of(slo.windows["1h"].total, "event"),
		input.settings.thresholds.slo.min_events, input.settings.thresholds.slo.min_bad_events,
	]),
	"observed": {"events": slo.windows["1h"].total},
	"threshold": {
		"events": input.settings.thresholds.slo.min_events,
		"bad_events": input.settings.thresholds.slo.min_bad_events,
	},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}) if {
	some slo in input.slos
	slo.evidence.status == "ok"
	slo.budgeting.event == "events"
	slo.windows["1h"].total != null
	not objective.enough(slo, slo.windows["1h"])
}

warn contains finding.of({
	"message": objective.unasked_message(slo, part),
	"observed": {"events": 0},
	"threshold": {"events": 1},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}) if {
	some slo in input.slos
	some part in slo.idle_parts
}

require_approval contains finding.awaiting(vanished(slo), input.service.owner, 1) if {
	some slo in input.slos
	objective.vanished(slo, input.settings.thresholds.slo.vanished_usual_events)
	ordinary
}

warn contains finding.of(vanished(slo)) if {
	some slo in input.slos
	objective.vanished(slo, input.settings.thresholds.slo.vanished_usual_events)
	not ordinary
}

vanished(slo) := {
	"message": objective.vanished_message(slo),
	"observed": {"silent_seconds": slo.silence.seconds, "usual_events": slo.silence.usual_events},
	"threshold": {
		"silent_seconds": slo.silence.longest_seconds,
		"usual_events": input.settings.thresholds.slo.vanished_usual_events,
	},
	"since": slo.silence.since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Look whether the service can be reached; fixes and rollbacks go ahead.",
}

ordinary if not rollout.mending(input.rollout)
