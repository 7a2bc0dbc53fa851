# METADATA
# title: Dependencies are healthy
# description: >-
#   A rollout whose dependency is failing is hard to judge and adds load where there is trouble. Risky rollouts wait for
#   the owner's approval, others are warned. What is not known of a dependency is said.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Ask the dependency's owner how long it will last, and wait.
#   runbook: https://runbooks.example.com/tollgate/dependencies
package tollgate.slo.dependencies

import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

require_approval contains finding.awaiting(found, input.service.owner, 1) if {
	some found in burning
	rollout.risky(input.rollout, input.service)
}

warn contains finding.of(found) if {
	some found in burning
	not rollout.risky(input.rollout, input.service)
}

warn contains finding.of(unknown(dependency, proof)) if {
	some dependency in input.dependencies
	some proof in proofs(dependency)
	proof.status != "ok"
}

warn contains finding.of({
	"message": sprintf("`%s`, which `%s` needs, is in planned maintenance `%s` until %s", [
		dependency.name, input.service.name, window.name, window.ends_at,
	]),
	"observed": {"maintenance": window.name},
	"since": window.starts_at,
	"owner": dependency.owner,
}) if {
	some dependency in input.dependencies
	some slo in dependency.slos
	some window in slo.maintenance
}

proofs(dependency) := {dependency.evidence} | {slo.evidence | some slo in dependency.slos}

burning contains {
	"message": sprintf("`%s`, which `%s` needs, burns the error budget of `%s` %s times too fast over %s (limit %s)", [
		dependency.name, input.service.name, slo.name,
		format.factor(slo.windows[pair.long].burn_rate_micro), pair.long, format.factor(pair.factor_micro),
	]),
	"observed": {"burn_rate_long_micro": slo.windows[pair.long].burn_rate_micro},
	"threshold": {"burn_rate_micro": pair.factor_micro},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": dependency.owner,
} if {
	some dependency in input.dependencies
	some slo in dependency.slos
	some pair in slo.pairs
	pair.exceeded == true
	not pair.severity == "ticket"
	objective.telling(slo, slo.windows[pair.long], pair.factor_micro)
}

unknown(dependency, proof) := {
	"message": sprintf("the health of `%s`, which `%s` depends on, is not known: %s", [
		dependency.name, input.service.name, evidence.reason(proof),
	]),
	"observed": {"status": proof.status},
	"threshold": {"status": "ok"},
	"since": proof.as_of,
	"evidence": [proof.id],
	"owner": dependency.owner,
}
