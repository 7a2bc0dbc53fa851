package tollgate.slo.traffic_test

import data.tollgate.lib.testing
import data.tollgate.slo.traffic

warned(hour) := found if {
	found := traffic.warn with input as testing.rollout_with({"windows": {"1h": hour}}, {})
}

test_enough_traffic_passes if {
	count(warned({})) == 0
	count(warned({"total": 99, "good": 89})) == 0
}

test_no_and_little_traffic_warn if {
	message := "`availability`: 0 events in the last hour, too few to judge by (at least 100 are needed, or 10 bad ones)"
	testing.messages(warned({"total": 0, "good": 0})) == {message}
	count(warned({"total": 99, "good": 90})) == 1
}

test_what_has_no_number_of_events_is_not_warned_of if {
	count(warned({"total": null, "good": null})) == 0
	minutes := {"budgeting": {"event": "minutes"}, "windows": {"1h": {"total": 60, "good": 60}}}
	found := traffic.warn with input as testing.rollout_with(minutes, {})
	count(found) == 0
}
