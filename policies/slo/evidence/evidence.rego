# METADATA
# title: The telemetry is good enough
# description: >-
#   Telemetry that is missing, late, incomplete or could not be read blinds whoever has to respond, and approves
#   nothing. A fix or a rollback passes with the approval of those who lead incidents, which is loud and recorded.
# custom:
#   owner: observability
#   effect: deny
#   remediation: Restore the telemetry, then ask again. A fix or a rollback can be approved by an incident commander.
#   runbook: https://runbooks.example.com/tollgate/evidence
#   waiver: {by: nobody}
package tollgate.slo.evidence

import data.tollgate.lib.clock
import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

deny contains finding.of(report(proof)) if {
	some proof in bad
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report(proof), input.settings.thresholds.change.break_glass_group, 1) if {
	some proof in bad
	rollout.mending(input.rollout)
}

# Where only the unknown time of the period decides, `slo.error_budget` asks for a person.
bad contains slo.evidence if {
	some slo in input.slos
	slo.evidence.status != "ok"
	not objective.undecided(slo)
}

report(proof) := {
	"message": sprintf("`%s` %s: %s", [proof.id, evidence.state(proof), evidence.reason(proof)]),
	"observed": {"status": proof.status, "as_of": proof.as_of},
	"threshold": {"status": "ok"},
	"since": proof.as_of,
	"evidence": [proof.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
}
