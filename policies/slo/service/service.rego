# METADATA
# title: The service is known
# description: >-
#   A rollout is judged by what the service catalogue says of its service. A service that is not there, or does not run
#   in this environment, cannot be judged.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Correct the name, or add the service to `data/services` in the policies.
#   runbook: https://runbooks.example.com/tollgate/service
package tollgate.slo.service

import data.tollgate.lib.finding
import data.tollgate.lib.format

deny contains {
	"message": sprintf("`%s` is not in the service catalogue, so nothing is known of what it promises%s", [
		input.rollout.service, format.meant(near),
	]),
	"observed": {"service": input.rollout.service, "known": false},
	"threshold": {"known": true},
	"evidence": [input.service.evidence.id],
} if {
	not input.service.known
}

deny contains finding.of({
	"message": sprintf("`%s` does not run in `%s`: the service catalogue knows it in %s", [
		input.service.name, input.rollout.environment, places,
	]),
	"observed": {"environment": input.rollout.environment},
	"threshold": {"environments": input.service.environments},
	"evidence": [input.service.evidence.id],
	"owner": input.service.owner,
	"remediation": "Correct the environment, or add it to the service's entry in `data/services`.",
}) if {
	input.service.known
	not input.rollout.environment in input.service.environments
}

warn contains {
	"message": sprintf("`%s` has no owner in the service catalogue: nobody is told when its budget burns", [
		input.service.name,
	]),
	"observed": {"owner": null},
	"evidence": [input.service.evidence.id],
} if {
	input.service.known
	input.service.owner == null
}

default places := "no environment"

places := format.names(input.service.environments) if count(input.service.environments) > 0

# Older records do not say which names are near.
near := [name | some name in input.service.near]
