# METADATA
# title: The error budget does not burn too fast
# description: >-
#   Pairs of a long and a short window that both burn too fast hold changes up: a page denies, a ticket asks for
#   approval of risky changes. Besides, a high rate over the last hour pauses releases. Fixes pass with the owner's
#   approval, which takes one person more than the review of the change does: who approved the change did not thereby
#   approve of shipping it while the budget burns.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Mend what burns the budget. Fixes and rollbacks pass with one more owner's approval.
#   runbook: https://runbooks.example.com/tollgate/burn-rate
#   waiver: {of: objective, by: another_team}
#   source: Google SRE Workbook, chapter 5 (multiwindow, multi-burn-rate alerts)
package tollgate.change.burn_rate

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.review
import data.tollgate.lib.scope

deny contains burning(place, breach) if {
	some place, breach in worst
	breach[0] == 3
}

deny contains unknown(slo) if {
	some slo in unknown_slos
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(
	burning(place, breach),
	input.service.owner,
	review.despite_risk(input.change, input.service),
) if {
	some place, breach in worst
	breach[0] == 2
}

require_approval contains finding.awaiting(unknown(slo), input.settings.thresholds.change.break_glass_group, 1) if {
	some slo in unknown_slos
	scope.break_glass(input.change)
}

warn contains burning(place, breach) if {
	some place, breach in worst
	breach[0] == 1
}

# The worst breach of each objective: how strict (3 denies, 2 asks for approval, 1 warns), limit, long and short window.
worst[place] := max(breaches) if {
	some [place, slo] in restless
	breaches := pair_breaches(slo) | hour_breaches(slo)
	count(breaches) > 0
}

# Only these are looked at closer.
restless contains [place, slo] if {
	some place, slo in input.slos
	not objective.calm(slo)
}

pair_breaches(slo) := {breach_of(pair) | some pair in slo.pairs; objective.exceeds(slo, pair)}

breach_of(pair) := [strictness(pair), pair.factor_micro, pair.long, pair.short]

# Whatever is not a ticket is a page.
strictness(pair) := ticket_strictness if pair.severity == "ticket"

strictness(pair) := 3 - mending if not pair.severity == "ticket"

mending := 1 if scope.mending(input.change) else := 0

ticket_strictness := 2 if scope.risky(input.change, input.service) else := 1

# One window alone: a calm five minutes do not end a bad hour.
hour_breaches(slo) := {[hour_strictness[name], limit, "1h", "1h"] |
	some name in ["burn_rate_pause_micro", "burn_rate_pause_risky_micro", "burn_rate_escalate_micro"]
	limit := input.settings.thresholds.slo[name]
	slo.windows["1h"].burn_rate_micro > limit
	objective.telling(slo, slo.windows["1h"], limit)
}

# Pauses normal changes, then all but fixes, then fixes without the owner's approval.
hour_strictness := {
	"burn_rate_pause_micro": pause_strictness,
	"burn_rate_pause_risky_micro": 3 - (2 * mending),
	"burn_rate_escalate_micro": 3 - mending,
}

default pause_strictness := 1

pause_strictness := 3 if {
	scope.kind(input.change) == "normal"
	not scope.mending(input.change)
}

unknown_slos contains slo if {
	some [_, slo] in restless
	slo.evidence.status == "ok"
	count(slo.pairs) > 0
	count(objective.unknown_windows(slo)) > 0
}

# In planned maintenance burn rates are blind to what a change does.
require_approval contains finding.awaiting(maintained(slo), input.service.owner, 1) if {
	some slo in blind_slos
	scope.risky(input.change, input.service)
}

warn contains maintained(slo) if {
	some slo in blind_slos
	not scope.risky(input.change, input.service)
}

blind_slos contains slo if {
	some [_, slo] in restless
	slo.evidence.status == "ok"
	some label in objective.judged_windows(slo)
	objective.excluded(slo, label)
}

maintained(slo) := finding.of({
	"message": sprintf("the last minutes of `%s` are planned maintenance (%s): its events do not count", [
		slo.name, format.names({window.name | some window in slo.maintenance}),
	]),
	"observed": {"maintenance": [window.name | some window in slo.maintenance]},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
	"remediation": "Wait until the maintenance ends, or ask who planned it.",
})

# Another service judges it, or its period is too short for windows.
warn contains finding.of({
	"message": sprintf("`%s` is judged by its budget alone, not by burn rates", [slo.name]),
	"observed": {"pairs": 0},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Read the objective's metrics from CloudWatch to have its burn rates judged as well.",
}) if {
	some slo in input.slos
	slo.evidence.status == "ok"
	count(slo.pairs) == 0
}

burning(place, breach) := finding.of({
	"message": sprintf("`%s` burns its error budget %s (limit %s)%s", [
		slo.name, objective.speed(slo, long, short), format.factor(limit), objective.gone(slo),
	]),
	"observed": objective.rates(slo, {long, short}),
	"threshold": {"burn_rate_micro": limit},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(wait_seconds(slo, long, short)),
}) if {
	slo := input.slos[place]
	[_, limit, long, short] := breach
}

wait_seconds(slo, long, short) := slo.windows[short].seconds if long != short

wait_seconds(_, long, short) := input.settings.thresholds.change.retry_seconds if long == short

unknown(slo) := finding.of({
	"message": sprintf("the burn rate of `%s` over %s is not known, though its telemetry came", [
		slo.name, format.names(objective.unknown_windows(slo)),
	]),
	"observed": {"burn_rate_micro": null},
	"evidence": [slo.evidence.id],
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
	"owner": input.service.owner,
	"remediation": "Look whether the metrics cover these windows, and `slo.burn_rate_pairs` names measured ones.",
})
