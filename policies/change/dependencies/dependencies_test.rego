package tollgate.change.dependencies_test

import data.tollgate.change.dependencies
import data.tollgate.lib.testing

# The ledger, with its only objective as said.
ledger(slo) := {"dependencies": [{
	"evidence": testing.evidence("service/ledger-db"),
	"name": "ledger-db",
	"owner": "data-platform",
	"slos": [slo],
}]}

judge(patch) := {"require_approval": asked, "warn": warned} if {
	facts := testing.facts(patch)
	asked := dependencies.require_approval with input as facts
	warned := dependencies.warn with input as facts
}

quiet := {"require_approval": set(), "warn": set()}

advisory(status, reason) := {"evidence": object.union(
	testing.broken("slo/ledger-db/availability", status, reason),
	{"required": false},
)}

# An objective whose telemetry is good and that burns so fast.
burning(rates) := object.union(testing.slo(testing.burning(rates)), advisory("ok", null))

on_fire := ledger(burning({"1h": 16200000, "5m": 17000000}))

test_healthy_dependencies_pass if {
	judge({}) == quiet
	judge(ledger(testing.slo(advisory("ok", null)))) == quiet
}

test_one_that_pages_needs_the_owner_of_a_critical_service if {
	found := judge(on_fire)
	testing.only(found.require_approval) == {
		"message": concat("", [
			"`ledger-db`, which `payments-api` depends on, burns the error budget of `availability` 16.2 ",
			"times too fast over 1 h and 17.0 times over 5 min (limit 14.4); 10 % of the 30-day budget is ",
			"gone",
		]),
		"observed": {"burn_rate_1h_micro": 16200000, "burn_rate_5m_micro": 17000000},
		"threshold": {"burn_rate_micro": 14400000},
		"evidence": ["slo/ledger-db/availability"],
		"owner": "data-platform",
		"retry_at": "2026-11-21T10:05:00Z",
		"approval": {"group": "payments", "count": 1},
	}
	count(found.warn) == 0
}

test_elsewhere_it_warns if {
	every patch in [testing.tier("tier_2"), testing.fix, testing.emergency] {
		found := judge(object.union(on_fire, patch))
		count(found.require_approval) == 0
		count(found.warn) == 1
	}
}

test_exactly_at_the_limit_and_tickets_are_quiet if {
	judge(ledger(burning({"1h": 14400000, "5m": 17000000}))) == quiet
	judge(ledger(burning({"3d": 1500000, "6h": 1500000}))) == quiet
}

test_missing_telemetry_of_a_dependency_warns if {
	found := judge(ledger(testing.slo(advisory("no_data", "the metric is not there"))))
	count(found.require_approval) == 0
	testing.only(found.warn) == {
		"message": "the health of `ledger-db`, which `payments-api` depends on, is not known: the metric is not there",
		"observed": {"status": "no_data"},
		"threshold": {"status": "ok"},
		"since": "2026-11-21T09:58:00Z",
		"evidence": ["slo/ledger-db/availability"],
		"owner": "data-platform",
		"retry_at": "2026-11-21T10:05:00Z",
	}
}

test_a_rate_that_is_not_known_warns_though_the_evidence_is_good if {
	found := judge(ledger(burning({"1h": null})))
	endswith(testing.only(found.warn).message, "is not known: no reason was given")
}

test_a_dependency_that_the_catalogue_does_not_know_is_said if {
	proof := testing.broken("service/ledgr-db", "no_data", "not in the catalogue")
	nobody := {"name": "ledgr-db", "owner": null, "slos": [], "evidence": proof}
	required := judge({"dependencies": [nobody]})
	testing.only(required.require_approval).evidence == ["service/ledgr-db"]
	found := judge({"dependencies": [object.union(nobody, {"evidence": {"required": false}})]})
	count(found.require_approval) == 0
	message := "the health of `ledgr-db`, which `payments-api` depends on, is not known: not in the catalogue"
	testing.only(found.warn).message == message
	not testing.only(found.warn).owner
}
