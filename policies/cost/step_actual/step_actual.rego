# METADATA
# title: Spend is short of its steps
# description: >-
#   A budget is spent in steps, and each says what happens from there on. The owner is told, changes wait for the
#   owner's approval, or only fixes and rollbacks go ahead until the period ends.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Spend less, or have the budget changed in `data/budgets`.
#   runbook: https://runbooks.example.com/tollgate/step-actual
#   waiver: {of: budget, by: another_team}
#   source: budgeting practice, steps at 25, 50, 75 and 100 % of the budget, as each budget declares them
package tollgate.cost.step_actual

import data.tollgate.lib.finding
import data.tollgate.lib.spending

deny contains finding.of(spending.spent(budget, step)) if {
	some [budget, step] in reached
	step.enforcement == "freeze"
	not spending.mending(input.spending)
}

require_approval contains finding.awaiting(spending.spent(budget, step), budget.owner, 1) if {
	some [budget, step] in reached
	step.enforcement == "approve"
	not spending.mending(input.spending)
}

warn contains finding.of(spending.spent(budget, step)) if {
	some [budget, step] in reached
	step.enforcement == "inform"
}

warn contains finding.of(spending.spent(budget, step)) if {
	some [budget, step] in reached
	step.enforcement != "inform"
	spending.mending(input.spending)
}

reached contains [budget, step] if {
	some budget in input.budgets
	some step in spending.last_steps(budget, "actual")
}
