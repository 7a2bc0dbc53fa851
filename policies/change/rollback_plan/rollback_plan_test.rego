package tollgate.change.rollback_plan_test

import data.tollgate.change.rollback_plan
import data.tollgate.lib.testing

plan(text) := {"change": {"rollback": {"plan": text}}}

denials(patch) := found if {
	facts := testing.facts(patch)
	found := rollback_plan.deny with input as facts
}

test_a_plan_of_some_substance_passes if {
	count(denials({})) == 0
	count(denials(plan("redeploy 7"))) == 0
}

test_no_plan_is_denied if {
	every patch in [{"change": {"rollback": null}}, plan(""), plan("   ")] {
		testing.only(denials(patch)) == {
			"message": "`payments-api` (tier_1) needs a rollback plan in `production`, and none came",
			"observed": {"rollback_plan_characters": 0, "rollback_plan_words": 0},
			"threshold": {"rollback_plan_characters": 10, "rollback_plan_words": 2},
			"owner": "payments",
		}
	}
}

test_a_plan_that_says_too_little_is_denied if {
	every text in ["tbd", "go back 1", "redeployment", " n/a       "] {
		endswith(testing.only(denials(plan(text))).message, sprintf("and `%s` says too little", [trim_space(text)]))
	}
}

test_an_emergency_needs_one_too if {
	count(denials(object.union(testing.emergency, plan("tbd")))) == 1
}

test_an_unknown_tier_and_environment_need_one if {
	count(denials(object.union(testing.tier(null), plan("")))) == 1
	count(denials(object.union({"change": {"environment": "prod-eu"}}, plan("")))) == 1
}

test_other_tiers_environments_and_standard_changes_need_none if {
	count(denials(object.union(testing.tier("tier_2"), plan("")))) == 0
	count(denials(object.union({"change": {"environment": "staging"}}, plan("")))) == 0
	count(denials(object.union(testing.standard, plan("")))) == 0
}

test_going_back_is_only_warned if {
	rollback := object.union({"change": {"purpose": "rollback"}}, plan(""))
	count(denials(rollback)) == 0
	facts := testing.facts(rollback)
	found := rollback_plan.warn with input as facts
	count(found) == 1
}
