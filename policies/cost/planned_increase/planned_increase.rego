# METADATA
# title: The planned increase is affordable
# description: >-
#   A change that makes the bill noticeably larger needs an approval, a larger one needs two, and a very large one
#   needs a budget of its own first. Small sums may grow fast without anybody having to look.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Make the increase smaller, have it approved, or plan a budget for it.
#   runbook: https://runbooks.example.com/tollgate/planned-increase
#   source: FinOps Framework, cost impact of a change before it ships; the same limits as for changes
package tollgate.cost.planned_increase

import data.tollgate.lib.finding
import data.tollgate.lib.format

deny contains finding.of(report(limits.increase_deny_micros)) if {
	comparable
	input.planned.monthly_increase_micros > limits.increase_deny_micros
}

require_approval contains finding.awaiting(report(tier.limit), limits.approval_group, tier.people) if {
	comparable
}

require_approval contains finding.awaiting({
	"message": sprintf("the estimate is in %s and the limits are in %s: amounts are not compared across currencies", [
		input.planned.currency, limits.currency,
	]),
	"observed": {"currency": input.planned.currency},
	"threshold": {"currency": limits.currency},
	"evidence": [input.planned.evidence.id],
}, limits.approval_group, 1) if {
	input.planned.currency != null
	input.planned.currency != limits.currency
}

limits := input.settings.thresholds.cost

comparable if input.planned.currency == limits.currency

# How many must approve, and the limit that asks for them.
tier := {"people": 2, "limit": limits.increase_second_approval_micros} if {
	input.planned.monthly_increase_micros > limits.increase_second_approval_micros
	input.planned.monthly_increase_micros <= limits.increase_deny_micros
} else := {"people": 1, "limit": limits.increase_approval_micros} if {
	input.planned.monthly_increase_micros > limits.increase_approval_micros
	input.planned.monthly_increase_micros <= limits.increase_deny_micros
} else := {"people": 1, "limit": limits.increase_floor_micros} if {
	input.planned.monthly_increase_micros > limits.increase_floor_micros
	input.planned.monthly_increase_micros <= limits.increase_deny_micros
	steep
}

steep if input.planned.increase_ppm > limits.increase_approval_ppm

# Where nothing was spent before, or the form does not say, every increase is steep.
steep if input.planned.increase_ppm == null

report(limit_micros) := {
	"message": sprintf("the change costs %s a month more%s (limit %s)", [
		format.money(input.planned.monthly_increase_micros, limits.currency), share,
		format.money(limit_micros, limits.currency),
	]),
	"observed": {
		"monthly_increase_micros": input.planned.monthly_increase_micros,
		"increase_ppm": input.planned.increase_ppm,
	},
	"threshold": {"monthly_increase_micros": limit_micros, "increase_ppm": limits.increase_approval_ppm},
	"evidence": [input.planned.evidence.id],
}

share := sprintf(", %s up", [format.percent_up(input.planned.increase_ppm)]) if {
	input.planned.increase_ppm != null
} else := ""
