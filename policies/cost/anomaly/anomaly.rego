# METADATA
# title: No cost anomaly is open
# description: >-
#   What Cost Anomaly Detection found is looked at before more is spent, where it is large both as an amount and as
#   a share. So is what it found and cannot be read here; and where it did not answer at all, nobody knows that there is
#   none.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Look at the anomaly in the console, and say there what it was.
#   runbook: https://runbooks.example.com/tollgate/anomaly
#   source: AWS Cost Anomaly Detection, default alert subscription (an impact of 100 and of 40 %)
package tollgate.cost.anomaly

import data.tollgate.lib.finding
import data.tollgate.lib.spending

require_approval contains finding.awaiting(told(budget, anomaly), budget.owner, 1) if {
	some [budget, anomaly] in open
	large(anomaly)
	not spending.mending(input.spending)
}

warn contains finding.of(report(budget, anomaly)) if {
	some [budget, anomaly] in open
	not large(anomaly)
}

warn contains finding.of(told(budget, anomaly)) if {
	some [budget, anomaly] in open
	large(anomaly)
	spending.mending(input.spending)
}

# What cannot be read can be as large as any.
require_approval contains finding.awaiting(unreadable(budget, record), budget.owner, 1) if {
	some [budget, record] in odd
	not spending.mending(input.spending)
}

warn contains finding.of(unreadable(budget, record)) if {
	some [budget, record] in odd
	spending.mending(input.spending)
}

odd contains [budget, record] if {
	some budget in input.budgets
	some record in budget.unreadable
	record.part == "anomalies"
}

open contains [budget, anomaly] if {
	some budget in input.budgets
	some anomaly in budget.anomalies
}

large(anomaly) if {
	anomaly.impact_micros >= limits.anomaly_min_micros
	steep(anomaly)
}

steep(anomaly) if anomaly.impact_ppm >= limits.anomaly_min_ppm

# Nothing was expected, so no share can be told.
steep(anomaly) if anomaly.impact_ppm == null

limits := input.settings.thresholds.cost

# Its owner is told of what is large.
told(budget, anomaly) := object.union(report(budget, anomaly), {"urgency": "ticket"})

report(budget, anomaly) := spending.about(budget, {
	"message": sprintf("the budget `%s` has had a cost anomaly since %s: %s costs %s more than expected%s", [
		budget.name, anomaly.starts_on, anomaly.about, spending.money(budget, anomaly.impact_micros), share(anomaly),
	]),
	"observed": {"id": anomaly.id, "impact_micros": anomaly.impact_micros, "impact_ppm": anomaly.impact_ppm},
	"threshold": {"impact_micros": limits.anomaly_min_micros, "impact_ppm": limits.anomaly_min_ppm},
})

unreadable(budget, record) := spending.about(budget, {
	"message": sprintf("nobody knows whether the budget `%s` has a cost anomaly: %s", [budget.name, record.reason]),
	"observed": {"id": record.record},
	"urgency": "ticket",
	"remediation": concat(" ", [
		"See why Cost Anomaly Detection does not answer (`tollgate cost status`),",
		"or set `billing.anomalies` to false where it is not used.",
	]),
}) if {
	record.record == "all"
} else := spending.about(budget, {
	"message": sprintf("the budget `%s` may have a cost anomaly that cannot be read: %s", [budget.name, record.reason]),
	"observed": {"id": record.record},
	"urgency": "ticket",
	"remediation": "Look at it in the console of Cost Anomaly Detection: explained there, it holds nothing up.",
})

share(anomaly) := sprintf(" (%s)", [spending.share(anomaly.impact_ppm)]) if anomaly.impact_ppm != null

share(anomaly) := ", and no cost was expected" if anomaly.impact_ppm == null
