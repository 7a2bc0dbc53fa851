package tollgate.slo.release_pause_test

import data.tollgate.lib.testing
import data.tollgate.slo.release_pause

effects(facts) := {name |
	deny_found := release_pause.deny with input as facts
	require_approval_found := release_pause.require_approval with input as facts
	warn_found := release_pause.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

hour(rate, patch) := testing.rollout_with(testing.burning({"1h": rate}), patch)

test_up_to_the_limit_passes if {
	effects(hour(2000000, {})) == set()
}

test_above_two_risky_releases_pause_and_others_ask if {
	effects(hour(2000001, {})) == {"deny"}
	effects(hour(2000001, testing.rolling_out("maintenance"))) == {"require_approval"}
	effects(hour(2000001, {"service": {"tier": "tier_3"}})) == {"require_approval"}
	effects(hour(3000000, testing.rolling_out("maintenance"))) == {"require_approval"}
}

test_above_three_all_releases_pause_but_fixes if {
	effects(hour(3000001, testing.rolling_out("maintenance"))) == {"deny"}
	effects(hour(3000001, testing.rolling_out("fix"))) == {"warn"}
	effects(hour(9000000, testing.rolling_out("rollback"))) == {"warn"}
	found := release_pause.deny with input as hour(3100000, {})
	testing.only(found).message == "`availability` burns its error budget 3.1 times too fast over 1 h (limit 3.0)"
}
