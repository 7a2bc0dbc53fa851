# METADATA
# title: Enough datapoints came
# description: Telemetry can be recent and still have holes. Holes in the last hour mean that something is not measured.
# custom:
#   owner: observability
#   effect: require_approval
#   remediation: >-
#     Look for gaps in the service's metrics; a service with little traffic should publish zeros, and of a metric that
#     is published less often than every minute the objective says the `Period`.
#   runbook: https://runbooks.example.com/tollgate/datapoints
#   source: telemetry coverage practice, at least 90 to 95 %
package tollgate.slo.datapoints

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.rollout

require_approval contains finding.awaiting(report(slo, label), input.service.owner, 1) if {
	some [slo, label] in thin
	not rollout.mending(input.rollout)
}

warn contains finding.of(report(slo, label)) if {
	some [slo, label] in thin
	rollout.mending(input.rollout)
}

least_ppm := input.settings.thresholds.slo.min_datapoints_share_ppm

# A young service has no more; an old one has lost what its budget was spent on.
warn contains finding.of({
	"message": sprintf("`%s`: the budget is judged by %d of the %d datapoints of its period", [
		slo.name, slo.evidence.datapoints_received, slo.evidence.datapoints_expected,
	]),
	"observed": {"datapoints_received": slo.evidence.datapoints_received},
	"threshold": {"datapoints_expected": slo.evidence.datapoints_expected, "share_ppm": least_ppm},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Nothing, where the objective is younger than its period; otherwise look where its metrics went.",
}) if {
	some slo in input.slos
	slo.evidence.status == "ok"
	slo.evidence.datapoints_received * 1000000 < least_ppm * slo.evidence.datapoints_expected
}

# Every window whose burn rate is judged, each objective once: by the shortest that has holes.
thin contains [slo, label] if {
	some slo in input.slos
	slo.evidence.status == "ok"
	label := [name | some name in ["1h", "2h", "6h", "1d", "3d"]; has_holes(slo.windows[name])][0]
}

has_holes(window) if window.datapoints_received * 1000000 < least_ppm * window.datapoints_expected

report(slo, label) := {
	"message": sprintf("`%s`: %d of %d datapoints came in the last %s (at least %s are needed)", [
		slo.name, slo.windows[label].datapoints_received,
		slo.windows[label].datapoints_expected, label, format.percent(least_ppm),
	]),
	"observed": {"datapoints_received": slo.windows[label].datapoints_received},
	"threshold": {"datapoints_expected": slo.windows[label].datapoints_expected, "share_ppm": least_ppm},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}
