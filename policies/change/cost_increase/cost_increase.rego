# METADATA
# title: The cost increase is affordable
# description: >-
#   A change that makes the bill noticeably larger needs the approval of who looks after spend, and a very large one
#   has to be planned. Amounts in another currency and resources without a price cannot be compared, so a person
#   looks at them.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Talk to the approvers about the increase, or make it smaller.
#   runbook: https://runbooks.example.com/tollgate/cost-increase
#   source: FinOps Framework, cost impact of a change before it ships
package tollgate.change.cost_increase

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.scope

deny contains increase(in_money(limits.increase_deny_micros), limits.increase_deny_micros) if {
	input.cost.monthly_increase_micros > limits.increase_deny_micros
	comparable
}

require_approval contains for_approval(increase(in_money(approval_micros), approval_micros)) if {
	input.cost.monthly_increase_micros <= limits.increase_deny_micros
	comparable
	large
}

require_approval contains for_approval(increase(steep_limit, limits.increase_floor_micros)) if {
	input.cost.currency != null
	comparable
	above_floor
	not large
}

require_approval contains for_approval(object.union(cited, {
	"message": sprintf("the estimate is in %s and the limits are in %s: amounts are not compared across currencies", [
		input.cost.currency, limits.currency,
	]),
	"observed": {"currency": input.cost.currency},
	"threshold": {"currency": limits.currency},
})) if {
	input.cost.currency != null
	input.cost.currency != limits.currency
}

require_approval contains for_approval(unpriced) if {
	input.cost.evidence.required
	partial
}

warn contains unpriced if {
	partial
	not input.cost.evidence.required
}

require_approval contains for_approval({
	"message": "the change needs a cost estimate, and none came",
	"observed": {"estimate": false},
	"threshold": {"estimate": true},
	"remediation": "Send `cost` with the change: the JSON of `infracost diff`, or the monthly cost before and after.",
}) if {
	input.cost == null
	limits.estimate_required
	scope.production(input.change)
}

limits := input.settings.thresholds.cost

approval_micros := limits.increase_approval_micros

comparable if input.cost.currency == limits.currency

partial if input.cost.evidence.status == "partial"

large if input.cost.monthly_increase_micros > approval_micros

# Small sums may grow fast without anybody having to look.
above_floor if input.cost.monthly_increase_micros > limits.increase_floor_micros

# What a steep increase exceeds. Where nothing was spent before, every increase is steep.
steep_limit := format.percent(limits.increase_approval_ppm) if input.cost.increase_ppm > limits.increase_approval_ppm

steep_limit := in_money(limits.increase_floor_micros) if input.cost.increase_ppm == null

cited := {"evidence": [input.cost.evidence.id]}

for_approval(fields) := finding.awaiting(fields, limits.approval_group, 1)

unpriced := object.union(cited, {
	"message": sprintf("%s in the estimate without a price: the increase may be larger than it says", [
		format.number_of(input.cost.unpriced_resources, "resource"),
	]),
	"observed": {"unpriced_resources": input.cost.unpriced_resources},
	"threshold": {"unpriced_resources": 0},
})

increase(limit, limit_micros) := object.union(cited, {
	"message": sprintf("the change costs %s a month more, %s (limit %s)", [
		in_money(input.cost.monthly_increase_micros), share, limit,
	]),
	"observed": {
		"monthly_increase_micros": input.cost.monthly_increase_micros,
		"increase_ppm": input.cost.increase_ppm,
	},
	"threshold": {"monthly_increase_micros": limit_micros, "increase_ppm": limits.increase_approval_ppm},
})

in_money(micros) := format.money(micros, limits.currency)

share := sprintf("%s up", [format.percent_up(input.cost.increase_ppm)]) if {
	input.cost.increase_ppm != null
} else := "where nothing was spent before"
