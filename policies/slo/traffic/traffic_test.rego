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

silence := {
	"since": "2026-11-21T08:58:00Z",
	"seconds": 3600,
	"events": 0,
	"longest_seconds": 600,
	"usual_events": 550,
	"earlier_times": 4,
	"earlier_every_days": 7,
}

gone := concat(" ", [
	"`availability`: nobody has asked for 1 h; at this time of other weeks it was never silent for more than 10 min,",
	"and 550 events are usual",
])

test_traffic_that_vanished_asks_for_a_person_unless_it_is_a_fix if {
	facts := testing.rollout_with({"silence": silence}, {})
	held := traffic.require_approval with input as facts
	testing.messages(held) == {gone}
	testing.only(held).approval == {"group": "payments", "count": 1}
	every purpose in ["fix", "rollback"] {
		remedy := object.union(facts, testing.rolling_out(purpose))
		free := traffic.require_approval with input as remedy
		count(free) == 0
		said := traffic.warn with input as remedy
		testing.messages(said) == {gone}
	}
}

test_a_plausible_silence_asks_for_nobody if {
	every patch in [{"usual_events": 19}, {"usual_events": null}, {"seconds": 600}, {"events": 6}] {
		facts := testing.rollout_with({"silence": object.union(silence, patch)}, {})
		held := traffic.require_approval with input as facts
		count(held) == 0
	}
}

test_a_part_that_nobody_asked_is_named if {
	found := traffic.warn with input as testing.rollout_with({"idle_parts": ["slo/batch/ok"]}, {})
	testing.messages(found) == {
		"`availability`: nobody asked `slo/batch/ok`, which it is made of, in its 30-day period: it counts as good",
	}
}
