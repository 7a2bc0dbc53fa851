# METADATA
# title: The evidence is good enough
# description: >-
#   What is missing, late, incomplete or could not be read approves nothing. The way through in an emergency is
#   break-glass: an approval by the people who lead incidents, which is loud and recorded.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Restore the source, then ask again. In an incident, file an emergency change that names it.
#   runbook: https://runbooks.example.com/tollgate/evidence
#   waiver: {by: nobody}
package tollgate.change.evidence

import data.tollgate.lib.clock
import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.objective
import data.tollgate.lib.scope

deny contains report(proof) if {
	some proof in bad
	proof.required
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(report(proof), input.settings.thresholds.change.break_glass_group, 1) if {
	some proof in bad
	proof.required
	scope.break_glass(input.change)
}

warn contains report(proof) if {
	some proof in bad
	not proof.required
}

# `change.service` speaks for a service that is not known, `change.cost_increase` for resources without a price,
# `change.dependencies` for dependencies and `change.budget_evidence` for budgets.
bad contains input.history.evidence if input.history.evidence.status != "ok"

bad contains input.freezes.evidence if input.freezes.evidence.status != "ok"

# Where only the unknown time of the period decides, `change.error_budget` asks for a person.
bad contains slo.evidence if {
	some slo in input.slos
	slo.evidence.status != "ok"
	not objective.undecided(slo)
}

bad contains input.service.evidence if {
	input.service.evidence.status != "ok"
	input.service.known
}

bad contains input.cost.evidence if {
	input.cost.evidence.status != "ok"
	input.cost.evidence.status != "partial"
}

report(proof) := finding.of({
	"message": sprintf("`%s` %s: %s", [proof.id, evidence.state(proof), evidence.reason(proof)]),
	"observed": {"status": proof.status, "as_of": proof.as_of},
	"threshold": {"status": "ok"},
	"since": evidence.since(proof),
	"evidence": [proof.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
})
