package tollgate.change.datapoints_test

import data.tollgate.change.datapoints
import data.tollgate.lib.testing

received(minutes) := {"slos": [testing.slo(testing.known("1h", minutes, 60 - minutes))]}

test_exactly_the_needed_share_passes if {
	found := datapoints.require_approval with input as testing.facts(received(54))
	count(found) == 0
	warned := datapoints.warn with input as testing.facts(received(54))
	count(warned) == 0
}

test_holes_in_a_critical_service_need_its_owner if {
	found := datapoints.require_approval with input as testing.facts(received(53))
	testing.only(found) == {
		"message": "`availability`: 53 min of the last 1h are known (at least 90 % are needed)",
		"observed": {"datapoints_received": 53},
		"threshold": {"datapoints_expected": 60, "min_datapoints_share_ppm": 900000},
		"evidence": ["slo/payments-api/availability"],
		"owner": "payments",
		"approval": {"group": "payments", "count": 1},
	}
}

test_holes_warn_of_fixes_and_in_other_services if {
	every patch in [testing.fix, testing.emergency, testing.tier("tier_2"), testing.tier("tier_3")] {
		facts := testing.facts(object.union(received(53), patch))
		asked := datapoints.require_approval with input as facts
		count(asked) == 0
		warned := datapoints.warn with input as facts
		count(warned) == 1
	}
}

test_bad_evidence_is_left_to_its_own_rule if {
	thin := object.union({"evidence": testing.broken("slo/x", "partial", "holes")}, testing.known("1h", 1, 59))
	found := datapoints.require_approval with input as testing.with_slo(thin)
	count(found) == 0
}

test_where_nothing_is_expected_nothing_is_missing if {
	found := datapoints.require_approval with input as testing.with_slo(testing.known("1h", 0, 0))
	count(found) == 0
}

test_holes_in_any_window_count if {
	holes := {"slos": [testing.slo(testing.known("6h", 60, 300))]}
	found := datapoints.require_approval with input as testing.facts(holes)
	contains(testing.only(found).message, "1 h of the last 6h are known")
}

test_holes_count_whether_or_not_the_period_decides if {
	holes := {"slos": [testing.slo(object.union(testing.undecided_slo, testing.known("1h", 53, 7)))]}
	found := datapoints.require_approval with input as testing.facts(holes)
	count(found) == 1
}

test_older_records_have_datapoints if {
	found := datapoints.require_approval with input as testing.with_slo(testing.datapoints("1h", 53))
	contains(testing.only(found).message, "53 of 60 datapoints came in the last 1h")
	none := datapoints.require_approval with input as testing.with_slo(testing.datapoints("1h", 54))
	count(none) == 0
}

test_what_is_late_is_told_of_when_it_is_half_of_too_late if {
	none := datapoints.warn with input as testing.with_slo({"late_seconds": 299})
	count(none) == 0
	found := datapoints.warn with input as testing.with_slo({"late_seconds": 300})
	contains(testing.only(found).message, "the newest 5 min have not come yet")
}

newest(minutes) := testing.with_slo(testing.known("5m", minutes, 5 - minutes))

test_most_of_the_newest_five_minutes_must_be_known if {
	found := datapoints.require_approval with input as newest(1)
	testing.only(found).message == "`availability`: 1 min of the last 5m are known (at least 45 % are needed)"
	none := datapoints.require_approval with input as newest(3)
	count(none) == 0
}
