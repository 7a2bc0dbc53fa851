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
