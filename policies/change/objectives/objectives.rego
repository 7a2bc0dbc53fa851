# METADATA
# title: The service has objectives
# description: >-
#   A service without a service level objective has promised nothing, so nobody can say whether it keeps its promise.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Add an objective for the service to `data/slos`, as OpenSLO v1.
#   runbook: https://runbooks.example.com/tollgate/objectives
package tollgate.change.objectives

import data.tollgate.lib.finding
import data.tollgate.lib.scope

deny contains missing if {
	none
	scope.critical(input.service)
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(missing, input.service.owner, 1) if {
	none
	not scope.critical(input.service)
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(missing, input.settings.thresholds.change.break_glass_group, 1) if {
	none
	scope.break_glass(input.change)
}

none if {
	input.service.known
	count(input.slos) == 0
}

missing := finding.of({
	"message": sprintf("`%s` (%s) has no service level objective, so its health is not known", [
		input.service.name, scope.tier(input.service),
	]),
	"observed": {"objectives": 0},
	"threshold": {"objectives": 1},
	"evidence": [input.service.evidence.id],
	"owner": input.service.owner,
})
