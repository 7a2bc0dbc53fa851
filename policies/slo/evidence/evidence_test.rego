package tollgate.slo.evidence_test

import data.tollgate.lib.testing
import data.tollgate.slo.evidence

effects(facts) := {name |
	deny_found := evidence.deny with input as facts
	require_approval_found := evidence.require_approval with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found}
	count(found) > 0
}

broken(status) := {"evidence": testing.broken("slo/payments-api/availability", status, "the metric is gone")}

test_good_telemetry_passes if {
	effects(testing.rollout({})) == set()
}

test_whatever_is_wrong_with_telemetry_denies if {
	every status in ["no_data", "stale", "partial", "error"] {
		effects(testing.rollout_with(broken(status), {})) == {"deny"}
	}
	found := evidence.deny with input as testing.rollout_with(broken("no_data"), {})
	testing.only(found).message == "`slo/payments-api/availability` has no data: the metric is gone"
	testing.only(found).retry_at == "2026-11-21T10:05:00Z"
}

test_a_fix_passes_with_an_incident_commander if {
	every purpose in ["fix", "rollback"] {
		facts := testing.rollout_with(broken("stale"), testing.rolling_out(purpose))
		effects(facts) == {"require_approval"}
		found := evidence.require_approval with input as facts
		testing.only(found).approval == {"group": "incident-commanders", "count": 1}
	}
}

test_time_that_is_not_known_is_left_to_the_rule_about_budgets if {
	effects(testing.rollout_with(testing.undecided_slo, {})) == set()
}
