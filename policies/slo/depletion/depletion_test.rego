package tollgate.slo.depletion_test

import data.tollgate.lib.testing
import data.tollgate.slo.depletion

effects(facts) := {name |
	require_approval_found := depletion.require_approval with input as facts
	warn_found := depletion.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

outlook(seconds, inside) := object.union(testing.burning({"6h": 2100000}), {"depletion": [{
	"window": "6h",
	"seconds_to_exhaustion": seconds,
	"exhausted_at": "2026-11-23T10:00:00Z",
	"inside_period": inside,
}]})

test_a_budget_that_lasts_passes if {
	effects(testing.rollout_with(outlook(172800, false), {})) == set()
	effects(testing.rollout_with(outlook(0, true), {})) == set()
	calm := object.union(outlook(172800, true), testing.burning({"6h": 2000000}))
	effects(testing.rollout_with(calm, {})) == set()
}

test_one_that_runs_out_holds_risky_rollouts if {
	effects(testing.rollout_with(outlook(172800, true), {})) == {"require_approval"}
	effects(testing.rollout_with(outlook(172800, true), testing.rolling_out("fix"))) == {"warn"}
	found := depletion.require_approval with input as testing.rollout_with(outlook(172800, true), {})
	testing.only(found).message == concat("", [
		"`availability` runs out of error budget in 2 days (2026-11-23T10:00:00Z) if it goes on as over the last 6 h: ",
		"2.1 times the pace",
	])
}
