package tollgate.change.freeze_test

import data.tollgate.change.freeze
import data.tollgate.lib.testing

window := {
	"name": "year-end",
	"reason": "the busiest time of the year",
	"owner": "release-management",
	"starts_at": "2026-11-20T17:00:00Z",
	"ends_at": "2026-11-22T05:00:00Z",
}

active := {"freezes": {"active": [window]}}

next(starts_at) := {"freezes": {"next": object.union(window, {"starts_at": starts_at})}}

test_without_a_freeze_changes_pass if {
	denied := freeze.deny with input as testing.healthy
	count(denied) == 0
	warned := freeze.warn with input as testing.healthy
	count(warned) == 0
}

test_a_freeze_denies_until_its_end if {
	found := freeze.deny with input as testing.facts(active)
	testing.only(found) == {
		"message": "changes rest in the freeze `year-end` until 2026-11-22T05:00:00Z: the busiest time of the year",
		"observed": {"evaluated_at": "2026-11-21T10:00:00Z"},
		"threshold": {"starts_at": "2026-11-20T17:00:00Z", "ends_at": "2026-11-22T05:00:00Z"},
		"since": "2026-11-20T17:00:00Z",
		"evidence": ["freezes"],
		"about": {"freeze": "year-end"},
		"owner": "release-management",
		"retry_at": "2026-11-22T05:00:00Z",
	}
}

test_a_standard_change_rests_too if {
	found := freeze.deny with input as testing.facts(object.union(active, testing.standard))
	count(found) == 1
}

test_fixes_pass_with_the_approval_of_the_freezes_owner if {
	every patch in [testing.fix, {"change": {"purpose": "rollback"}}, testing.emergency] {
		facts := testing.facts(object.union(active, patch))
		denied := freeze.deny with input as facts
		count(denied) == 0
		found := freeze.require_approval with input as facts
		testing.only(found).approval == {"group": "release-management", "count": 1}
	}
}

test_each_freeze_has_its_finding if {
	facts := testing.facts({"freezes": {"active": [window, object.union(window, {"name": "audit"})]}})
	found := freeze.deny with input as facts
	count(found) == 2
}

test_a_freeze_that_is_near_warns if {
	found := freeze.warn with input as testing.facts(next("2026-11-21T14:00:00Z"))
	testing.only(found) == {
		"message": "the freeze `year-end` begins in 4 h, at 2026-11-21T14:00:00Z: the busiest time of the year",
		"observed": {"seconds_until_freeze": 14400},
		"threshold": {"seconds_until_freeze": 14400},
		"evidence": ["freezes"],
		"about": {"freeze": "year-end"},
		"owner": "release-management",
		"remediation": "Be done before it begins, or wait until it is over.",
	}
}

test_a_freeze_that_is_far_does_not if {
	found := freeze.warn with input as testing.facts(next("2026-11-21T14:00:01Z"))
	count(found) == 0
}

test_every_freeze_that_is_near_warns if {
	near := object.union(window, {"starts_at": "2026-11-21T14:00:00Z"})
	upcoming := [near, object.union(near, {"name": "audit"}), object.union(near, {
		"name": "far",
		"starts_at": "2026-11-21T14:00:01Z",
	})]
	found := freeze.warn with input as testing.facts({"freezes": {"next": near, "upcoming": upcoming}})
	{message | some message in found}[_].message == "the freeze `audit` begins in 4 h, at 2026-11-21T14:00:00Z: the busiest time of the year"
	count(found) == 2
}
