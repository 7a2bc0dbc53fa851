# METADATA
# title: The service has objectives
# description: >-
#   A service without a service level objective has promised nothing: its budget can neither be left nor be spent, and a
#   gate that passed it would pass everything.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Add an objective for the service to `data/slos`, as OpenSLO v1, and run `tollgate slo check`.
#   runbook: https://runbooks.example.com/tollgate/objectives
package tollgate.slo.objectives

import data.tollgate.lib.finding

deny contains finding.of({
	"message": sprintf("`%s` has no service level objective, so its error budget is not known", [input.service.name]),
	"observed": {"objectives": 0},
	"threshold": {"objectives": 1},
	"evidence": [input.service.evidence.id],
	"owner": input.service.owner,
}) if {
	input.service.known
	count(input.slos) == 0
}
