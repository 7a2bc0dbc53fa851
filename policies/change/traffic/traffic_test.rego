package tollgate.change.traffic_test

import data.tollgate.change.traffic
import data.tollgate.lib.testing

total(events, good) := {"windows": {"1h": {"total": events, "good": good}}}

test_enough_traffic_is_quiet if {
	every events in [100, 36000] {
		found := traffic.warn with input as testing.with_slo(total(events, events))
		count(found) == 0
	}
}

test_too_little_traffic_is_said if {
	found := traffic.warn with input as testing.with_slo(total(99, 95))
	testing.only(found) == {
		"message": concat("", [
			"`availability`: too little traffic to judge by: 99 events in 1 h (at least 100 are needed, or ",
			"10 bad ones)",
		]),
		"observed": {"events": 99, "window_seconds": 3600},
		"threshold": {"events": 100, "bad_events": 10},
		"evidence": ["slo/payments-api/availability"],
		"owner": "payments",
	}
}

test_no_traffic_is_said if {
	found := traffic.warn with input as testing.with_slo(total(0, 0))
	contains(testing.only(found).message, "0 events in 1 h")
}

test_few_events_of_which_many_are_bad_are_judged if {
	found := traffic.warn with input as testing.with_slo(total(20, 10))
	count(found) == 0
}

test_the_longest_length_with_too_little_is_named if {
	quiet := {
		"windows": {"1h": {"total": 1, "good": 1}, "3d": {"total": 50, "good": 50}},
		"budget": {"total": 60, "bad": 0},
	}
	found := traffic.warn with input as testing.with_slo(quiet)
	contains(testing.only(found).message, "60 events in 30 days")
}

test_what_is_not_known_is_left_to_other_rules if {
	unknown := {"windows": {"1h": {"total": null, "good": null, "burn_rate_micro": null}}, "budget": null}
	found := traffic.warn with input as testing.with_slo(unknown)
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
	facts := testing.with_slo({"silence": silence})
	held := traffic.require_approval with input as facts
	testing.messages(held) == {gone}
	testing.only(held).approval == {"group": "payments", "count": 3}
	every patch in [testing.fix, testing.emergency] {
		urgent := object.union(facts, patch)
		free := traffic.require_approval with input as urgent
		count(free) == 0
		said := traffic.warn with input as urgent
		testing.messages(said) == {gone}
	}
}

test_a_plausible_silence_asks_for_nobody if {
	every patch in [{"usual_events": 19}, {"usual_events": null}, {"seconds": 600}, {"events": 6}] {
		facts := testing.with_slo({"silence": object.union(silence, patch)})
		held := traffic.require_approval with input as facts
		count(held) == 0
	}
}

test_a_part_that_nobody_asked_is_named if {
	found := traffic.warn with input as testing.with_slo({"idle_parts": ["slo/batch/ok"]})
	testing.messages(found) == {
		"`availability`: nobody asked `slo/batch/ok`, which it is made of, in its 30-day period: it counts as good",
	}
}
