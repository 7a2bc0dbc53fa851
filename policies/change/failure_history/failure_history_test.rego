package tollgate.change.failure_history_test

import data.tollgate.change.failure_history
import data.tollgate.lib.testing

rate(failed, of) := {"history": {"failed": failed, "with_outcome": of, "failure_rate_ppm": 75000}}

failure(outcome) := {"history": {"last_failure": {
	"decision_id": "01J",
	"change_id": "payments-api/1840",
	"service": "payments-api",
	"environment": "production",
	"author": "github:77",
	"verdict": "allow",
	"evaluated_at": "2026-11-21T08:30:00Z",
	"outcome": outcome,
}}}

reported(at) := failure({"result": "failed", "reported_at": at})

judge(patch) := {"require_approval": asked, "warn": warned} if {
	facts := testing.facts(patch)
	asked := failure_history.require_approval with input as facts
	warned := failure_history.warn with input as facts
}

quiet := {"require_approval": set(), "warn": set()}

test_a_good_history_passes if {
	judge({}) == quiet
	judge(rate(2, 40)) == quiet
}

test_a_high_rate_needs_the_owner if {
	found := judge(rate(3, 40))
	testing.only(found.require_approval) == {
		"message": concat("", [
			"3 of the last 40 changes of `payments-api` in `production` failed or were rolled back within ",
			"30 days (limit 5 %)",
		]),
		"observed": {"failed": 3, "with_outcome": 40, "failure_rate_ppm": 75000},
		"threshold": {"failure_rate_ppm": 50000},
		"evidence": ["history/payments-api"],
		"owner": "payments",
		"approval": {"group": "payments", "count": 1},
	}
}

test_few_changes_have_no_rate if {
	judge(rate(9, 9)) == quiet
	count(judge(rate(9, 10)).require_approval) == 1
}

test_a_recent_failure_needs_the_owner_until_it_is_over if {
	found := judge(reported("2026-11-21T09:30:00Z"))
	testing.only(found.require_approval) == {
		"message": "the change `payments-api/1840` of `payments-api` failed 30 min ago (changes wait 1 h after a failure)",
		"observed": {"failed_seconds_ago": 1800, "change": "payments-api/1840"},
		"threshold": {"failed_seconds_ago": 3600},
		"since": "2026-11-21T09:30:00Z",
		"evidence": ["history/payments-api"],
		"owner": "payments",
		"retry_at": "2026-11-21T10:30:00Z",
		"approval": {"group": "payments", "count": 1},
	}
	judge(reported("2026-11-21T09:00:00Z")) == quiet
}

test_a_failure_without_report_counts_from_its_decision if {
	judge(failure(null)) == quiet
	recent := object.union(failure(null), {"history": {"last_failure": {"evaluated_at": "2026-11-21T09:59:00Z"}}})
	testing.only(judge(recent).require_approval).since == "2026-11-21T09:59:00Z"
}

test_a_failure_of_the_future_is_not_overlooked if {
	found := judge(reported("2026-11-21T10:00:30Z"))
	contains(testing.only(found.require_approval).message, "failed 0 s ago")
}

test_fixes_and_less_critical_services_are_only_warned if {
	every patch in [testing.fix, testing.emergency, testing.tier("tier_3")] {
		found := judge(object.union(rate(3, 40), patch))
		count(found.require_approval) == 0
		count(found.warn) == 1
	}
	count(judge(object.union(rate(3, 40), testing.tier("tier_2"))).require_approval) == 1
}
