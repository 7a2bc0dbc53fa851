# METADATA
# title: The bill is good enough
# description: >-
#   A bill that was fetched too long ago, is behind, has gaps or could not be read says nothing of what is left. A
#   fix or a rollback passes with the approval of those who look after spend. A bill that is good and may still
#   change is enough, except close to the end of a budget.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Have the bill fetched again, or look why it is not. A fix or a rollback can be approved.
#   runbook: https://runbooks.example.com/tollgate/evidence
#   waiver: {by: nobody}
#   source: billing data is refreshed at most three times a day, and final days after the month
package tollgate.cost.evidence

import data.tollgate.lib.clock
import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.spending

deny contains finding.of(report(proof)) if {
	some proof in bad
	proof.required
	not spending.mending(input.spending)
}

require_approval contains finding.awaiting(report(proof), limits.approval_group, 1) if {
	some proof in bad
	proof.required
	spending.mending(input.spending)
}

warn contains finding.of(report(proof)) if {
	some proof in bad
	not proof.required
}

warn contains finding.of(spending.about(budget, {
	"message": sprintf("the budget `%s` is at %s, and %s of that may still change: it may be over already", [
		budget.name, spending.share(budget.share_ppm), spending.money(budget, budget.estimated_micros),
	]),
	"observed": {"share_ppm": budget.share_ppm, "estimated_micros": budget.estimated_micros},
	"threshold": {"share_ppm": limits.estimated_share_ppm},
})) if {
	some budget in input.budgets
	budget.standing == "inside_estimated"
	budget.share_ppm >= limits.estimated_share_ppm
}

limits := input.settings.thresholds.cost

bad contains proof if {
	some budget in input.budgets
	some proof in [budget.evidence, budget.forecast_evidence]
	proof.status != "ok"
}

bad contains proof if {
	some proof in input.bill
	proof.status != "ok"
}

bad contains input.planned.evidence if {
	input.planned != null
	not input.planned.evidence.status in {"ok", "partial"}
}

report(proof) := object.union(found(proof), {"remediation": concat("", [
	"Have the estimate made again and send it as it is: the JSON of `infracost diff`, or the monthly cost before and ",
	"after. A fix or a rollback can be approved.",
])}) if {
	proof.id == input.planned.evidence.id
} else := found(proof)

found(proof) := {
	"message": sprintf("`%s` %s: %s", [proof.id, evidence.state(proof), evidence.reason(proof)]),
	"observed": {"status": proof.status, "as_of": proof.as_of},
	"threshold": {"status": "ok"},
	"since": proof.as_of,
	"evidence": [proof.id],
	"retry_at": clock.in_seconds(limits.retry_seconds),
}
