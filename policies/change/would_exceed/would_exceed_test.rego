package tollgate.change.would_exceed_test

import data.tollgate.change.would_exceed
import data.tollgate.lib.testing

effects(facts) := {name |
	asked := would_exceed.require_approval with input as facts
	warned := would_exceed.warn with input as facts
	some name, found in {"require_approval": asked, "warn": warned}
	count(found) > 0
}

estimate(increase_micros, currency) := {
	"evidence": testing.evidence("cost/estimate"),
	"currency": currency,
	"monthly_before_micros": 1000000000,
	"monthly_after_micros": 1000000000 + increase_micros,
	"monthly_increase_micros": increase_micros,
	"increase_ppm": 10000,
	"unpriced_resources": 0,
}

planned(fit_patch, patch) := testing.facts(object.union(patch, {
	"cost": estimate(10000000, "EUR"),
	"spend": {"fits": [testing.fit(fit_patch)]},
}))

over := {"exceeds": true, "projected_micros": 1010000000, "projected_ppm": 1010000}

test_a_change_that_fits_passes if {
	effects(planned({}, {})) == set()
	effects(testing.healthy) == set()
}

test_a_change_that_takes_the_budget_over_waits if {
	facts := planned(over, {})
	effects(facts) == {"require_approval"}
	found := would_exceed.require_approval with input as facts
	testing.only(found).message == concat("", [
		"the change adds 10.00 EUR until 2026-12-01T00:00:00Z: the budget `payments-production` will then have ",
		"spent 1010.00 EUR of 1000.00 EUR",
	])
	testing.only(found).approval == {"group": "finops", "count": 1}
}

test_what_is_over_anyway_and_what_mends_is_told if {
	effects(planned(object.union(over, {"exceeds_without": true}), {})) == {"warn"}
	effects(planned(over, testing.fix)) == {"warn"}
	effects(planned({"projected_high_micros": 1000000001}, {})) == {"warn"}
}

test_what_nobody_knows_waits_unless_it_is_small if {
	nobody := {"exceeds": null, "projected_micros": null, "projected_high_micros": null}
	effects(planned(object.union(nobody, {"added_micros": 50000000}), {})) == {"warn"}
	effects(planned(object.union(nobody, {"added_micros": 50000001}), {})) == {"require_approval"}
}

test_an_estimate_that_cannot_be_held_against_a_budget_waits if {
	effects(testing.facts({"cost": estimate(10000000, "USD")})) == {"require_approval"}
	effects(testing.facts({"cost": estimate(-10000000, "USD")})) == set()
	effects(testing.facts({"cost": estimate(10000000, "USD"), "spend": {"budgets": []}})) == set()
}

test_facts_from_before_there_were_budgets_say_nothing if {
	effects(object.remove(testing.facts({"cost": estimate(10000000, "USD")}), ["spend"])) == set()
}
