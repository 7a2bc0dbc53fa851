package tollgate.cost.unit_cost_test

import data.tollgate.cost.unit_cost
import data.tollgate.lib.testing

found(patch) := findings if {
	findings := unit_cost.warn with input as testing.spending_of({"unit_cost": object.union(usual, patch)}, {})
}

usual := {
	"requests": 7000000,
	"per_thousand_micros": 13000,
	"requests_before": 28000000,
	"per_thousand_before_micros": 10000,
	"increase_ppm": 300000,
}

test_a_request_that_became_dearer_warns if {
	testing.only(found({})).message == concat("", [
		"a thousand requests of `payments-production` cost 0.02 EUR, ",
		"30 % more than in the four weeks before (limit 20 %)",
	])
	count(found({"increase_ppm": 200000})) == 0
	count(found({"increase_ppm": -300000})) == 0
}

test_few_requests_or_unknown_ones_say_nothing if {
	count(found({"requests": 99999})) == 0
	count(found({"increase_ppm": null})) == 0
	none := unit_cost.warn with input as testing.spending_of({"unit_cost": null}, {})
	count(none) == 0
}
