package tollgate.cost.anomaly_test

import data.tollgate.cost.anomaly
import data.tollgate.lib.testing

effects(facts) := {name |
	require_approval_found := anomaly.require_approval with input as facts
	warn_found := anomaly.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

found_of(impact_micros, impact_ppm, patch) := testing.spending_of(
	{"anomalies": [{
		"id": "7c1f",
		"about": "Amazon Simple Storage Service",
		"starts_on": "2026-11-18",
		"impact_micros": impact_micros,
		"impact_ppm": impact_ppm,
	}]},
	patch,
)

test_what_is_large_in_both_ways_asks if {
	effects(testing.spending({})) == set()
	effects(found_of(100000000, 400000, {})) == {"require_approval"}
	effects(found_of(99999999, 400000, {})) == {"warn"}
	effects(found_of(100000000, 399999, {})) == {"warn"}
	effects(found_of(100000000, 400000, testing.spending_for("rollback"))) == {"warn"}
}

test_what_is_small_is_no_ticket if {
	found := anomaly.warn with input as found_of(99999999, 400000, {})
	not testing.only(found).urgency
	endswith(testing.only(found).message, "costs 100.00 EUR more than expected (40 %)")
}

test_where_nothing_was_expected_the_amount_counts if {
	effects(found_of(100000000, null, {})) == {"require_approval"}
	found := anomaly.require_approval with input as found_of(160500000, null, {})
	testing.only(found).urgency == "ticket"
	testing.only(found).message == concat("", [
		"the budget `payments-production` has had a cost anomaly since 2026-11-18: ",
		"Amazon Simple Storage Service costs 160.50 EUR more than expected, and no cost was expected",
	])
}

odd_record := {"unreadable": [{"part": "anomalies", "record": "9a", "reason": "the anomaly `9a` does not say when it began"}]}

test_what_cannot_be_read_asks_as_if_it_were_large if {
	effects(testing.spending_of(odd_record, {})) == {"require_approval"}
	effects(testing.spending_of(odd_record, testing.spending_for("fix"))) == {"warn"}
	found := anomaly.require_approval with input as testing.spending_of(odd_record, {})
	testing.only(found).observed.id == "9a"
	testing.only(found).urgency == "ticket"
	testing.only(found).message == concat("", [
		"the budget `payments-production` may have a cost anomaly that cannot be read: ",
		"the anomaly `9a` does not say when it began",
	])
}

test_where_none_is_known_it_asks_as_if_there_were_one if {
	record := {"part": "anomalies", "record": "all", "reason": "AWS refused it"}
	facts := testing.spending_of({"unreadable": [record]}, {})
	effects(facts) == {"require_approval"}
	effects(object.union(facts, testing.spending_for("fix"))) == {"warn"}
	found := anomaly.require_approval with input as facts
	message := "nobody knows whether the budget `payments-production` has a cost anomaly: AWS refused it"
	testing.only(found).message == message
}

test_records_of_other_parts_are_no_anomalies if {
	record := {"part": "forecast", "record": "x", "reason": "odd"}
	effects(testing.spending_of({"unreadable": [record]}, {})) == set()
}
