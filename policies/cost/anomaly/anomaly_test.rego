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
}

test_where_nothing_was_expected_the_amount_counts if {
	effects(found_of(100000000, null, {})) == {"require_approval"}
	found := anomaly.require_approval with input as found_of(160500000, null, {})
	testing.only(found).urgency == "ticket"
	testing.only(found).message == concat("", [
		"the budget `payments-production` has an open cost anomaly since 2026-11-18: ",
		"Amazon Simple Storage Service, 160.50 EUR above what was expected",
	])
}
