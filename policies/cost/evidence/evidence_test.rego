package tollgate.cost.evidence_test

import data.tollgate.cost.evidence
import data.tollgate.lib.testing

effects(facts) := {name |
	deny_found := evidence.deny with input as facts
	require_approval_found := evidence.require_approval with input as facts
	warn_found := evidence.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

broken(status) := {"evidence": testing.broken("budget/payments-production", status, "the bill is old")}

test_a_good_bill_passes if {
	effects(testing.spending({})) == set()
}

test_whatever_is_wrong_with_the_bill_denies if {
	every status in ["no_data", "stale", "partial", "error"] {
		effects(testing.spending_of(broken(status), {})) == {"deny"}
		effects(testing.spending_of(broken(status), testing.spending_for("fix"))) == {"require_approval"}
	}
	found := evidence.deny with input as testing.spending_of(broken("stale"), {})
	testing.only(found).message == "`budget/payments-production` is out of date: the bill is old"
	testing.only(found).retry_at == "2026-11-21T11:00:00Z"
}

test_a_forecast_that_is_not_known_warns if {
	proof := object.union(
		testing.broken("budget/payments-production/forecast", "no_data", "too young"),
		{"required": false},
	)
	effects(testing.spending_of({"forecast_evidence": proof, "forecast": null}, {})) == {"warn"}
}

test_an_estimate_that_cannot_be_read_denies if {
	effects(testing.planning({"evidence": {"status": "error"}})) == {"deny"}
	effects(testing.planning({"evidence": {"status": "no_data"}})) == {"deny"}
	found := evidence.deny with input as testing.planning({"evidence": {"status": "error"}})
	startswith(testing.only(found).remediation, "Have the estimate made again")
	effects(testing.planning({"evidence": {"status": "partial"}})) == set()
}

test_close_to_the_end_what_may_change_is_said if {
	effects(testing.spending_of({"share_ppm": 900000}, {})) == {"warn"}
	effects(testing.spending_of({"share_ppm": 899999}, {})) == set()
	effects(testing.spending_of({"share_ppm": 900000, "standing": "inside"}, {})) == set()
}

test_a_part_of_the_bill_that_did_not_come_warns if {
	proof := object.union(
		testing.broken("budget/payments-production/anomalies", "error", "not allowed"),
		{"required": false},
	)
	effects(object.union(testing.spending_of({}, {}), {"bill": [proof]})) == {"warn"}
}
