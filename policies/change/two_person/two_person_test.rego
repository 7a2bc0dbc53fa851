package tollgate.change.two_person_test

import data.tollgate.change.two_person
import data.tollgate.lib.testing

approval(by, counts, reason) := {"by": by, "at": null, "groups": ["payments"], "counts": counts, "reason": reason}

test_production_needs_somebody_else if {
	found := two_person.require_approval with input as testing.healthy
	testing.only(found) == {
		"message": "`production` needs the approval of somebody other than its author `github:4519`: nobody has approved yet",
		"observed": {"approvals": 0},
		"threshold": {"approvals": 1},
		"since": "2026-11-21T10:00:00Z",
		"owner": "payments",
		"approval": {"count": 1},
	}
}

test_who_approved_is_named if {
	given := [approval("github:77", true, null), approval("github:77", true, null), approval("github:12", true, null)]
	found := two_person.require_approval with input as testing.facts({"approvals": given})
	endswith(testing.only(found).message, ": given by `github:12`, `github:77`")
	testing.only(found).observed == {"approvals": 2}
}

test_the_authors_approval_is_shown_as_not_counting if {
	given := [
		approval("github:4519", false, "the author cannot approve their own change"),
		approval("github:8", false, null),
	]
	found := two_person.require_approval with input as testing.facts({"approvals": given})
	endswith(testing.only(found).message, concat("", [
		"nobody has approved yet; the approval by `github:4519` does not count: the author cannot approve their own change",
		"; the approval by `github:8` does not count: no reason was given",
	]))
	testing.only(found).observed == {"approvals": 0}
}

test_emergencies_and_bots_are_no_exception if {
	every patch in [testing.emergency, testing.fix, {"change": {"author": "github:renovate[bot]"}}] {
		found := two_person.require_approval with input as testing.facts(patch)
		count(found) == 1
	}
}

test_elsewhere_and_for_standard_changes_one_is_enough if {
	every patch in [{"change": {"environment": "staging"}}, testing.standard] {
		found := two_person.require_approval with input as testing.facts(patch)
		count(found) == 0
	}
}

test_an_environment_that_is_not_known_is_production if {
	found := two_person.require_approval with input as testing.change({"environment": "prod-eu"})
	count(found) == 1
}

test_many_approvals_that_do_not_count_are_summed_up if {
	discounted := {"by": "github:9", "at": null, "groups": [], "counts": false, "reason": "it is older than 168 h"}
	facts := testing.facts({"approvals": [discounted | some _ in ["a", "b", "c", "d", "e"]]})
	found := two_person.require_approval with input as facts
	endswith(testing.only(found).message, "; 2 more do not count")
	count(testing.only(found).message) < 500
}
