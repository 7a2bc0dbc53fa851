package tollgate.cost.step_forecast_test

import data.tollgate.cost.step_forecast
import data.tollgate.lib.testing

effects(facts) := {name |
	deny_found := step_forecast.deny with input as facts
	require_approval_found := step_forecast.require_approval with input as facts
	warn_found := step_forecast.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

forecast(enforcement, patch) := testing.spending_of(
	{"steps": [testing.step("forecast", 1000000, enforcement, true)]},
	patch,
)

test_each_step_does_what_it_says if {
	effects(testing.spending({})) == set()
	effects(forecast("inform", {})) == {"warn"}
	effects(forecast("approve", {})) == {"require_approval"}
	effects(forecast("freeze", {})) == {"deny"}
	effects(forecast("freeze", testing.spending_for("fix"))) == {"warn"}
	effects(forecast("approve", testing.spending_for("rollback"))) == {"warn"}
}

test_it_says_when_the_budget_is_used_up if {
	patch := {"exhausted_on": "2026-11-28", "forecast": {"mean_micros": 1100000000, "projected_ppm": 1100000}}
	steps := {"steps": [testing.step("forecast", 1000000, "approve", true)]}
	found := step_forecast.require_approval with input as testing.spending_of(object.union(patch, steps), {})
	testing.only(found).message == concat("", [
		"the budget `payments-production` will have spent 1100.00 EUR of 1000.00 EUR at the end of its period, ",
		"110 % (step 100 %), and will be used up on 2026-11-28: changes need the owner's approval",
	])
	testing.only(found).approval == {"group": "payments", "count": 1}
	without := step_forecast.warn with input as forecast("inform", {})
	not contains(testing.only(without).message, "used up")
}

test_a_forecast_that_is_not_known_waits_for_the_owner if {
	every enforcement in ["approve", "freeze"] {
		facts := testing.spending_of({"steps": [testing.step("forecast", 1000000, enforcement, null)], "forecast": null}, {})
		effects(facts) == {"require_approval"}
		testing.only(asked(facts)).approval == {"group": "payments", "count": 1}
	}
	effects(testing.spending_of({"steps": [testing.step("forecast", 1000000, "inform", null)], "forecast": null}, {})) == set()
	mended := testing.spending_for("fix")
	effects(testing.spending_of({"steps": [testing.step("forecast", 1000000, "approve", null)], "forecast": null}, mended)) == set()
}

asked(facts) := found if {
	found := step_forecast.require_approval with input as facts
}

test_what_only_the_upper_bound_reaches_is_said if {
	step := object.union(testing.step("forecast", 1000000, "approve", false), {"within_reach": true})
	patch := {"steps": [step], "forecast": {"high_micros": 1100000000}}
	facts := testing.spending_of(patch, {})
	effects(facts) == {"warn"}
	found := step_forecast.warn with input as facts
	testing.only(found).message == concat("", [
		"the budget `payments-production` may have spent up to 1100.00 EUR of 1000.00 EUR at the end of its period: ",
		"its step 100 % (approve) is within reach",
	])
}
