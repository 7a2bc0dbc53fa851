package tollgate.lib.spending_test

import data.tollgate.lib.spending
import data.tollgate.lib.testing

test_the_last_step_is_the_strictest_that_is_surely_reached if {
	steps := [
		testing.step("actual", 500000, "inform", true),
		testing.step("actual", 750000, "approve", true),
		testing.step("actual", 1000000, "freeze", null),
		testing.step("forecast", 1000000, "freeze", true),
	]
	[step.enforcement | some step in spending.last_steps(testing.budget({"steps": steps}), "actual")] == ["approve"]
	spending.last_steps(testing.budget({}), "forecast") == set()
}

test_amounts_and_shares_below_nothing_are_written_as_such if {
	budget := testing.budget({})
	spending.money(budget, 1500000) == "1.50 EUR"
	spending.money(budget, -1500000) == "-1.50 EUR"
	spending.share(-366667) == "-36.6 %"
	spending.share(366667) == "36.6 %"
}

test_what_is_next_to_nothing_has_no_sign if {
	budget := testing.budget({})
	spending.money(budget, -9999) == "0.00 EUR"
	spending.money(budget, -10000) == "-0.01 EUR"
	spending.money(budget, -19999) == "-0.01 EUR"
	spending.share(-999) == "0 %"
	spending.share(-1000) == "-0.1 %"
}

test_fixes_and_rollbacks_mend if {
	every purpose in ["fix", "rollback"] {
		spending.mending({"purpose": purpose})
	}
	not spending.mending({"purpose": "feature"})
}

test_a_forecast_says_what_it_is_made_of if {
	parts := {
		"daily_rate_micros": 150000000,
		"growth_month_ppm": 0,
		"level_since": null,
		"recurring": [],
		"recurring_to_come_micros": 0,
		"history_days": 82,
	}
	made_of(parts) == " (150.00 EUR a day)"
	made_of(object.union(parts, {"growth_month_ppm": 100000})) == " (150.00 EUR a day, growing by 10 % a month)"
	made_of(object.union(parts, {"growth_month_ppm": -100000})) == " (150.00 EUR a day, falling by 10 % a month)"
	made_of(object.union(parts, {"recurring_to_come_micros": 8100000000})) == concat("", [
		" (150.00 EUR a day, and 8100.00 EUR of monthly charges to come)",
	])
	spending.made_of(testing.budget({})) == ""
	spending.made_of(testing.budget({"forecast": {"parts": null}})) == ""
}

made_of(parts) := spending.made_of(testing.budget({"forecast": {"parts": parts}}))

test_the_first_step_within_the_interval_is_said if {
	steps := [
		object.union(testing.step("forecast", 1000000, "approve", false), {"within_reach": true}),
		object.union(testing.step("forecast", 1200000, "freeze", false), {"within_reach": true}),
		testing.step("forecast", 1500000, "freeze", false),
	]
	[step.share_ppm | some step in spending.within_reach(testing.budget({"steps": steps}))] == [1000000]
	spending.within_reach(testing.budget({})) == set()
}

test_of_steps_with_one_share_each_is_reached if {
	steps := [object.union(testing.step("forecast", 1000000, enforcement, true), {"within_reach": true}) |
		some enforcement in ["inform", "freeze"]
	]
	count(spending.last_steps(testing.budget({"steps": steps}), "forecast")) == 2
	count(spending.within_reach(testing.budget({"steps": steps}))) == 2
}

test_a_step_that_nobody_knows_is_undecided if {
	steps := [
		testing.step("forecast", 750000, "inform", null),
		testing.step("forecast", 1000000, "approve", null),
		testing.step("actual", 1000000, "freeze", null),
	]
	budget := testing.budget({"steps": steps})
	spending.undecided(budget) == [testing.step("forecast", 1000000, "approve", null)]
	spending.unforeseen(budget, steps[1]).message == concat("", [
		"nobody can say whether the budget `payments-production` reaches its step 100 % (approve) by the end of its ",
		"period: its forecast is not known",
	])
	young := {"forecast_evidence": testing.broken("budget/b/forecast", "no_data", "too young")}
	contains(spending.unforeseen(testing.budget(young), steps[1]).message, "period: too young")
	late := {"steps": steps, "evidence": testing.broken("budget/b", "stale", "old")}
	spending.undecided(testing.budget(late)) == []
}

test_an_amount_that_is_not_known_is_no_amount if {
	spending.money(testing.budget({}), null) == "–"
	spending.share(null) == "–"
}
