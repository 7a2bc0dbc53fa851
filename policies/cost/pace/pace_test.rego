package tollgate.cost.pace_test

import data.tollgate.cost.pace
import data.tollgate.lib.testing

effects(facts) := {name |
	require_approval_found := pace.require_approval with input as facts
	warn_found := pace.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

going(pace_ppm, projected_ppm, patch) := testing.spending_of(
	{"pace": {"pace_ppm": pace_ppm}, "forecast": {"projected_ppm": projected_ppm}},
	patch,
)

test_only_more_than_the_pace_counts if {
	effects(going(1250000, 990000, {})) == set()
	effects(going(1250001, 990000, {})) == {"warn"}
	effects(going(1250001, 1000000, {})) == {"require_approval"}
	effects(going(1250001, 1000000, testing.spending_for("fix"))) == {"warn"}
}

test_what_will_not_last_is_a_ticket if {
	over := pace.require_approval with input as going(1250001, 1000000, {})
	testing.only(over).urgency == "ticket"
	inside := pace.warn with input as going(1250001, 990000, {})
	not testing.only(inside).urgency
}

test_the_first_days_say_little if {
	early := testing.spending_of({"pace": {"pace_ppm": 9000000}, "period": {"days_known": 2}}, {})
	effects(early) == set()
	effects(testing.spending_of({"pace": null}, {})) == set()
}

test_without_a_forecast_a_person_decides if {
	# What was spent since then is not held against the share of the period that was over then.
	without := {"pace": {"pace_ppm": 1500000}, "forecast": null, "share_ppm": 450000}
	effects(testing.spending_of(without, {})) == {"require_approval"}
	effects(testing.spending_of(without, testing.spending_for("fix"))) == {"warn"}
	found := pace.require_approval with input as testing.spending_of(without, {})
	testing.only(found).message == concat("", [
		"the budget `payments-production` is being spent 1.5 times as fast as planned: ",
		"40 %, with 66.6 % of the period over",
	])
}
