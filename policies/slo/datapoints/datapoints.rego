# METADATA
# title: Enough datapoints came
# description: Telemetry can be recent and still have holes. Holes in the last hour mean that something is not measured.
# custom:
#   owner: observability
#   effect: require_approval
#   remediation: Look for gaps in the service's request metrics; a service with little traffic should publish zeros.
#   runbook: https://runbooks.example.com/tollgate/datapoints
#   source: telemetry coverage practice, at least 90 to 95 %
package tollgate.slo.datapoints

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.rollout

require_approval contains finding.awaiting(report(slo), input.service.owner, 1) if {
	some slo in thin
	not rollout.mending(input.rollout)
}

warn contains finding.of(report(slo)) if {
	some slo in thin
	rollout.mending(input.rollout)
}

least_ppm := input.settings.thresholds.slo.min_datapoints_share_ppm

thin contains slo if {
	some slo in input.slos
	slo.evidence.status == "ok"
	slo.windows["1h"].datapoints_received * 1000000 < least_ppm * slo.windows["1h"].datapoints_expected
}

report(slo) := {
	"message": sprintf("`%s`: %d of %d datapoints came in the last hour (at least %s are needed)", [
		slo.name, slo.windows["1h"].datapoints_received,
		slo.windows["1h"].datapoints_expected, format.percent(least_ppm),
	]),
	"observed": {"datapoints_received": slo.windows["1h"].datapoints_received},
	"threshold": {"datapoints_expected": slo.windows["1h"].datapoints_expected, "share_ppm": least_ppm},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}
