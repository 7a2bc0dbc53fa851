package tollgate.change.cost_increase_test

import data.tollgate.change.cost_increase
import data.tollgate.lib.testing

cost(increase_micros, increase_ppm) := {"cost": {
	"evidence": testing.evidence("cost/estimate"),
	"currency": "EUR",
	"monthly_before_micros": 10000000000,
	"monthly_after_micros": 10000000000 + increase_micros,
	"monthly_increase_micros": increase_micros,
	"increase_ppm": increase_ppm,
	"unpriced_resources": 0,
}}

# What was found, by effect.
judge(patch) := {"deny": denied, "require_approval": asked, "warn": warned} if {
	facts := testing.facts(patch)
	denied := cost_increase.deny with input as facts
	asked := cost_increase.require_approval with input as facts
	warned := cost_increase.warn with input as facts
}

quiet := {"deny": set(), "require_approval": set(), "warn": set()}

test_small_increases_savings_and_no_estimate_pass if {
	judge({}) == quiet
	judge(cost(0, 0)) == quiet
	judge(cost(-9000000000, -900000)) == quiet
	judge(cost(500000000, 200000)) == quiet
	judge(cost(50000000, 900000)) == quiet
	judge(cost(50000000, null)) == quiet
}

test_a_large_increase_needs_the_approval_of_who_looks_after_spend if {
	found := judge(cost(500000001, 50001))
	testing.only(found.require_approval) == {
		"message": "the change costs 500.01 EUR a month more, 5.1 % up (limit 500.00 EUR)",
		"observed": {"monthly_increase_micros": 500000001, "increase_ppm": 50001},
		"threshold": {"monthly_increase_micros": 500000000, "increase_ppm": 200000},
		"evidence": ["cost/estimate"],
		"approval": {"group": "finops", "count": 1},
	}
	count(found.deny) == 0
	testing.only(judge(cost(2000000000, 200000)).require_approval).approval.count == 1
	testing.only(judge(cost(2000000001, 200001)).require_approval).approval.count == 2
	testing.only(judge(cost(5000000000, 500000)).require_approval).approval.count == 2
}

test_a_steep_increase_needs_it_too_unless_it_is_small if {
	found := judge(cost(60000000, 200001))
	testing.only(found.require_approval).message == "the change costs 60.00 EUR a month more, 20.1 % up (limit 20 %)"
	judge(cost(60000000, 200000)) == quiet
	new := judge(cost(50000001, null))
	message := "the change costs 50.01 EUR a month more, where nothing was spent before (limit 50.00 EUR)"
	testing.only(new.require_approval).message == message
	testing.only(new.require_approval).observed == {"monthly_increase_micros": 50000001, "increase_ppm": null}
}

test_an_estimate_without_a_past_says_so if {
	found := judge(object.union(cost(500000000, null), {"cost": {"monthly_before_micros": null}}))
	startswith(testing.only(found.require_approval).message, "the estimate does not say what is spent now, so all of 500.00 EUR a month")
}

test_a_very_large_increase_is_denied if {
	found := judge(cost(5000000001, 500001))
	testing.only(found.deny).message == "the change costs 5000.01 EUR a month more, 50.1 % up (limit 5000.00 EUR)"
	testing.only(found.deny).threshold.monthly_increase_micros == 5000000000
	count(found.require_approval) == 0
}

test_amounts_are_never_compared_across_currencies if {
	found := judge(object.union(cost(9000000000, 900000), {"cost": {"currency": "USD"}}))
	count(found.deny) == 0
	message := "the estimate is in USD and the limits are in EUR: amounts are not compared across currencies"
	testing.only(found.require_approval).message == message
	testing.only(found.require_approval).approval == {"group": "finops", "count": 1}
}

test_resources_without_a_price_need_approval if {
	reason := "3 resources have no price, so the increase may be larger"
	partial := {"cost": {"evidence": testing.broken("cost/estimate", "partial", reason), "unpriced_resources": 3}}
	found := judge(object.union(cost(0, 0), partial))
	message := "the cost estimate leaves something out: 3 resources have no price, so the increase may be larger"
	testing.only(found.require_approval).message == message
	testing.only(found.require_approval).evidence == ["cost/estimate"]
	advisory := judge(object.union_n([cost(0, 0), partial, {"cost": {"evidence": {"required": false}}}]))
	count(advisory.require_approval) == 0
	count(advisory.warn) == 1
}

test_an_estimate_can_be_required_in_production if {
	required := testing.threshold("cost", "estimate_required", true)
	found := judge(required)
	testing.only(found.require_approval).message == "the change needs a cost estimate, and none came"
	judge(object.union(required, {"change": {"environment": "staging"}})) == quiet
	judge(object.union(required, cost(0, 0))) == quiet
}

test_an_estimate_that_cannot_be_read_is_left_to_the_evidence_rule if {
	unknown := {"cost": {
		"evidence": testing.broken("cost/estimate", "no_data", "x"),
		"currency": null,
		"monthly_increase_micros": null,
		"increase_ppm": null,
	}}
	judge(object.union(cost(0, 0), unknown)) == quiet
}

test_unsupported_resources_that_the_change_does_not_touch_only_warn if {
	found := judge(object.union(cost(0, 0), {"cost": {"unsupported_unchanged_resources": 1}}))
	count(found.require_approval) == 0
	message := "the cost estimate has no price for 1 resource of unsupported types, and shows no change of them"
	testing.only(found.warn).message == message
}
