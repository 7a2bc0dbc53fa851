package tollgate.lib.objective_test

import data.tollgate.lib.objective
import data.tollgate.lib.testing

pair := {"name": "p", "severity": "page", "long": "1h", "short": "5m", "factor_micro": 14400000}

test_both_windows_must_be_above_the_factor if {
	both := slo({"1h": 14400001, "5m": 14400001})
	objective.exceeds(both, pair) with input as testing.healthy
	short := slo({"1h": 14400000, "5m": 14400001})
	not objective.exceeds(short, pair) with input as testing.healthy
	long := slo({"1h": 14400001, "5m": 14400000})
	not objective.exceeds(long, pair) with input as testing.healthy
}

test_what_is_not_known_exceeds_nothing_and_is_named if {
	unknown := slo({"1h": null, "5m": 20000000})
	not objective.exceeds(unknown, pair) with input as testing.healthy
	objective.unknown_windows(unknown) == {"1h"} with input as testing.healthy
	healthy := testing.healthy_slo
	objective.unknown_windows(healthy) == set() with input as testing.healthy
	objective.unknown_windows({"windows": {}, "pairs": healthy.pairs}) == {"5m", "30m", "1h", "2h", "6h", "1d", "3d"} with input as testing.healthy
}

few := {"total": 9, "good": 0, "burn_rate_micro": 1000000000, "burn_rate_low_micro": 700000000}

test_few_events_tell_when_even_their_lower_bound_is_above_the_limit if {
	events := testing.healthy_slo
	objective.telling(events, few, 14400000) with input as testing.healthy
	not objective.telling(events, few, 700000000) with input as testing.healthy
	two := object.union(few, {"good": 7})
	not objective.telling(events, two, 14400000) with input as testing.healthy
	burning := object.union(slo({"1h": 1000000000, "5m": 1000000000}), {"windows": {"1h": few}})
	objective.exceeds(burning, pair) with input as testing.healthy
}

# One request an hour, which failed, beside a part with many of which few failed.
made_of(method, burn_rate_micro) := object.union(testing.healthy_slo, {
	"budgeting": {"event": "parts_per_billion", "unit": "parts_per_billion"},
	"windows": {"1h": {"good": null, "total": null, "burn_rate_micro": 1000000000, "made_of": {
		"method": method,
		"parts": [
			{"id": "slo/a/a", "event": "events", "good": 0, "total": 1, "burn_rate_micro": 1000000000},
			{"id": "slo/b/b", "event": "events", "good": 3500, "total": 3600, "burn_rate_micro": burn_rate_micro},
		],
	}}, "5m": {"burn_rate_micro": 1000000000}},
})

test_a_part_of_few_events_does_not_page_through_the_whole if {
	every method in ["worst_of", "worst_burn_rate", "weighted", "sum_of_bad", "any_slice"] {
		calm := made_of(method, 14400000)
		not objective.exceeds(calm, pair) with input as testing.healthy
		burning := made_of(method, 14400001)
		objective.exceeds(burning, pair) with input as testing.healthy
	}
}

test_enough_is_many_events_or_some_bad_ones if {
	events := testing.healthy_slo
	objective.enough(events, {"total": 100, "good": 100}) with input as testing.healthy
	not objective.enough(events, {"total": 99, "good": 90}) with input as testing.healthy
	objective.enough(events, {"total": 99, "good": 89}) with input as testing.healthy
	not objective.enough(events, {"total": null, "good": null}) with input as testing.healthy
	many := testing.slo({"budget": {"total": 100, "bad": 0}})
	objective.enough_budget(many) with input as testing.healthy
	few := testing.slo({"budget": {"total": 99, "bad": 9}})
	not objective.enough_budget(few) with input as testing.healthy
	bad := testing.slo({"budget": {"total": 99, "bad": 10}})
	objective.enough_budget(bad) with input as testing.healthy
	unknown := testing.slo({"budget": null})
	not objective.enough_budget(unknown) with input as testing.healthy
}

