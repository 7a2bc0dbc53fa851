package tollgate.slo.datapoints_test

import data.tollgate.lib.testing
import data.tollgate.slo.datapoints

effects(facts) := {name |
	require_approval_found := datapoints.require_approval with input as facts
	warn_found := datapoints.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

hour(minutes, patch) := testing.rollout_with(testing.known("1h", minutes, 60 - minutes), patch)

test_most_of_the_time_is_enough if {
	effects(hour(54, {})) == set()
}

test_holes_ask_for_approval_and_warn_fixes if {
	effects(hour(53, {})) == {"require_approval"}
	effects(hour(53, testing.rolling_out("fix"))) == {"warn"}
	found := datapoints.require_approval with input as hour(53, {})
	testing.only(found).message == "`availability`: 53 min of the last 1h are known (at least 90 % are needed)"
}

test_holes_in_any_window_count if {
	holes := testing.known("3d", 720, 3600)
	found := datapoints.require_approval with input as testing.rollout_with(holes, {})
	contains(testing.only(found).message, "12 h of the last 3d are known")
}

test_holes_count_whether_or_not_the_period_decides if {
	holes := object.union(testing.undecided_slo, testing.known("1h", 53, 7))
	effects(testing.rollout_with(holes, {})) == {"require_approval"}
	bad := {"evidence": testing.broken("slo/payments-api/availability", "partial", "contradiction")}
	effects(testing.rollout_with(object.union(bad, testing.known("1h", 53, 7)), {})) == set()
}

test_older_records_have_datapoints if {
	effects(testing.rollout_with(testing.datapoints("1h", 54), {})) == set()
	found := datapoints.require_approval with input as testing.rollout_with(testing.datapoints("1h", 53), {})
	testing.only(found).message == "`availability`: 53 of 60 datapoints came in the last 1h (at least 90 % are needed)"
}

test_what_is_late_is_told_of_when_it_is_half_of_too_late if {
	effects(testing.rollout_with({"late_seconds": 240}, {})) == set()
	found := datapoints.warn with input as testing.rollout_with({"late_seconds": 300}, {})
	testing.only(found).message == concat("", [
		"`availability`: the newest 5 min have not come yet, or not all of it: it is judged up to 2026-11-21T09:58:00Z",
	])
}

newest(minutes) := testing.rollout_with(testing.known("5m", minutes, 5 - minutes), {})

test_most_of_the_newest_five_minutes_must_be_known if {
	found := datapoints.require_approval with input as newest(1)
	testing.only(found).message == "`availability`: 1 min of the last 5m are known (at least 45 % are needed)"
	none := datapoints.require_approval with input as newest(3)
	count(none) == 0
}
