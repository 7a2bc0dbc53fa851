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
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

require_approval contains finding.awaiting(report(slo, label), input.service.owner, 1) if {
	some [slo, label] in thin
	not rollout.mending(input.rollout)
}

warn contains finding.of(report(slo, label)) if {
	some [slo, label] in thin
	rollout.mending(input.rollout)
}

# Some minutes late is as CloudWatch is; half of what is too old is worth a look.
warn contains finding.of({
	"message": sprintf("`%s`: the newest %s have not come yet, or not all of it: it is judged up to %s", [
		slo.name, format.duration(slo.late_seconds), slo.evidence.as_of,
	]),
	"observed": {"late_seconds": slo.late_seconds},
	"threshold": {"late_seconds": late_seconds},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Ask again in some minutes; look whether its metrics still come if it stays so.",
}) if {
	some slo in input.slos
	slo.evidence.status == "ok"
	slo.evidence.as_of != null
	slo.late_seconds >= late_seconds
}

late_seconds := format.quotient(input.settings.thresholds.slo.max_age_seconds, 2)

# Holes in what is new count whether or not those in the period decide.
known_but_for_time(slo) if slo.evidence.status == "ok"

known_but_for_time(slo) if objective.undecided(slo)

# Every window whose burn rate is judged, each objective once: by the shortest that has holes.
thin contains [slo, label] if {
	some slo in input.slos
	known_but_for_time(slo)
	label := objective.thin_window(slo)
}

report(slo, label) := {
	"message": sprintf("`%s`: %s (at least %s are needed)", [
		slo.name, objective.known(slo.windows[label], label), format.percent(objective.needed_ppm(label)),
	]),
	"observed": {"datapoints_received": slo.windows[label].datapoints_received},
	"threshold": {"datapoints_expected": slo.windows[label].datapoints_expected, "share_ppm": objective.needed_ppm(label)},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}
