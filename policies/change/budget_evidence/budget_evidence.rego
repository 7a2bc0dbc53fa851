# METADATA
# title: Where the budgets stand is known
# description: >-
#   A budget of which nobody knows what is left approves nothing: those who look after spend do, or in an emergency
#   those who may break the glass. A fix or a rollback goes ahead however its budgets stand, so it is only told. A
#   service that has no budget of its own is told of where others have one.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Look why the bill is not fetched (`tollgate cost status`), or have the change approved.
#   runbook: https://runbooks.example.com/tollgate/evidence
#   waiver: {by: nobody}
#   source: billing data is refreshed at most three times a day; absence is never approval
package tollgate.change.budget_evidence

import data.tollgate.lib.clock
import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.scope
import data.tollgate.lib.spending

require_approval contains finding.awaiting(unknown(budget, proof), approvers, 1) if {
	some [budget, proof] in bad
	proof.required
}

warn contains finding.of(unknown(budget, proof)) if {
	some [budget, proof] in bad
	not proof.required
}

warn contains finding.of({
	"message": sprintf("no budget%s holds `%s` in `%s`, so nothing says what may be spent on it", [
		of_its_own, input.change.service, input.change.environment,
	]),
	"observed": {"budgets": 0},
	"threshold": {"budgets": 1},
	"owner": input.service.owner,
	"remediation": "Write a budget for the service into `data/budgets`.",
}) if {
	input.spend.budgets_declared > 0
	not spending.has_own(input.spend.budgets)
}

of_its_own := "" if count(input.spend.budgets) == 0

of_its_own := " of its own" if count(input.spend.budgets) > 0

# Where the spend is not known, the forecast is not either, and one finding speaks of both.
bad contains [budget, budget.evidence] if {
	some budget in input.spend.budgets
	budget.evidence.status != "ok"
}

bad contains [budget, budget.forecast_evidence] if {
	some budget in input.spend.budgets
	budget.evidence.status == "ok"
	budget.forecast_evidence.status != "ok"
}

approvers := input.settings.thresholds.change.break_glass_group if {
	scope.break_glass(input.change)
} else := input.settings.thresholds.cost.approval_group

unknown(budget, proof) := object.union(spending.about(budget, {
	"message": sprintf("`%s` %s: %s", [proof.id, evidence.state(proof), evidence.reason(proof)]),
	"observed": {"status": proof.status, "as_of": proof.as_of},
	"threshold": {"status": "ok"},
	"since": evidence.since(proof),
	"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds),
}), {"evidence": [cited.id |
	some cited in [budget.evidence, budget.forecast_evidence]
	cited.status != "ok"
]})
