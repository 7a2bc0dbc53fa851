# METADATA
# title: Error budget is left
# description: >-
#   The error budget pays for change. The more of it is spent, the fewer changes go ahead: first a note, then
#   approval for risky changes, then for all but fixes, and once it is gone only fixes, with the owner's approval.
#   That takes one person more than the review of the change does: who approved the change did not thereby approve of
#   spending what is left.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Ship what restores reliability first; a change with purpose `fix` or `rollback` can pass.
#   runbook: https://runbooks.example.com/tollgate/error-budget
#   waiver: {of: objective, by: another_team}
#   source: Google SRE Workbook, appendix B (an error budget policy), with steps at 25, 50, 75 and 100 %
package tollgate.change.error_budget

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.review
import data.tollgate.lib.scope

deny contains spent(place, step) if {
	some place, step in reached
	step[0] == 3
}

deny contains unknown(slo) if {
	some slo in unknown_budgets
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(
	spent(place, step),
	input.service.owner,
	review.despite_risk(input.change, input.service),
) if {
	some place, step in reached
	step[0] == 2
}

require_approval contains finding.awaiting(unknown(slo), input.settings.thresholds.change.break_glass_group, 1) if {
	some slo in unknown_budgets
	scope.break_glass(input.change)
}

warn contains spent(place, step) if {
	some place, step in reached
	step[0] == 1
}

# What happened in time that is not known is for a person to say, whatever the change is for.
require_approval contains finding.awaiting(
	undecided(slo),
	input.service.owner,
	review.despite_risk(input.change, input.service),
) if {
	some slo in input.slos
	objective.undecided(slo)
	not scope.break_glass(input.change)
}

require_approval contains finding.awaiting(undecided(slo), input.settings.thresholds.change.break_glass_group, 1) if {
	some slo in input.slos
	objective.undecided(slo)
	scope.break_glass(input.change)
}

# The strictest step that each objective has reached.
reached[place] := max(found) if {
	some place, slo in input.slos
	found := {[strictness[name], limit, meaning] |
		some name, meaning in meanings
		limit := input.settings.thresholds.slo[name]
		slo.budget.consumed_ppm >= limit
	}
	count(found) > 0
	objective.enough_budget(slo)
}

# What each threshold means once it is reached.
meanings := {
	"budget_warn_ppm": "plan for reliability before it runs out",
	"budget_risky_ppm": "risky changes need the owner's approval",
	"budget_approval_ppm": "all changes but fixes need the owner's approval",
	"budget_exhausted_ppm": "only fixes go ahead, with the owner's approval",
}

# How strict it is: 3 denies, 2 asks for approval, 1 warns.
strictness := {
	"budget_warn_ppm": 1,
	"budget_risky_ppm": risky_strictness,
	"budget_approval_ppm": 2 - mending,
	"budget_exhausted_ppm": 3 - mending,
}

mending := 1 if scope.mending(input.change) else := 0

risky_strictness := 2 if scope.risky(input.change, input.service) else := 1

# Where the evidence is not good, `change.evidence` speaks; here it is good and the budget is missing all the same.
unknown_budgets contains slo if {
	some slo in input.slos
	slo.evidence.status == "ok"
	slo.budget == null
}

spent(place, step) := finding.of({
	"message": sprintf("`%s` has spent %s of its %s error budget (limit %s): %d bad events, where %d are allowed; %s", [
		slo.name, format.percent(slo.budget.consumed_ppm), objective.period(slo), format.percent(step[1]),
		slo.budget.bad, slo.budget.allowed_bad, step[2],
	]),
	"observed": {"budget_consumed_ppm": slo.budget.consumed_ppm, "bad_events": slo.budget.bad},
	"threshold": {"budget_consumed_ppm": step[1], "bad_events": slo.budget.allowed_bad},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": retry_at,
}) if slo := input.slos[place]

undecided(slo) := finding.of({
	"message": objective.undecided_message(slo),
	"observed": {
		"budget_consumed_ppm": slo.budget.consumed_ppm,
		"budget_consumed_at_most_ppm": slo.budget.consumed_at_most_ppm,
		"unknown_seconds": slo.budget.known.unknown_seconds,
	},
	"threshold": {"budget_consumed_ppm": objective.undecided_step(slo)},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": concat(" ", [
		"Find out how the service did in that time, from logs or users, and approve or wait.",
		"Of an objective younger than its period say since when it is measured.",
	]),
})

unknown(slo) := finding.of({
	"message": sprintf("the error budget of `%s` is not known, though its telemetry came", [slo.name]),
	"observed": {"budget_consumed_ppm": null},
	"evidence": [slo.evidence.id],
	"retry_at": retry_at,
	"owner": input.service.owner,
	"remediation": "Look whether the objective's metrics reach back over its whole period.",
})

# A budget comes back little by little, as bad events leave the period.
retry_at := clock.in_seconds(input.settings.thresholds.change.retry_seconds)
