package tollgate.slo.dependencies_test

import data.tollgate.lib.testing
import data.tollgate.slo.dependencies

effects(facts) := {name |
	require_approval_found := dependencies.require_approval with input as facts
	warn_found := dependencies.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

needs(slo_patch, patch) := testing.rollout(object.union({"dependencies": [{
	"evidence": testing.evidence("dependency/ledger-db"),
	"name": "ledger-db",
	"owner": "data-platform",
	"slos": [testing.slo(slo_patch)],
}]}, patch))

on_fire := object.union(testing.burning({"1h": 16200000, "5m": 17000000}), testing.exceeding("page_fast"))

test_healthy_dependencies_pass if {
	effects(needs({}, {})) == set()
	effects(needs(testing.exceeding("ticket_slow"), {})) == set()
}

test_one_that_burns_holds_risky_rollouts if {
	effects(needs(on_fire, {})) == {"require_approval"}
	effects(needs(on_fire, testing.rolling_out("fix"))) == {"warn"}
	found := dependencies.require_approval with input as needs(on_fire, {})
	testing.only(found).message == concat("", [
		"`ledger-db`, which `payments-api` needs, burns the error budget of `availability` 16.2 times too fast over 1h ",
		"(limit 14.4)",
	])
}

test_one_that_is_not_known_warns if {
	blind := {"evidence": testing.broken("slo/ledger-db/availability", "no_data", "not there")}
	found := dependencies.warn with input as needs(blind, {})
	endswith(testing.only(found).message, "is not known: not there")
}

test_one_in_maintenance_is_told if {
	window := {"name": "settlement", "reason": "r", "starts_at": "2026-11-21T09:00:00Z", "ends_at": "2026-11-21T11:00:00Z"}
	found := dependencies.warn with input as needs({"maintenance": [window]}, {})
	testing.only(found).message == concat("", [
		"`ledger-db`, which `payments-api` needs, is in planned maintenance `settlement` until 2026-11-21T11:00:00Z",
	])
	testing.only(found).owner == "data-platform"
}
