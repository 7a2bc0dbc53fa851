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
