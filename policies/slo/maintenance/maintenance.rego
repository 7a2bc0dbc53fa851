# METADATA
# title: No maintenance goes on
# description: >-
#   In planned maintenance no event counts, so burn rates are blind to what a rollout does. Risky rollouts wait until it
#   ends, others are warned. So do those of services that share an objective with what is maintained, or have one that
#   is made of it.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Wait until the maintenance ends, or ask who planned it.
#   runbook: https://runbooks.example.com/tollgate/maintenance
package tollgate.slo.maintenance

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.rollout

require_approval contains finding.awaiting(report(window), window.owner, 1) if {
	some window in windows
	rollout.risky(input.rollout, input.service)
}

warn contains report(window) if {
	some window in windows
	not rollout.risky(input.rollout, input.service)
}

# Of the service, and of its objectives until there is something again to judge those by.
windows := {window | some window in input.maintenance} | {window |
	some slo in input.slos
	some window in slo.maintenance
}

report(window) := {
	"message": sprintf("planned maintenance `%s` %s until %s (%s): its events do not count", [
		window.name, tense(window), window.ends_at, window.reason,
	]),
	"observed": {"maintenance": window.name},
	"since": window.starts_at,
	"owner": window.owner,
	"retry_at": retry_at(window),
}

tense(window) := "went on" if {
	clock.age_seconds(window.ends_at) >= 0
} else := "goes on"

retry_at(window) := clock.in_seconds(300) if {
	clock.age_seconds(window.ends_at) >= 0
} else := window.ends_at
