# METADATA
# title: Enough traffic to judge by
# description: >-
#   One bad request of five says nothing about a service. Where there are too few events, burn rate and error budget
#   are not judged, and this says so.
# custom:
#   owner: reliability
#   effect: warn
#   remediation: Judge by hand, or add synthetic traffic; a service without any traffic may be down for its users.
#   runbook: https://runbooks.example.com/tollgate/traffic
#   source: Google SRE Workbook, chapter 5 (low-traffic services)
package tollgate.change.traffic

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective

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
