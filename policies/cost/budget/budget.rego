# METADATA
# title: There is a budget
# description: >-
#   A service without a budget of its own spends what it likes: one of everything hardly notices. Until it has one,
#   who looks after spend approves what is added to it.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: >-
#     Write a budget for the service into `data/budgets`, or into its file in `data/services` the `accounts` or
#     `tags` of one.
#   runbook: https://runbooks.example.com/tollgate/budget
#   source: FinOps Framework, budgeting, every service's spend is in a budget that somebody owns
package tollgate.cost.budget

import data.tollgate.lib.finding
import data.tollgate.lib.spending

require_approval contains finding.awaiting(report, input.settings.thresholds.cost.approval_group, 1) if {
	no_budget
	not spending.mending(input.spending)
}

warn contains finding.of(report) if {
	no_budget
	spending.mending(input.spending)
}

no_budget if count(input.budgets) == 0

no_budget if {
	input.spending.service != null
	not spending.has_own(input.budgets)
}

report := {
	"message": sprintf("no budget%s holds %s, so nothing says what may be spent", [of_its_own, about]),
	"observed": {"budgets": 0},
	"threshold": {"budgets": 1},
	"owner": owner,
}

about := sprintf("`%s`", [input.spending.service]) if {
	input.spending.service != null
} else := sprintf("the name `%v`", [input.spending.budget])

of_its_own := "" if count(input.budgets) == 0

of_its_own := " of its own" if count(input.budgets) > 0

default owner := null

owner := input.service.owner if input.service != null
