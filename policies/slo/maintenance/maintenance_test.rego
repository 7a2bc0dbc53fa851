package tollgate.slo.maintenance_test

import data.tollgate.lib.testing
import data.tollgate.slo.maintenance

effects(facts) := {name |
	require_approval_found := maintenance.require_approval with input as facts
	warn_found := maintenance.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

window := {
	"name": "database-upgrade",
	"reason": "new major version",
	"owner": "data-platform",
	"starts_at": "2026-11-21T09:00:00Z",
	"ends_at": "2026-11-21T11:00:00Z",
}

test_without_maintenance_all_passes if {
	effects(testing.rollout({})) == set()
}

test_risky_rollouts_wait_for_its_end if {
	effects(testing.rollout({"maintenance": [window]})) == {"require_approval"}
	effects(testing.rollout(object.union({"maintenance": [window]}, testing.rolling_out("fix")))) == {"warn"}
	found := maintenance.require_approval with input as testing.rollout({"maintenance": [window]})
	testing.only(found).retry_at == "2026-11-21T11:00:00Z"
	testing.only(found).approval == {"group": "data-platform", "count": 1}
}

test_maintenance_of_a_shared_objective_holds_up_risky_rollouts_and_no_others if {
	shared := testing.in_maintenance(window)
	effects(testing.rollout_with(shared, {})) == {"require_approval"}
	every purpose in ["fix", "rollback"] {
		effects(testing.rollout_with(shared, testing.rolling_out(purpose))) == {"warn"}
	}

	# Named twice, told once.
	both := testing.rollout_with(shared, {"maintenance": [window]})
	found := maintenance.require_approval with input as both
	testing.only(found).approval == {"group": "data-platform", "count": 1}
}

test_it_holds_until_there_is_something_to_judge_by if {
	over := object.union(window, {"ends_at": "2026-11-21T10:00:00Z"})
	found := maintenance.require_approval with input as testing.rollout_with(testing.in_maintenance(over), {})
	contains(testing.only(found).message, "went on until 2026-11-21T10:00:00Z")
	testing.only(found).retry_at == "2026-11-21T10:05:00Z"
}
