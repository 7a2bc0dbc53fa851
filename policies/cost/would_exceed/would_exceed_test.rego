package tollgate.cost.would_exceed_test

import data.tollgate.cost.would_exceed
import data.tollgate.lib.testing

effects(facts) := {name |
	require_approval_found := would_exceed.require_approval with input as facts
	warn_found := would_exceed.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

fitting(patch) := testing.spending({"fits": [testing.fit(patch)]})

test_a_change_that_keeps_the_budget_passes if {
	effects(testing.spending({})) == set()
	effects(fitting({})) == set()
	effects(fitting({"added_micros": -5, "exceeds": true})) == set()
}

test_a_change_that_takes_it_over_waits if {
	effects(fitting({"exceeds": true})) == {"require_approval"}
	effects(fitting({"exceeds": true, "exceeds_without": null})) == {"require_approval"}
	effects(fitting({"exceeds": true, "exceeds_without": true})) == {"warn"}
}

test_what_is_not_known_is_not_inside if {
	effects(fitting({"exceeds": null, "added_micros": 50000001})) == {"require_approval"}
	effects(fitting({"exceeds": null, "added_micros": 50000000})) == {"warn"}
}

test_an_upper_bound_above_the_amount_warns if {
	effects(fitting({"projected_high_micros": 1000000001})) == {"warn"}
	effects(fitting({"projected_high_micros": 1000000000})) == set()
	effects(fitting({"projected_high_micros": null})) == set()
}

test_a_change_that_is_held_against_nothing_waits if {
	plan := testing.planning({"currency": "USD"})
	effects(plan) == {"require_approval"}
	found := would_exceed.require_approval with input as plan
	testing.only(found).message == concat("", [
		"the change could not be held against the budget `payments-production`: ",
		"its estimate is in USD, the budget in EUR",
	])
	effects(testing.planning({"monthly_increase_micros": -5})) == set()
	unknown := object.union(plan, {"budgets": [testing.budget({"currency": null})]})
	effects(unknown) == {"require_approval"}
	effects(object.union(plan, {"fits": [testing.fit({})]})) == set()
}

test_it_says_what_the_change_makes_of_the_budget if {
	facts := fitting({"exceeds": true, "added_micros": 300000000, "projected_micros": 1100000000})
	found := would_exceed.require_approval with input as facts
	testing.only(found).message == concat("", [
		"the change adds 300.00 EUR until 2026-12-01T00:00:00Z: ",
		"the budget `payments-production` will then have spent 1100.00 EUR of 1000.00 EUR",
	])
	testing.only(found).approval == {"group": "finops", "count": 1}
}
