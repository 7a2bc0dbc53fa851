package tollgate.change.datapoints_test

import data.tollgate.change.datapoints
import data.tollgate.lib.testing

received(number) := {"slos": [testing.slo({"windows": {"1h": {"datapoints_received": number}}})]}

test_exactly_the_needed_share_passes if {
	found := datapoints.require_approval with input as testing.facts(received(54))
	count(found) == 0
	warned := datapoints.warn with input as testing.facts(received(54))
	count(warned) == 0
}

test_holes_in_a_critical_service_need_its_owner if {
	found := datapoints.require_approval with input as testing.facts(received(53))
	testing.only(found) == {
		"message": "`availability`: 53 of 60 datapoints came in the last 1h (at least 90 % are needed)",
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
	thin := {"evidence": testing.broken("slo/x", "partial", "holes"), "windows": {"1h": {"datapoints_received": 1}}}
	found := datapoints.require_approval with input as testing.with_slo(thin)
	count(found) == 0
}

test_where_nothing_is_expected_nothing_is_missing if {
	none := {"windows": {"1h": {"datapoints_expected": 0, "datapoints_received": 0}}}
	found := datapoints.require_approval with input as testing.with_slo(none)
	count(found) == 0
}

test_holes_in_any_window_count if {
	holes := {"slos": [testing.slo({"windows": {"6h": {"datapoints_received": 60}}})]}
	found := datapoints.require_approval with input as testing.facts(holes)
	contains(testing.only(found).message, "60 of 360 datapoints came in the last 6h")
}
