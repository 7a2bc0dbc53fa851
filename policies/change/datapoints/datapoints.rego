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

require_approval contains finding.awaiting(report(slo, label), input.service.owner, 1) if {
	some [slo, label] in thin
	strict
}

warn contains report(slo, label) if {
	some [slo, label] in thin
	not strict
}

strict if {
	scope.tier(input.service) == "tier_1"
	not scope.mending(input.change)
}

required_ppm := input.settings.thresholds.slo.min_datapoints_share_ppm

# Every window whose burn rate is judged, each objective once: by the shortest that has holes.
thin contains [slo, label] if {
	some slo in input.slos
	slo.evidence.status == "ok"
	label := [name | some name in ["1h", "2h", "6h", "1d", "3d"]; has_holes(slo.windows[name])][0]
}

has_holes(window) if window.datapoints_received * 1000000 < required_ppm * window.datapoints_expected

report(slo, label) := finding.of({
	"message": sprintf("`%s`: %d of %d datapoints came in the last %s (at least %s are needed)", [
		slo.name, slo.windows[label].datapoints_received,
		slo.windows[label].datapoints_expected, label, format.percent(required_ppm),
	]),
	"observed": {"datapoints_received": slo.windows[label].datapoints_received},
	"threshold": {
		"datapoints_expected": slo.windows[label].datapoints_expected,
		"min_datapoints_share_ppm": required_ppm,
	},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
})
