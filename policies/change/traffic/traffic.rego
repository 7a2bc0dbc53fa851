# METADATA
# title: Enough traffic to judge by
# description: >-
#   One bad request of five says nothing about a service. Where there are too few events, burn rate and error budget
#   are not judged, and this says so. Where traffic has vanished, for longer than the service's own history makes
#   plausible, a person must say whether that is right.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Judge by hand, or add synthetic traffic; a service without any traffic may be down for its users.
#   runbook: https://runbooks.example.com/tollgate/traffic
#   source: Google SRE Workbook, chapter 5 (low-traffic services)
package tollgate.change.traffic

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.review
import data.tollgate.lib.scope

warn contains finding.of({
	"message": sprintf("`%s`: too little traffic to judge by: %s in %s (at least %d are needed, or %d bad ones)", [
		slo.name, format.number_of(events, "event"), format.duration(seconds),
		input.settings.thresholds.slo.min_events, input.settings.thresholds.slo.min_bad_events,
	]),
	"observed": {"events": events, "window_seconds": seconds},
	"threshold": {
		"events": input.settings.thresholds.slo.min_events,
		"bad_events": input.settings.thresholds.slo.min_bad_events,
	},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}) if {
	some slo in input.slos
	[seconds, events] := max(unjudged(slo))
}

# Lengths that have too few events, with their number.
unjudged(slo) := few_in_windows(slo) | few_in_period(slo)

few_in_windows(slo) := {[window.seconds, window.total] |
	some label in long_windows(slo)
	window := slo.windows[label]
	window.total < input.settings.thresholds.slo.min_events
	window.total != null
	not objective.enough(slo, window)
}

few_in_period(slo) := {[slo.period_seconds, slo.budget.total] |
	slo.budget.total < input.settings.thresholds.slo.min_events
	not objective.enough_budget(slo)
}

# Windows that must have traffic.
long_windows(slo) := {"1h"} | {pair.long | some pair in slo.pairs}

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

require_approval contains finding.awaiting(vanished(slo), input.service.owner, approvers) if {
	some slo in input.slos
	objective.vanished(slo, input.settings.thresholds.slo.vanished_usual_events)
	ordinary
	approvers := review.despite_risk(input.change, input.service)
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

ordinary if {
	not input.change.purpose in {"fix", "rollback"}
	not scope.break_glass(input.change)
}
