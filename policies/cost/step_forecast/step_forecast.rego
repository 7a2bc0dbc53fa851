# METADATA
# title: The forecast is short of its steps
# description: >-
#   What will have been spent at the end of the period is held against steps of its own, so that there is time to
#   act. What only the upper bound of the forecast reaches is said; where no forecast is known, the owner decides.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Spend less for the rest of the period, or have the budget changed in `data/budgets`.
#   runbook: https://runbooks.example.com/tollgate/step-forecast
#   waiver: {of: budget, by: another_team}
#   source: budgeting practice, steps of the forecast beside those of what was spent
package tollgate.cost.step_forecast

import data.tollgate.lib.finding
import data.tollgate.lib.spending

deny contains finding.of(spending.forecast(budget, step)) if {
	some [budget, step] in reached
	step.enforcement == "freeze"
	not spending.mending(input.spending)
}

require_approval contains finding.awaiting(spending.forecast(budget, step), budget.owner, 1) if {
	some [budget, step] in reached
	step.enforcement == "approve"
	not spending.mending(input.spending)
}

warn contains finding.of(spending.forecast(budget, step)) if {
	some [budget, step] in reached
	step.enforcement == "inform"
}

warn contains finding.of(spending.forecast(budget, step)) if {
	some [budget, step] in reached
	step.enforcement != "inform"
	spending.mending(input.spending)
}

# What will be spent is not known: a person decides.
require_approval contains finding.awaiting(spending.unforeseen(budget, step), budget.owner, 1) if {
	some budget in input.budgets
	some step in spending.undecided(budget)
	not spending.mending(input.spending)
}

warn contains finding.of(spending.possible(budget, step)) if {
	some budget in input.budgets
	some step in spending.within_reach(budget)
}

reached contains [budget, step] if {
	some budget in input.budgets
	some step in spending.last_steps(budget, "forecast")
}
