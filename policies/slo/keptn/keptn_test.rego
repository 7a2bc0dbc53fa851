package tollgate.slo.keptn_test

import data.tollgate.lib.testing
import data.tollgate.slo.keptn

# What is asked of a rollout whose imported gate is as said.
asked(patch, purpose) := {
	"gate": "slo",
	"evaluated_at_seconds": 1795255200,
	"rollout": {"service": "payments-api", "purpose": purpose},
	"service": {"owner": "payments"},
	"settings": {"thresholds": {"change": {"break_glass_group": "incident-commanders", "retry_seconds": 300}}},
	"keptn": object.union(healthy, patch),
}

healthy := {
	"evidence": testing.evidence("keptn/payments-api"),
	"service": "payments-api",
	"result": "pass",
	"reasons": [],
	"score_ppm": 1000000,
	"best_score_ppm": 1000000,
	"pass_score_ppm": 900000,
}

effects(facts) := {name |
	denied := keptn.deny with input as facts
	approval := keptn.require_approval with input as facts
	some name, found in {"deny": denied, "require_approval": approval}
	count(found) > 0
}

test_a_gate_that_passes_passes if {
	effects(asked({}, "feature")) == set()
}

test_a_service_without_imported_gate_is_left_to_other_rules if {
	effects(object.union(asked({}, "feature"), {"keptn": null})) == set()
}

test_a_gate_that_fails_denies if {
	reasons := ["key SLI `error_rate` is 2, which meets no set of criteria"]
	facts := asked({"result": "fail", "score_ppm": 990000, "best_score_ppm": 990000, "reasons": reasons}, "feature")
	effects(facts) == {"deny"}
	found := keptn.deny with input as facts
	testing.only(found) == {
		"message": concat("", [
			"the Keptn gate of `payments-api` fails: 99 % of its score (passes from 90 %): ",
			"key SLI `error_rate` is 2, which meets no set of criteria",
		]),
		"observed": {"score_ppm": 990000, "best_score_ppm": 990000},
		"threshold": {"score_ppm": 900000},
		"evidence": ["keptn/payments-api"],
		"owner": "payments",
	}
}

test_a_result_that_is_not_known_here_is_denied if {
	effects(asked({"result": testing.odd("splendid")}, "feature")) == {"deny"}
}

test_a_fix_that_its_gate_speaks_against_asks_those_who_lead_incidents if {
	every purpose in ["fix", "rollback"] {
		facts := asked({"result": "fail"}, purpose)
		effects(facts) == {"require_approval"}
		found := keptn.require_approval with input as facts
		testing.only(found).approval == {"group": "incident-commanders", "count": 1}
	}
}

test_a_gate_that_warns_asks_the_owner if {
	facts := asked({"result": "warning", "score_ppm": 800000}, "feature")
	effects(facts) == {"require_approval"}
	found := keptn.require_approval with input as facts
	testing.only(found).approval == {"group": "payments", "count": 1}
	not testing.only(found).retry_at
}

test_an_inconclusive_gate_waits_and_says_until_when if {
	facts := asked({"result": "inconclusive", "score_ppm": 0}, "feature")
	effects(facts) == {"require_approval"}
	found := keptn.require_approval with input as facts
	testing.only(found).retry_at == "2026-11-21T10:05:00Z"
}

test_many_reasons_are_summed_up if {
	found := keptn.deny with input as asked({"result": "fail", "reasons": ["a", "b", "c", "d", "e", "f"]}, "feature")
	endswith(testing.only(found).message, ": a; b; c; d; e; and 1 more")
}
