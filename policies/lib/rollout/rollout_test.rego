package tollgate.lib.rollout_test

import data.tollgate.lib.rollout
import data.tollgate.lib.testing

service := testing.healthy.service

asked(patch) := object.union(testing.healthy_rollout.rollout, patch)

test_fixes_and_rollbacks_mend if {
	rollout.mending(asked({"purpose": "fix"}))
	rollout.mending(asked({"purpose": "rollback"}))
	not rollout.mending(asked({}))
	not rollout.mending(asked({"purpose": "maintenance"}))
}

test_what_is_not_known_is_risky if {
	rollout.risky(asked({}), service)
	rollout.risky(asked({}), object.union(service, {"tier": null}))
	rollout.risky(asked({"risky": true, "purpose": "fix"}), service)
	not rollout.risky(asked({"risky": false}), service)
	not rollout.risky(asked({}), object.union(service, {"tier": "tier_3"}))
}
