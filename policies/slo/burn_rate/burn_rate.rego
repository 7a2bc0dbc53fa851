# METADATA
# title: No pair of windows burns too fast
# description: >-
#   Multiwindow, multi-burn-rate: the long window shows that it matters, the short one that it still goes on. A page
#   stops rollouts, a ticket asks for the owner's approval of risky ones. Fixes and rollbacks go ahead.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Mend what burns the budget; roll back what was rolled out last. Fixes and rollbacks go ahead.
#   runbook: https://runbooks.example.com/tollgate/burn-rate
#   waiver: {of: objective, by: another_team}
#   source: Google SRE Workbook, chapter 5 (multiwindow, multi-burn-rate alerts)
package tollgate.slo.burn_rate

import data.tollgate.lib.clock
import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

deny contains finding.of(report(slo, pair)) if {
	some slo in input.slos
	some pair in slo.pairs
	pair.exceeded == true
	stops(slo, pair)
}

require_approval contains finding.awaiting(report(slo, pair), input.service.owner, 1) if {
	some slo in input.slos
	some pair in slo.pairs
	pair.exceeded == true
	asks(slo, pair)
}

warn contains finding.of(report(slo, pair)) if {
	some slo in input.slos
	some pair in slo.pairs
	pair.exceeded == true
	objective.telling(slo, slo.windows[pair.long], pair.factor_micro)
	not stops(slo, pair)
	not asks(slo, pair)
}

warn contains finding.of({
	"message": sprintf("`%s` is judged by its budget alone: %s", [slo.name, evidence.reason(slo.evidence)]),
	"observed": {"pairs": 0},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Read the objective's metrics from CloudWatch to have its burn rates judged as well.",
}) if {
	some slo in input.slos
	slo.evidence.status == "ok"
	count(slo.pairs) == 0
}

# Where the evidence is good, every pair must have been judged, but in maintenance.
deny contains finding.of(unknown(slo, pair)) if {
	some [slo, pair] in unjudged
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(
	unknown(slo, pair),
	input.settings.thresholds.change.break_glass_group, 1,
) if {
	some [slo, pair] in unjudged
	rollout.mending(input.rollout)
}

unjudged contains [slo, pair] if {
	some slo in input.slos
	slo.evidence.status == "ok"
	some pair in slo.pairs
	pair.exceeded == null
	not objective.excluded(slo, pair.short)
	not objective.excluded(slo, pair.long)
}

unknown(slo, pair) := {
	"message": sprintf("the burn rate of `%s` over %s and %s is not known, though its telemetry came", [
		slo.name, pair.long, pair.short,
	]),
	"observed": {"exceeded": null},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Look whether the objective's metrics cover these windows.",
}

# Whatever is not a ticket is a page.
stops(slo, pair) if {
	not pair.severity == "ticket"
	objective.telling(slo, slo.windows[pair.long], pair.factor_micro)
	not rollout.mending(input.rollout)
}

asks(slo, pair) if {
	pair.severity == "ticket"
	objective.telling(slo, slo.windows[pair.long], pair.factor_micro)
	rollout.risky(input.rollout, input.service)
}

report(slo, pair) := {
	"message": sprintf("`%s` burns its error budget %s times too fast over %s and %s times over %s (limit %s)", [
		slo.name, format.factor(slo.windows[pair.long].burn_rate_micro), pair.long,
		format.factor(slo.windows[pair.short].burn_rate_micro), pair.short, format.factor(pair.factor_micro),
	]),
	"observed": {
		"burn_rate_long_micro": slo.windows[pair.long].burn_rate_micro,
		"burn_rate_short_micro": slo.windows[pair.short].burn_rate_micro,
	},
	"threshold": {"burn_rate_micro": pair.factor_micro},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(slo.windows[pair.short].seconds),
	"urgency": urgency(pair),
}

urgency(pair) := "ticket" if {
	pair.severity == "ticket"
} else := "page"
