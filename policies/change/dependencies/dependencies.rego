# METADATA
# title: Dependencies are healthy
# description: >-
#   A change of a service whose dependency is failing is hard to judge while it rolls out, and adds load where there
#   is trouble. What is not known of a dependency is said, also that it has no objective.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Ask the dependency's owner how long it will last, and wait.
#   runbook: https://runbooks.example.com/tollgate/dependencies
package tollgate.change.dependencies

import data.tollgate.lib.clock
import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.scope

require_approval contains finding.awaiting(found, input.service.owner, 1) if {
	some found in burning
	strict
}

require_approval contains finding.awaiting(report(dependency, proof), input.service.owner, 1) if {
	some [dependency, proof] in unknown
	proof.required
}

warn contains finding.of(found) if {
	some found in burning
	not strict
}

warn contains finding.of(report(dependency, proof)) if {
	some [dependency, proof] in unknown
	not proof.required
}

strict if {
	scope.tier(input.service) == "tier_1"
	not scope.mending(input.change)
}

burning contains {
	"message": sprintf("`%s`, which `%s` depends on, burns the error budget of `%s` %s (limit %s)%s", [
		dependency.name, input.service.name, slo.name,
		objective.speed(slo, pair.long, pair.short), format.factor(pair.factor_micro), objective.gone(slo),
	]),
	"observed": objective.rates(slo, {pair.long, pair.short}),
	"threshold": {"burn_rate_micro": pair.factor_micro},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": dependency.owner,
	"retry_at": clock.in_seconds(slo.windows[pair.short].seconds),
} if {
	some [dependency, slo] in restless
	pair := objective.paging(slo)
}

unknown contains [dependency, dependency.evidence] if {
	some dependency in input.dependencies
	dependency.evidence.status != "ok"
}

unknown contains [dependency, slo.evidence] if {
	some [dependency, slo] in restless
	not healthy(slo)
}

# Only these are looked at closer.
restless contains [dependency, slo] if {
	some dependency in input.dependencies
	some slo in dependency.slos
	not objective.calm(slo)
}

# The telemetry came and every burn rate is known.
healthy(slo) if {
	slo.evidence.status == "ok"
	count(objective.unknown_windows(slo)) == 0
}

report(dependency, proof) := {
	"message": sprintf("the health of `%s`, which `%s` depends on, is not known: %s", [
		dependency.name, input.service.name, evidence.reason(proof),
	]),
	"observed": {"status": proof.status},
	"threshold": {"status": "ok"},
	"since": evidence.since(proof),
	"evidence": [proof.id],
	"owner": dependency.owner,
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
}
