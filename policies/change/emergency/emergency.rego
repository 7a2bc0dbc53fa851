# METADATA
# title: An emergency has an incident
# description: >-
#   An emergency change mends an incident, is judged fast and reviewed afterwards. Without an incident it is only a
#   change in a hurry.
# custom:
#   owner: incident-commanders
#   effect: deny
#   remediation: Name the incident in `incident`, or file the change as `normal`.
#   runbook: https://runbooks.example.com/tollgate/emergency
#   waiver: {by: another_team}
package tollgate.change.emergency

import data.tollgate.lib.scope

deny contains {
	"message": "an `emergency` change names the incident that it mends, and this one names none",
	"observed": {"incident": null},
} if {
	input.change.type == "emergency"
	not scope.incident_named(input.change)
}

warn contains {
	"message": sprintf("emergency change for incident `%s`: a review is owed afterwards", [input.change.incident]),
	"observed": {"incident": input.change.incident},
	"remediation": "Put the change on the agenda of the incident's review.",
} if {
	scope.break_glass(input.change)
}