test_what_comes_by_the_clock_is_always_enough if {
	minutes := testing.slo({"budgeting": {"event": "minutes", "unit": "minutes"}})
	objective.enough(minutes, {"total": 60, "good": 59, "burn_rate_micro": 16666667}) with input as testing.healthy
	not objective.enough(minutes, {"total": null, "good": null, "burn_rate_micro": null}) with input as testing.healthy
	slices := {"method": "timeslices", "unit": "slices"}
	day := testing.slo({"budgeting": slices, "budget": {"total": 24, "bad": 1}})
	objective.enough_budget(day) with input as testing.healthy
	unknown := testing.slo({"budgeting": slices, "budget": null})
	not objective.enough_budget(unknown) with input as testing.healthy

	# Requests are few or many, also where slices are counted of them.
	few := {"total": 5, "good": 4, "burn_rate_micro": 200000000}
	requests := testing.slo({"budgeting": slices})
	not objective.enough(requests, few) with input as testing.healthy
}

test_the_worst_page_is_named_and_tickets_are_not if {
	both := slo({"1h": 15000000, "5m": 15000000, "6h": 7000000, "30m": 7000000})
	objective.paging(both).name == "page_fast" with input as testing.healthy
	slow := slo({"6h": 7000000, "30m": 7000000})
	objective.paging(slow).name == "page_slow" with input as testing.healthy
	ticket := slo({"3d": 2000000, "6h": 2000000})
	not objective.paging(ticket) with input as testing.healthy
}

test_a_pair_without_severity_is_a_page if {
	fast := object.union(slo({"1h": 15000000, "5m": 15000000}), {"pairs": [object.remove(pair, ["severity"])]})
	objective.paging(fast).name == "p" with input as testing.healthy
}

test_speed_names_each_window_once if {
	fast := slo({"1h": 16200000, "5m": 17000000})
	objective.speed(fast, "1h", "5m") == "16.2 times too fast over 1 h and 17.0 times over 5 min"
	objective.speed(fast, "1h", "1h") == "16.2 times too fast over 1 h"
	objective.rates(fast, {"1h", "5m"}) == {"burn_rate_1h_micro": 16200000, "burn_rate_5m_micro": 17000000}
}

test_what_is_gone_of_the_budget_is_said_where_it_is_known if {
	objective.gone(testing.slo({"budget": {"consumed_ppm": 320000}})) == "; 32 % of the 30-day budget is gone"
	objective.gone(testing.slo({"budget": null})) == ""
	objective.gone(testing.slo(testing.undecided_slo)) == ""
}

slo(rates) := testing.slo(testing.burning(rates))

silent(patch) := {"silence": object.union({"seconds": 3600, "longest_seconds": 600, "usual_events": 20, "events": 0}, patch)}

test_traffic_has_vanished_when_it_is_silent_for_longer_than_ever_where_many_ask if {
	objective.vanished(silent({}), 20)
	not objective.vanished(silent({"seconds": 600}), 20)
	not objective.vanished(silent({"usual_events": 19}), 20)
	not objective.vanished(silent({"usual_events": null}), 20)
	not objective.vanished({"silence": null}, 20)
}

test_a_stray_event_does_not_end_a_silence_of_which_a_hundred_times_as_many_are_usual if {
	objective.vanished(silent({"events": 2, "usual_events": 200}), 20)
	not objective.vanished(silent({"events": 2, "usual_events": 199}), 20)
}

test_a_silence_is_held_against_what_it_is_compared_with if {
	weekly := {"earlier_times": 4, "earlier_every_days": 7}
	said := {objective.vanished_message(object.union({"name": "x"}, silent(patch))) |
		some patch in [
			weekly,
			object.union(weekly, {"earlier_every_days": 1, "events": 1}),
			object.union(weekly, {"earlier_times": 0, "events": 2}),
		]
	}
	usual := "it was never silent for more than 10 min, and 20 events are usual"
	said == {
		concat(" ", ["`x`: nobody has asked for 1 h; at this time of other weeks", usual]),
		concat(" ", ["`x`: only 1 event came in 1 h; at this time of other days", usual]),
		concat(" ", ["`x`: only 2 events came in 1 h; before", usual]),
	}
}

thin(label, minutes, unknown) := [found |
	slo := testing.slo(testing.known(label, minutes, unknown))
	found := objective.thin_window(slo) with input as testing.healthy
]

test_the_shortest_window_with_holes_is_thin if {
	thin("5m", 2, 3) == ["5m"]
	thin("30m", 13, 17) == ["30m"]
	thin("1h", 53, 7) == ["1h"]
	thin("5m", 3, 2) == []
	thin("1h", 54, 6) == []
}
