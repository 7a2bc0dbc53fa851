# METADATA
# title: Error budget is left
# description: >-
#   The error budget pays for change. At a quarter spent the owner is told, at half risky rollouts need the owner's
#   approval, at three quarters only fixes go ahead without it, and once it is gone only fixes and rollbacks go ahead.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Ship what restores reliability first; fixes and rollbacks go ahead.
#   runbook: https://runbooks.example.com/tollgate/error-budget
#   waiver: {of: objective, by: another_team}
#   source: Google SRE Workbook, appendix B (an error budget policy), with steps at 25, 50, 75 and 100 %
package tollgate.slo.error_budget

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.objective
import data.tollgate.lib.rollout

deny contains finding.of(spent(slo, "budget_exhausted_ppm")) if {
	some slo in input.slos
	reached(slo) == "budget_exhausted_ppm"
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(spent(slo, step), input.service.owner, 1) if {
	some slo in input.slos
	step := reached(slo)
	asks(step)
}

warn contains finding.of(spent(slo, step)) if {
	some slo in input.slos
	step := reached(slo)
	not step == "budget_exhausted_ppm"
	not asks(step)
}

warn contains finding.of(spent(slo, "budget_exhausted_ppm")) if {
	some slo in input.slos
	reached(slo) == "budget_exhausted_ppm"
	rollout.mending(input.rollout)
}

deny contains unknown(slo) if {
	some slo in unknown_budgets
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(unknown(slo), input.settings.thresholds.change.break_glass_group, 1) if {
	some slo in unknown_budgets
	rollout.mending(input.rollout)
}

unknown_budgets contains slo if {
	some slo in input.slos
	slo.evidence.status == "ok"
	slo.budget == null
}

unknown(slo) := finding.of({
	"message": sprintf("the error budget of `%s` is not known, though its telemetry came", [slo.name]),
	"observed": {"budget_consumed_ppm": null},
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"remediation": "Look whether the objective's metrics reach back over its whole period.",
})

# What happened in time that is not known is for a person to say, whatever the rollout is for.
require_approval contains finding.awaiting(
	{
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
		"urgency": "ticket",
	},
	input.service.owner, 1,
) if {
	some slo in input.slos
	objective.undecided(slo)
}

# The last step that an objective has reached.
reached(slo) := [step | some step in steps; slo.budget.consumed_ppm >= input.settings.thresholds.slo[step]][0] if {
	slo.budget.consumed_ppm >= input.settings.thresholds.slo.budget_warn_ppm
	objective.enough_budget(slo)
}

steps := ["budget_exhausted_ppm", "budget_approval_ppm", "budget_risky_ppm", "budget_warn_ppm"]

asks("budget_approval_ppm") if not rollout.mending(input.rollout)

asks("budget_risky_ppm") if rollout.risky(input.rollout, input.service)

# A quarter of the budget is there to be spent.
urgencies := {
	"budget_warn_ppm": null,
	"budget_risky_ppm": "ticket",
	"budget_approval_ppm": "ticket",
	"budget_exhausted_ppm": "ticket",
}

meanings := {
	"budget_warn_ppm": "plan for reliability before it runs out",
	"budget_risky_ppm": "risky rollouts need the owner's approval",
	"budget_approval_ppm": "all rollouts but fixes need the owner's approval",
	"budget_exhausted_ppm": "only fixes and rollbacks go ahead",
}

spent(slo, step) := {
	"message": sprintf("`%s` has spent %s of its error budget (limit %s): %s", [
		slo.name, format.percent(slo.budget.consumed_ppm),
		format.percent(input.settings.thresholds.slo[step]), meanings[step],
	]),
	"observed": {"budget_consumed_ppm": slo.budget.consumed_ppm, "budget_remaining_ppm": slo.budget.remaining_ppm},
	"threshold": {"budget_consumed_ppm": input.settings.thresholds.slo[step]},
	"since": slo.burning_since,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(3600),
	"urgency": urgencies[step],
}
