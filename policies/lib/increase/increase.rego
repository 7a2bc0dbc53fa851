# METADATA
# title: Planned increases
# description: >-
#   How many must approve a change that makes the bill larger, and how that reads: the same for a change and for a
#   question about spend.
package tollgate.lib.increase

import data.tollgate.lib.finding
import data.tollgate.lib.format

# What an estimate (`input.cost` of a change, `input.planned` of a question about spend) is denied for.
denied(cost, limits) := report(cost, limits, limit) if {
	cost.currency == limits.currency
	cost.monthly_increase_micros > limits.increase_deny_micros
	limit := {"micros": limits.increase_deny_micros, "text": format.money(limits.increase_deny_micros, limits.currency)}
}

# What it needs approvals for, and of how many.
awaiting(cost, limits) := finding.awaiting(report(cost, limits, tier), limits.approval_group, tier.people) if {
	cost.currency == limits.currency
	cost.monthly_increase_micros != null
	cost.monthly_increase_micros <= limits.increase_deny_micros
	tier := tier_of(cost, limits)
}

awaiting(cost, limits) := finding.awaiting(
	{
		"message": sprintf("the estimate is in %s and the limits are in %s: amounts are not compared across currencies", [
			cost.currency, limits.currency,
		]),
		"observed": {"currency": cost.currency},
		"threshold": {"currency": limits.currency},
		"evidence": [cost.evidence.id],
	},
	limits.approval_group,
	1,
) if {
	cost.currency != null
	cost.currency != limits.currency
}

# How many must approve, and the limit that asks for them. Small sums may grow fast without anybody having to look.
tier_of(cost, limits) := {"people": 2, "micros": limit, "text": format.money(limit, limits.currency)} if {
	limit := limits.increase_second_approval_micros
	cost.monthly_increase_micros > limit
} else := {"people": 1, "micros": limit, "text": format.money(limit, limits.currency)} if {
	limit := limits.increase_approval_micros
	cost.monthly_increase_micros > limit
} else := {"people": 1, "micros": limit, "text": steep} if {
	limit := limits.increase_floor_micros
	cost.monthly_increase_micros > limit
	steep := steep_limit(cost, limits)
}

# What a steep increase exceeds. Where nothing was spent before, or nobody knows what was, every increase is steep.
steep_limit(cost, limits) := format.percent(limits.increase_approval_ppm) if {
	cost.increase_ppm > limits.increase_approval_ppm
}

steep_limit(cost, limits) := format.money(limits.increase_floor_micros, limits.currency) if cost.increase_ppm == null

report(cost, limits, limit) := object.union(past(cost), {
	"message": sprintf("%s (limit %s)", [told(cost, limits), limit.text]),
	"observed": {
		"monthly_increase_micros": cost.monthly_increase_micros,
		"increase_ppm": cost.increase_ppm,
	},
	"threshold": {"monthly_increase_micros": limit.micros, "increase_ppm": limits.increase_approval_ppm},
	"evidence": [cost.evidence.id],
})

# An estimate without a past counts as new in full.
past(cost) := {"remediation": "Send the JSON of `infracost diff`, or of a breakdown of a plan: both know it."} if {
	cost.monthly_before_micros == null
} else := {}

told(cost, limits) := sprintf("the estimate does not say what is spent now, so all of %s a month counts as new", [
	format.money(cost.monthly_increase_micros, limits.currency),
]) if {
	cost.monthly_before_micros == null
} else := sprintf("the change costs %s a month more, where nothing was spent before", [
	format.money(cost.monthly_increase_micros, limits.currency),
]) if {
	cost.increase_ppm == null
} else := sprintf("the change costs %s a month more, %s up", [
	format.money(cost.monthly_increase_micros, limits.currency), format.percent_up(cost.increase_ppm),
])
