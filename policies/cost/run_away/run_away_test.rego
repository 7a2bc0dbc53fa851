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
	{"run_away": {
		"amount_micros": excess_micros + 20000000,
		"excess_micros": excess_micros,
		"score_micro": score_micro,
		"spread": spread,
	}},
	patch,
)

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
	effects(testing.spending_of({"run_away": null}, {})) == set()
}

test_it_names_day_and_amount if {
	found := run_away.require_approval with input as day(200000000, 9000000, "median_deviation", {})
	testing.only(found).message == concat("", [
		"on 2026-11-20 the budget `payments-production` was charged 220.00 EUR, ",
		"200.00 EUR more than the median of the 28 days before",
	])
	testing.only(found).urgency == "page"
}
