package tollgate.lib.increase_test

import data.tollgate.lib.increase

limits := {
	"currency": "EUR",
	"approval_group": "finops",
	"increase_floor_micros": 50000000,
	"increase_approval_micros": 500000000,
	"increase_second_approval_micros": 2000000000,
	"increase_deny_micros": 5000000000,
	"increase_approval_ppm": 200000,
}

cost(micros, ppm) := {
	"evidence": {"id": "cost/estimate"},
	"currency": "EUR",
	"monthly_before_micros": 1000000000,
	"monthly_increase_micros": micros,
	"increase_ppm": ppm,
}

people(estimate) := found.approval.count if found := increase.awaiting(estimate, limits)

message(estimate) := found.message if found := increase.awaiting(estimate, limits)

test_approvals_grow_with_the_amount if {
	not people(cost(500000000, 100000))
	people(cost(500000001, 100000)) == 1
	people(cost(2000000000, 100000)) == 1
	people(cost(2000000001, 100000)) == 2
	people(cost(5000000000, 100000)) == 2
	not people(cost(5000000001, 100000))
	increase.denied(cost(5000000001, 100000), limits)
	not increase.denied(cost(5000000000, 100000), limits)
}

test_the_limit_is_the_one_that_is_exceeded if {
	endswith(message(cost(60000000, 200001)), "60.00 EUR a month more, 20.1 % up (limit 20 %)")
	endswith(message(cost(600000000, 900000)), "90 % up (limit 500.00 EUR)")
	endswith(message(cost(3000000000, 900000)), "90 % up (limit 2000.00 EUR)")
	endswith(message(cost(60000000, null)), "where nothing was spent before (limit 50.00 EUR)")
}

test_an_estimate_without_a_past_says_so_and_still_counts if {
	unknown := object.union(cost(500000000, null), {"monthly_before_micros": null})
	found := increase.awaiting(unknown, limits)
	found.message == concat("", [
		"the estimate does not say what is spent now, ",
		"so all of 500.00 EUR a month counts as new (limit 50.00 EUR)",
	])
	found.approval == {"group": "finops", "count": 1}
	contains(found.remediation, "infracost diff")
	much := object.union(cost(6000000000, null), {"monthly_before_micros": null})
	startswith(increase.denied(much, limits).message, "the estimate does not say what is spent now, so all of 6000.00 EUR")
}

test_amounts_are_never_compared_across_currencies if {
	dollars := object.union(cost(9000000000, 900000), {"currency": "USD"})
	people(dollars) == 1
	not increase.denied(dollars, limits)
	not people(object.union(dollars, {"currency": null}))
}
