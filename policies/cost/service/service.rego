# METADATA
# title: The service is known
# description: >-
#   Spend is judged by what the catalogue says of its service. A service that is not there, or does not run in this
#   environment, cannot be judged.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Correct the name, or add the service to `data/services` in the policies.
#   runbook: https://runbooks.example.com/tollgate/service
package tollgate.cost.service

import data.tollgate.lib.finding
import data.tollgate.lib.format

deny contains {
	"message": sprintf("`%s` is not in the service catalogue, so nothing is known of what it may spend%s", [
		input.service.name, format.meant(near),
	]),
	"observed": {"service": input.service.name, "known": false},
	"threshold": {"known": true},
	"evidence": [input.service.evidence.id],
} if {
	input.service != null
	not input.service.known
}

deny contains finding.of({
	"message": sprintf("`%s` does not run in `%s`: the service catalogue knows it in %s", [
		input.service.name, input.spending.environment, format.names(input.service.environments),
	]),
	"observed": {"environment": input.spending.environment},
	"threshold": {"environments": input.service.environments},
	"evidence": [input.service.evidence.id],
	"owner": input.service.owner,
}) if {
	input.service.known
	input.spending.environment != null
	not input.spending.environment in input.service.environments
}

# Older records do not say which names are near.
near := [name | some name in input.service.near]
