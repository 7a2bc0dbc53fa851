package tollgate.slo.canary_test

import data.tollgate.lib.testing
import data.tollgate.slo.canary

# What is asked of a rollout whose canary is as said.
asked(patch, purpose) := {
	"gate": "slo",
	"evaluated_at_seconds": 1795255200,
	"rollout": {"service": "payments-api", "purpose": purpose},
	"service": {"owner": "payments"},
	"settings": {"thresholds": {"change": {"break_glass_group": "incident-commanders"}}},
	"canary": object.union(healthy, patch),
}

healthy := {
	"evidence": testing.evidence("canary/payments-api"),
	"service": "payments-api",
	"verdict": "pass",
	"reasons": [],
	"score_ppm": 1000000,
	"judged_score_ppm": 1000000,
	"pass_score_ppm": 950000,
	"marginal_score_ppm": 750000,
	"no_data_ppm": 0,
	"max_no_data_ppm": 500000,
	"observed_seconds": 900,
	"observation_seconds": 900,
	"ask_again_seconds": null,
	"metrics": [{"class": "pass"}],
}

effects(facts) := {name |
	denied := canary.deny with input as facts
	approval := canary.require_approval with input as facts
	warned := canary.warn with input as facts
	some name, found in {"deny": denied, "require_approval": approval, "warn": warned}
	count(found) > 0
}

test_a_canary_that_is_not_worse_passes if {
	effects(asked({}, "feature")) == set()
}

test_a_rollout_without_canary_is_left_to_other_rules if {
	effects(object.union(asked({}, "feature"), {"canary": null})) == set()
}

test_a_canary_outside_its_limits_is_denied_in_these_words if {
	limits := {"limits": {"at_most_micro": 500000, "at_least_micro": null}, "class": "high", "value_micro": 800000}
	facts := asked({
		"verdict": "fail",
		"score_ppm": 0,
		"judged_score_ppm": 0,
		"metrics": [{"class": "pass", "limits": null}, {"class": "high", "limits": limits}],
		"reasons": ["`latency` is 0.8 over all minutes, above its limit of 0.5"],
	}, "feature")
	effects(facts) == {"deny"}
	found := canary.deny with input as facts
	testing.only(found).message == concat("", [
		"the canary of `payments-api` is outside its limits: 0 % of its score (passes from 95 %, fails below 75 %): ",
		"`latency` is 0.8 over all minutes, above its limit of 0.5",
	])
}

test_a_worse_canary_is_denied if {
	facts := asked({
		"verdict": "fail",
		"score_ppm": 500000,
		"metrics": [{"class": "pass"}, {"class": "high"}],
		"reasons": ["`latency` is higher than in the baseline"],
	}, "feature")
	effects(facts) == {"deny"}
	found := canary.deny with input as facts
	testing.only(found) == {
		"message": concat("", [
			"the canary of `payments-api` is worse than its baseline: 50 % of its score (passes from 95 %, fails below ",
			"75 %): `latency` is higher than in the baseline",
		]),
		"observed": {"score_ppm": 500000, "no_data_ppm": 0, "observed_seconds": 900},
		"threshold": {"score_ppm": 950000, "no_data_ppm": 500000, "observed_seconds": 900},
		"evidence": ["canary/payments-api"],
		"owner": "payments",
	}
}

test_a_canary_that_could_not_be_judged_is_not_called_worse if {
	facts := asked({
		"verdict": "fail",
		"score_ppm": 0,
		"judged_score_ppm": null,
		"metrics": [{"class": "no_data"}],
		"reasons": ["`latency`: the canary has no datapoint"],
	}, "feature")
	effects(facts) == {"deny"}
	found := canary.deny with input as facts
	message := "the canary of `payments-api` could not be judged: `latency`: the canary has no datapoint"
	testing.only(found).message == message
}

test_a_verdict_that_is_not_known_here_is_denied if {
	effects(asked({"verdict": testing.odd("splendid")}, "feature")) == {"deny"}
}

test_a_fix_whose_canary_is_worse_asks_those_who_lead_incidents if {
	every purpose in ["fix", "rollback"] {
		facts := asked({"verdict": "fail"}, purpose)
		effects(facts) == {"require_approval"}
		found := canary.require_approval with input as facts
		testing.only(found).approval == {"group": "incident-commanders", "count": 1}
	}
}

test_a_marginal_canary_asks_the_owner if {
	facts := asked({"verdict": "marginal", "score_ppm": 800000}, "feature")
	effects(facts) == {"require_approval"}
	found := canary.require_approval with input as facts
	testing.only(found).approval == {"group": "payments", "count": 1}
	not testing.only(found).retry_at
}

test_an_inconclusive_canary_waits_and_says_until_when if {
	facts := asked({"verdict": "inconclusive", "ask_again_seconds": 840, "observed_seconds": 60}, "feature")
	effects(facts) == {"require_approval"}
	found := canary.require_approval with input as facts
	testing.only(found).retry_at == "2026-11-21T10:14:00Z"
	testing.only(found).observed.observed_seconds == 60
}

test_a_pass_with_gaps_is_told if {
	facts := asked({"evidence": testing.broken("canary/payments-api", "partial", "gaps")}, "feature")
	effects(facts) == {"warn"}
	found := canary.warn with input as facts
	testing.only(found).evidence == ["canary/payments-api"]
}

test_many_reasons_are_summed_up if {
	found := canary.deny with input as asked({"verdict": "fail", "reasons": ["a", "b", "c", "d", "e", "f", "g"]}, "feature")
	endswith(testing.only(found).message, ": a; b; c; d; e; and 2 more")
}
