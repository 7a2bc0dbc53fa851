package tollgate.change.approvals_test

import data.tollgate.change.approvals
import data.tollgate.lib.testing

approval(by, groups, counts) := {"by": by, "at": null, "groups": groups, "counts": counts, "reason": null}

# How many people must approve; 0 when nobody must.
required(patch) := people if {
	facts := testing.facts(patch)
	found := approvals.require_approval with input as facts
	people := sum([finding.approval.count | some finding in found])
}

test_environment_and_tier_decide_how_many if {
	required({}) == 2
	required(testing.tier("tier_2")) == 1
	required(testing.tier("tier_3")) == 1
	required({"change": {"environment": "staging"}}) == 1
	required(object.union(testing.tier("tier_2"), {"change": {"environment": "staging"}})) == 0
}

test_what_the_settings_do_not_name_is_judged_as_production if {
	required({"change": {"environment": "prod-eu"}}) == 2
	required(testing.tier(null)) == 2
	gap := {"settings": {"thresholds": {"change": {"approvals_required": testing.odd({"canary": {"tier_3": 0}})}}}}
	required(object.union(gap, {"change": {"environment": "canary"}})) == 2
}

test_the_finding_says_who_must_approve_and_who_did if {
	given := [
		approval("github:77", ["payments"], true), approval("github:77", ["payments", "risk"], true),
		approval("github:5", ["risk"], true), approval("github:4519", ["payments"], false),
	]
	found := approvals.require_approval with input as testing.facts({"approvals": given})
	testing.only(found) == {
		"message": "2 members of `payments` must approve a change of `payments-api` (tier_1) in `production`, and 1 did",
		"observed": {"approvals": 1},
		"threshold": {"approvals": 2},
		"since": "2026-11-21T10:00:00Z",
		"owner": "payments",
		"approval": {"group": "payments", "count": 2},
	}
}

test_without_an_owner_anybody_may if {
	facts := testing.facts({"service": {"owner": null}, "approvals": [approval("github:5", ["risk"], true)]})
	found := approvals.require_approval with input as facts
	startswith(testing.only(found).message, "2 members of any team must approve")
	testing.only(found).observed == {"approvals": 1}
	testing.only(found).approval == {"count": 2}
}

test_standard_changes_were_approved_beforehand if {
	required(testing.standard) == 0
}

test_a_standard_change_that_is_too_large_is_a_normal_one if {
	facts := testing.change({"type": "standard", "diff": {"lines_added": 501, "lines_removed": 0}})
	found := approvals.require_approval with input as facts
	endswith(testing.only(found).message, "0 did; 501 changed lines are too many for a `standard` change (limit 500)")
	testing.only(found).approval.count == 2
}

test_a_standard_change_of_unknown_size_is_a_normal_one if {
	facts := testing.change({"type": "standard", "diff": null})
	found := approvals.require_approval with input as facts
	endswith(testing.only(found).message, "0 did; nothing shows that this `standard` change is small: send `diff` with it")
	testing.only(found).approval.count == 2
}

test_in_an_emergency_one_is_enough if {
	required(testing.emergency) == 1
	required({"change": {"type": "emergency"}}) == 2
	required(object.union(testing.emergency, testing.threshold("change", "emergency_approvals", 5))) == 2
}
