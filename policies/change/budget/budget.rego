# METADATA
# title: The budgets allow for change
# description: >-
#   A budget that holds the service says what happens at its steps. From an `approve` step on, changes wait for the
#   budget's owner; from a `freeze` step on, only fixes and rollbacks go ahead until the period ends. Where the owner's
#   people review the change anyway, one more of them approves: who approved the change did not thereby approve of
#   spending more.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Spend less, or have the budget changed in `data/budgets`. A fix or a rollback goes ahead.
#   runbook: https://runbooks.example.com/tollgate/budget
#   waiver: {of: budget, by: another_team}
#   source: budgeting practice, steps at 25, 50, 75 and 100 % of the budget, as each budget declares them
package tollgate.change.budget

import data.tollgate.lib.finding
import data.tollgate.lib.review
import data.tollgate.lib.scope
import data.tollgate.lib.spending

deny contains finding.of(report) if {
	some [_, "freeze", report] in reached
	not scope.mending(input.change)
}

require_approval contains finding.awaiting(report, budget.owner, people(budget)) if {
	some [budget, "approve", report] in reached
	not scope.mending(input.change)
}

# What will be spent is not known: a person decides.
require_approval contains finding.awaiting(spending.unforeseen(budget, step), budget.owner, people(budget)) if {
	some budget in input.spend.budgets
	some step in spending.undecided(budget)
	not scope.mending(input.change)
}

warn contains finding.of(spending.possible(budget, step)) if {
	some budget in input.spend.budgets
	some step in spending.within_reach(budget)
}

warn contains finding.of(report) if {
	some [_, enforcement, report] in reached
	enforcement != "inform"
	scope.mending(input.change)
}

reached contains [budget, step.enforcement, spending.spent(budget, step)] if {
	some budget in input.spend.budgets
	some step in spending.last_steps(budget, "actual")
}

reached contains [budget, step.enforcement, spending.forecast(budget, step)] if {
	some budget in input.spend.budgets
	some step in spending.last_steps(budget, "forecast")
}

people(budget) := review.despite_risk(input.change, input.service) if {
	budget.owner == input.service.owner
} else := 1
