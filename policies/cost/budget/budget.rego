# METADATA
# title: There is a budget
# description: >-
#   A service without a budget of its own spends what it likes: one of everything hardly notices. Until it has one,
#   who looks after spend approves what is added to it. A question about a budget that is not there cannot be
#   answered, whatever it is for.
# custom:
#   owner: finops
#   effect: deny
#   remediation: >-
#     Write a budget for the service into `data/budgets`, or into its file in `data/services` the `accounts` or
#     `tags` of one.
#   runbook: https://runbooks.example.com/tollgate/budget
#   source: FinOps Framework, budgeting, every service's spend is in a budget that somebody owns
package tollgate.cost.budget

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.spending

deny contains {
	"message": sprintf("there is no budget `%s`%s", [unknown.name, format.meant(unknown.near)]),
	"observed": {"budget": unknown.name, "known": false},
	"threshold": {"known": true},
	"remediation": "Ask again with the name of a budget in `data/budgets`, or with the `service` that spends the money.",
} if {
	some unknown in input.unknown_names
	unknown.kind == "budget"
}

deny contains {
	"message": sprintf("no budget that is asked about is for the environment `%s`%s", [
		unknown.name, format.meant(unknown.near),
	]),
	"observed": {"environment": unknown.name, "known": false},
	"threshold": {"known": true},
	"remediation": "Ask again with an environment that the budget is for, or without one for all of them.",
} if {
	some unknown in input.unknown_names
	unknown.kind == "environment"
}

require_approval contains finding.awaiting(report, input.settings.thresholds.cost.approval_group, 1) if {
	no_budget
	not spending.mending(input.spending)
}

warn contains finding.of(report) if {
	no_budget
	spending.mending(input.spending)
}

no_budget if {
	count(input.budgets) == 0
	not is_unknown
}

is_unknown if {
	some unknown in input.unknown_names
	unknown.kind == "budget"
}

no_budget if {
	input.spending.service != null
	not spending.has_own(input.budgets)
}

no_budget if count(unheld) > 0

# A question about all environments is one about each of them.
unheld contains environment if {
	input.spending.service != null
	input.spending.environment == null
	some environment in input.service.environments
	not own_in(environment)
}

own_in(environment) if {
	some budget in input.budgets
	budget.own
	environment in budget.scope.environments
}

own_in(_) if {
	some budget in input.budgets
	budget.own
	count(budget.scope.environments) == 0
}

report := {
	"message": sprintf("no budget%s holds %s%s, so nothing says what may be spent", [of_its_own, about, where]),
	"observed": {"budgets": 0},
	"threshold": {"budgets": 1},
	"owner": owner,
}

about := sprintf("`%s`", [input.spending.service]) if {
	input.spending.service != null
} else := sprintf("the name `%v`", [input.spending.budget])

where := sprintf(" in %s", [format.names(sort(unheld))]) if {
	count(unheld) > 0
	spending.has_own(input.budgets)
} else := ""

of_its_own := "" if count(input.budgets) == 0

of_its_own := " of its own" if count(input.budgets) > 0

default owner := null

owner := input.service.owner if input.service != null
