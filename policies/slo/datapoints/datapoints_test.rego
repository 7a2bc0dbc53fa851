package tollgate.slo.datapoints_test

import data.tollgate.lib.testing
import data.tollgate.slo.datapoints

effects(facts) := {name |
	require_approval_found := datapoints.require_approval with input as facts
	warn_found := datapoints.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

hour(received, patch) := testing.rollout_with({"windows": {"1h": {"datapoints_received": received}}}, patch)

test_most_datapoints_are_enough if {
	effects(hour(54, {})) == set()
}

test_holes_ask_for_approval_and_warn_fixes if {
	effects(hour(53, {})) == {"require_approval"}
	effects(hour(53, testing.rolling_out("fix"))) == {"warn"}
	found := datapoints.require_approval with input as hour(53, {})
	testing.only(found).message == "`availability`: 53 of 60 datapoints came in the last 1h (at least 90 % are needed)"
}

test_holes_in_any_window_count if {
	holes := {"windows": {"3d": {"datapoints_received": 12}}}
	found := datapoints.require_approval with input as testing.rollout_with(holes, {})
	contains(testing.only(found).message, "came in the last 3d")
}

test_a_budget_of_part_of_its_period_is_told_of if {
	young := {"evidence": {"datapoints_expected": 720, "datapoints_received": 168}}
	found := datapoints.warn with input as testing.rollout_with(young, {})
	testing.messages(found) == {"`availability`: the budget is judged by 168 of the 720 datapoints of its period"}
}
