# METADATA
# title: There is traffic to judge by
# description: >-
#   No request is not the same as no data: the telemetry came, and says that nobody asked. Burn rates of a few requests
#   say nothing, so they are not judged, and this says so.
# custom:
#   owner: reliability
#   effect: warn
#   remediation: Judge by hand, or add synthetic traffic; a service that nobody asks may be down for its users.
#   runbook: https://runbooks.example.com/tollgate/traffic
#   source: Google SRE Workbook, chapter 5 (low-traffic services)
package tollgate.slo.traffic

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective

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
