# METADATA
# title: No cost anomaly is open
# description: >-
#   What Cost Anomaly Detection found is looked at before more is spent, where it is large both as an amount and as
#   a share.
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
	"message": sprintf("the budget `%s` has an open cost anomaly since %s: %s, %s above what was expected", [
		budget.name, anomaly.starts_on, anomaly.about, spending.money(budget, anomaly.impact_micros),
	]),
	"observed": {"id": anomaly.id, "impact_micros": anomaly.impact_micros, "impact_ppm": anomaly.impact_ppm},
	"threshold": {"impact_micros": limits.anomaly_min_micros, "impact_ppm": limits.anomaly_min_ppm},
})
