package tollgate.change.collision_test

import data.tollgate.change.collision
import data.tollgate.lib.testing

other(id, at) := {
	"decision_id": "01J",
	"change_id": id,
	"service": "payments-api",
	"environment": "production",
	"author": "github:77",
	"verdict": "allow",
	"evaluated_at": at,
	"outcome": null,
}

under_way(changes) := {"history": {"in_progress": changes}}

judge(patch) := {"require_approval": asked, "warn": warned} if {
	facts := testing.facts(patch)
	asked := collision.require_approval with input as facts
	warned := collision.warn with input as facts
}

quiet := {"require_approval": set(), "warn": set()}

test_alone_a_change_passes if {
	judge({}) == quiet
}

test_another_change_under_way_needs_the_owner if {
	found := judge(under_way([other("payments-api/1841", "2026-11-21T09:48:00Z")]))
	testing.only(found.require_approval) == {
		"message": concat("", [
			"the change `payments-api/1841` by `github:77` was allowed 12 min ago and has not reported its ",
			"outcome (counts for 1 h)",
		]),
		"observed": {"changes_in_progress": 1, "seconds_ago": 720},
		"threshold": {"changes_in_progress": 0, "seconds_ago": 3600},
		"since": "2026-11-21T09:48:00Z",
		"evidence": ["history/payments-api"],
		"owner": "payments",
		"retry_at": "2026-11-21T10:48:00Z",
		"approval": {"group": "payments", "count": 1},
	}
	count(found.warn) == 0
}

test_an_old_one_no_longer_counts if {
	judge(under_way([other("x", "2026-11-21T09:00:00Z")])) == quiet
	count(judge(under_way([other("x", "2026-11-21T09:00:01Z")])).require_approval) == 1
}

test_the_newest_of_several_is_named if {
	found := judge(under_way([
		other("b", "2026-11-21T09:20:00Z"),
		other("c", "2026-11-21T09:50:00Z"),
		other("a", "2026-11-21T09:30:00Z"),
	]))
	startswith(testing.only(found.require_approval).message, "the change `c` by")
	contains(testing.only(found.require_approval).message, "its outcome, like 2 others (counts")
	testing.only(found.require_approval).observed.changes_in_progress == 3
}

test_asking_again_is_no_collision if {
	judge(under_way([other("payments-api/1842", "2026-11-21T09:50:00Z")])) == quiet
}

test_one_from_the_future_counts if {
	found := judge(under_way([other("x", "2026-11-21T10:00:10Z")]))
	contains(testing.only(found.require_approval).message, "was allowed 0 s ago")
}

test_fixes_and_standard_changes_are_only_warned if {
	every patch in [testing.fix, testing.emergency, testing.standard] {
		found := judge(object.union(under_way([other("x", "2026-11-21T09:50:00Z")]), patch))
		count(found.require_approval) == 0
		count(found.warn) == 1
	}
}
