# METADATA
# title: No maintenance goes on
# description: >-
#   In planned maintenance no event counts, so burn rates are blind to what a rollout does. Risky rollouts wait until it
#   ends, others are warned.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Wait until the maintenance ends, or ask who planned it.
#   runbook: https://runbooks.example.com/tollgate/maintenance
package tollgate.slo.maintenance

import data.tollgate.lib.finding
import data.tollgate.lib.rollout

require_approval contains finding.awaiting(report(window), window.owner, 1) if {
	some window in input.maintenance
	rollout.risky(input.rollout, input.service)
}

warn contains report(window) if {
	some window in input.maintenance
	not rollout.risky(input.rollout, input.service)
}

report(window) := {
	"message": sprintf("planned maintenance `%s` goes on until %s (%s): its events do not count", [
		window.name, window.ends_at, window.reason,
	]),
	"observed": {"maintenance": window.name},
	"since": window.starts_at,
	"owner": window.owner,
	"retry_at": window.ends_at,
}
