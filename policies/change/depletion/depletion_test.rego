package tollgate.change.depletion_test

import data.tollgate.change.depletion
import data.tollgate.lib.testing

effects(slo_patch, patch) := {name |
	facts := testing.facts(object.union({"slos": [testing.slo(slo_patch)]}, patch))
	asked := depletion.require_approval with input as facts
	warned := depletion.warn with input as facts
	some name, found in {"require_approval": asked, "warn": warned}
	count(found) > 0
}

outlook(seconds, inside) := object.union(testing.burning({"6h": 2100000}), {"depletion": [{
	"window": "6h",
	"seconds_to_exhaustion": seconds,
	"exhausted_at": "2026-11-23T10:00:00Z",
	"inside_period": inside,
}]})

test_a_budget_that_lasts_passes if {
	effects(outlook(172800, false), {}) == set()
	effects(outlook(0, true), {}) == set()
	effects(object.union(outlook(172800, true), testing.burning({"6h": 2000000})), {}) == set()
}

test_one_that_runs_out_holds_risky_changes if {
	effects(outlook(172800, true), {}) == {"require_approval"}
	effects(outlook(172800, true), testing.fix) == {"warn"}
	effects(outlook(172800, true), testing.standard) == {"warn"}
	found := depletion.require_approval with input as testing.facts({"slos": [testing.slo(outlook(172800, true))]})
	testing.only(found).approval == {"group": "payments", "count": 3}
	startswith(testing.only(found).message, "`availability` runs out of error budget in 2 days")
}
