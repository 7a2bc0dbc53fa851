package tollgate.cost.run_away_test

import data.tollgate.cost.run_away
import data.tollgate.lib.testing

effects(facts) := {name |
	require_approval_found := run_away.require_approval with input as facts
	warn_found := run_away.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

day(excess_micros, score_micro, spread, patch) := testing.spending_of(
	{"run_aways": [held(excess_micros, {"score_micro": score_micro, "spread": spread})]},
	patch,
)

held(excess_micros, patch) := testing.held_day(object.union(
	{"amount_micros": excess_micros + 20000000, "excess_micros": excess_micros, "score_micro": 9000000},
	patch,
))

test_it_must_be_far_and_large if {
	effects(day(100000001, 3500001, "median_deviation", {})) == {"require_approval"}
	effects(day(100000000, 3500001, "median_deviation", {})) == set()
	effects(day(100000001, 3500000, "median_deviation", {})) == set()
	effects(day(100000001, 3500001, "median_deviation", testing.spending_for("fix"))) == {"warn"}
}

test_where_all_days_cost_the_same_any_large_excess_is_far if {
	effects(day(100000001, null, "none", {})) == {"require_approval"}
	effects(day(99000000, null, "none", {})) == set()
}

test_too_few_days_say_nothing if {
	effects(testing.spending_of({"run_aways": []}, {})) == set()
}

test_it_names_day_and_amount if {
	found := run_away.require_approval with input as day(200000000, 9000000, "median_deviation", {})
	testing.only(found).message == concat("", [
		"on 2026-11-20 the budget `payments-production` was charged 220.00 EUR, ",
		"200.00 EUR more than the median of the 28 days before",
	])
	testing.only(found).urgency == "page"
}

test_a_day_that_is_not_over_speaks_as_soon_as_it_is_far if {
	today := {"day": "2026-11-21", "is_whole": false}
	far := testing.spending_of({"run_aways": [held(300000000, today), held(200000000, {})]}, {})
	found := run_away.require_approval with input as far
	startswith(testing.only(found).message, concat("", [
		"on 2026-11-21 the budget `payments-production` was charged 320.00 EUR so far, 300.00 EUR more",
	]))

	# What is known of today is not far: that says nothing of the day before.
	young := testing.spending_of({"run_aways": [held(5000000, today), held(200000000, {})]}, {})
	before := run_away.require_approval with input as young
	startswith(testing.only(before).message, "on 2026-11-20 the budget")
}

test_the_order_of_budgets_and_days_makes_no_difference if {
	calm := testing.budget({"name": "calm", "run_aways": [held(5000000, {})]})
	silent := testing.budget({"name": "silent", "run_aways": []})
	today := held(300000000, {"day": "2026-11-21", "is_whole": false})
	wild := testing.budget({"name": "wild", "run_aways": [today, held(200000000, {})]})
	turned := testing.budget({"name": "wild", "run_aways": [held(200000000, {}), today]})
	every budgets in [[wild, calm, silent], [silent, calm, wild], [calm, turned, silent]] {
		facts := object.union(testing.spending({}), {"budgets": budgets})
		found := run_away.require_approval with input as facts
		startswith(testing.only(found).message, "on 2026-11-21 the budget `wild` was charged 320.00 EUR so far")
	}
}
