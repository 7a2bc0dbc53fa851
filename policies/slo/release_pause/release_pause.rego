# METADATA
# title: A bad hour pauses releases
# description: >-
#   Above twice the pace over one hour, risky releases pause; a release that is not risky needs the owner's approval up
#   to three times the pace and pauses above. Fixes and rollbacks go ahead.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Wait until the last hour is calm again, or roll out the fix.
#   runbook: https://runbooks.example.com/tollgate/release-pause
#   waiver: {of: objective, by: another_team}
#   source: error budget practice, pause releases above 2x over one hour and risky changes above 3x
package tollgate.slo.release_pause

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

deny contains finding.of(report(slo, limit)) if {
	some slo in input.slos
	limit := exceeded(slo)
	pauses(limit)
}

require_approval contains finding.awaiting(report(slo, limit), input.service.owner, 1) if {
	some slo in input.slos
	limit := exceeded(slo)
	not pauses(limit)
	not rollout.mending(input.rollout)
}

warn contains finding.of(report(slo, limit)) if {
	some slo in input.slos
	limit := exceeded(slo)
	rollout.mending(input.rollout)
}

pause := input.settings.thresholds.slo.burn_rate_pause_micro

pause_all := input.settings.thresholds.slo.burn_rate_pause_risky_micro

# The higher of the limits that the last hour is above.
exceeded(slo) := max({limit |
	some limit in [pause, pause_all]
	slo.windows["1h"].burn_rate_micro > limit
	objective.telling(slo, slo.windows["1h"], limit)
})

pauses(limit) if {
	not rollout.mending(input.rollout)
	any_pause(limit)
}

any_pause(_) if rollout.risky(input.rollout, input.service)

any_pause(limit) if limit == pause_all

report(slo, limit) := {
	"message": sprintf("`%s` burns its error budget %s times too fast over 1 h (limit %s)", [
		slo.name, format.factor(slo.windows["1h"].burn_rate_micro), format.factor(limit),
	]),
	"observed": {"burn_rate_1h_micro": slo.windows["1h"].burn_rate_micro},
	"threshold": {"burn_rate_1h_micro": limit},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
	"urgency": "ticket",
}
