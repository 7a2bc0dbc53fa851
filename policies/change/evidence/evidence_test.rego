package tollgate.change.evidence_test

import data.tollgate.change.evidence
import data.tollgate.lib.testing

test_good_evidence_passes if {
	all_findings(testing.healthy) == set()
}

test_each_state_denies_with_its_reason if {
	states := {
		"no_data": "has no data",
		"stale": "is out of date",
		"partial": "is incomplete",
		"error": "could not be read",
		"new": "cannot be relied on",
	}
	every status, words in states {
		facts := testing.history({"evidence": testing.broken("history/x", testing.odd(status), "the ledger did not answer")})
		found := evidence.deny with input as facts
		testing.only(found).message == sprintf("`history/x` %s: the ledger did not answer", [words])
		testing.only(found).observed.status == status
	}
}

test_a_finding_says_all_that_is_known if {
	facts := testing.with_slo({"evidence": testing.broken("slo/x", "stale", null)})
	found := evidence.deny with input as facts
	testing.only(found) == {
		"message": "`slo/x` is out of date: no reason was given",
		"observed": {"status": "stale", "as_of": "2026-11-21T09:58:00Z"},
		"threshold": {"status": "ok"},
		"since": "2026-11-21T09:58:00Z",
		"evidence": ["slo/x"],
		"owner": "payments",
		"retry_at": "2026-11-21T10:05:00Z",
	}
}

test_every_kind_of_required_evidence_denies if {
	bad := object.union(testing.healthy, {
		"service": {"evidence": testing.broken("service/x", "error", "a")},
		"history": {"evidence": testing.broken("history/x", "error", "b")},
		"freezes": {"evidence": testing.broken("freezes", "error", "c")},
		"slos": [
			testing.slo({"evidence": testing.broken("slo/one", "no_data", "d")}),
			testing.slo({"evidence": testing.broken("slo/two", "partial", "e")}),
		],
		"cost": {"evidence": testing.broken("cost/estimate", "no_data", "f")},
	})
	found := evidence.deny with input as bad
	{id | some finding in found; some id in finding.evidence} == {
		"service/x", "history/x", "freezes", "slo/one", "slo/two", "cost/estimate",
	}
}

test_what_other_rules_speak_for_is_left_to_them if {
	facts := testing.facts({
		"service": {"known": false, "evidence": testing.broken("service/x", "no_data", "a")},
		"cost": {"evidence": testing.broken("cost/estimate", "partial", "b")},
	})
	all_findings(facts) == set()
}

test_an_emergency_asks_those_who_may_break_the_glass if {
	bad := {"freezes": {"evidence": testing.broken("freezes", "error", "late")}}
	facts := testing.facts(object.union(testing.emergency, bad))
	denied := evidence.deny with input as facts
	count(denied) == 0
	found := evidence.require_approval with input as facts
	testing.only(found).approval == {"group": "incident-commanders", "count": 1}
	testing.only(found).evidence == ["freezes"]
}

test_an_emergency_without_incident_is_denied if {
	facts := testing.facts({
		"change": {"type": "emergency"},
		"freezes": {"evidence": testing.broken("freezes", "error", "late")},
	})
	found := evidence.deny with input as facts
	count(found) == 1
}

test_advisory_evidence_warns if {
	proof := object.union(testing.broken("slo/x", "no_data", "gone"), {"required": false})
	facts := testing.with_slo({"evidence": proof})
	denied := evidence.deny with input as facts
	count(denied) == 0
	found := evidence.warn with input as facts
	testing.only(found).evidence == ["slo/x"]
}

all_findings(facts) := found if {
	denied := evidence.deny with input as facts
	asked := evidence.require_approval with input as facts
	warned := evidence.warn with input as facts
	found := (denied | asked) | warned
}

test_time_that_is_not_known_is_left_to_the_rule_about_budgets if {
	all_findings(testing.with_slo(testing.undecided_slo)) == set()
}
