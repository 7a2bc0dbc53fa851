# METADATA
# title: The service is known
# description: >-
#   A change is judged by what the service catalogue says of its service: who owns it, how critical it is and where
#   it runs. A service that is not there, or not in this environment, cannot be judged.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Correct the name, or add the service to `data/services` in the policies.
#   runbook: https://runbooks.example.com/tollgate/service
package tollgate.change.service

import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.format

deny contains {
	"message": sprintf(
		"`%s` is not in the service catalogue, so nothing is known about who owns it and what it promises%s",
		[input.change.service, format.meant(near)],
	),
	"observed": {"service": input.change.service, "known": false},
	"threshold": {"known": true},
	"since": evidence.since(input.service.evidence),
	"evidence": [input.service.evidence.id],
} if {
	not input.service.known
}

deny contains {
	"message": sprintf("`%s` has no `%s` in the service catalogue, so nobody can answer for this change", [
		input.service.name, field,
	]),
	"observed": {field: null},
	"evidence": [input.service.evidence.id],
	"remediation": sprintf("Add `%s` to `data/services/%s.yaml`.", [field, input.service.name]),
} if {
	input.service.known
	some field in ["owner", "tier"]
	object.get(input.service, field, null) == null
}

deny contains finding.of({
	"message": sprintf(
		"`%s` does not run in `%s`: the service catalogue knows it in %s",
		[input.service.name, input.change.environment, places],
	),
	"observed": {"environment": input.change.environment},
	"threshold": {"environments": input.service.environments},
	"evidence": [input.service.evidence.id],
	"owner": input.service.owner,
	"remediation": "Correct the environment, or add it to the service's entry in `data/services`.",
}) if {
	input.service.known
	not runs_there
}

runs_there if input.change.environment in input.service.environments

default places := "no environment"

places := format.names(input.service.environments) if count(input.service.environments) > 0

# Older records do not say which names are near.
near := [name | some name in input.service.near]
