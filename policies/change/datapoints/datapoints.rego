# METADATA
# title: Enough datapoints came
# description: >-
#   Telemetry can be recent and still have holes. A critical service has traffic at all times, so holes in its last
#   hour mean that something is not measured.
# custom:
#   owner: observability
#   effect: require_approval
#   remediation: Look for gaps in the service's request metrics; a service with little traffic should publish zeros.
#   runbook: https://runbooks.example.com/tollgate/datapoints
#   source: Telemetry coverage below 90 to 95 % is worth a warning
package tollgate.change.datapoints

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.scope

require_approval contains finding.awaiting(report(slo), input.service.owner, 1) if {
	some slo in thin
	strict
}

warn contains report(slo) if {
	some slo in thin
	not strict
}

strict if {
	scope.tier(input.service) == "tier_1"
	not scope.mending(input.change)
}

required_ppm := input.settings.thresholds.slo.min_datapoints_share_ppm

thin contains slo if {
	some slo in input.slos
	slo.evidence.status == "ok"
	hour := slo.windows["1h"]
	hour.datapoints_received * 1000000 < required_ppm * hour.datapoints_expected
}

report(slo) := finding.of({
	"message": sprintf("`%s`: %d of %d datapoints came in the last hour (at least %s are needed)", [
		slo.name, slo.windows["1h"].datapoints_received,
		slo.windows["1h"].datapoints_expected, format.percent(required_ppm),
	]),
	"observed": {"datapoints_received": slo.windows["1h"].datapoints_received},
	"threshold": {
		"datapoints_expected": slo.windows["1h"].datapoints_expected,
		"min_datapoints_share_ppm": required_ppm,
	},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
})
