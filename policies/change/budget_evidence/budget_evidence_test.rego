package tollgate.change.budget_evidence_test

import data.tollgate.change.budget_evidence
import data.tollgate.lib.testing

asked(facts) := found if {
	found := budget_evidence.require_approval with input as facts
}

warned(facts) := found if {
	found := budget_evidence.warn with input as facts
}

broken(status) := {"evidence": testing.broken("budget/payments-production", status, "the bill is old")}

test_what_is_known_passes if {
	asked(testing.healthy) == set()
	warned(testing.healthy) == set()
}

test_whatever_is_wrong_with_the_bill_waits_for_those_who_look_after_spend if {
	every status in ["no_data", "stale", "partial", "error"] {
		count(asked(testing.budgeted(broken(status), {}))) == 1
	}
	found := testing.only(asked(testing.budgeted(broken("stale"), {})))
	found.message == "`budget/payments-production` is out of date: the bill is old"
	found.approval == {"group": "finops", "count": 1}
	found.evidence == ["budget/payments-production"]
	found.retry_at == "2026-11-21T10:05:00Z"
}

test_one_finding_speaks_of_spend_and_forecast if {
	forecast := object.union(testing.broken("budget/b/forecast", "no_data", "the spend is not known"), {"required": false})
	facts := testing.budgeted(object.union(broken("error"), {"forecast_evidence": forecast}), {})
	warned(facts) == set()
	testing.only(asked(facts)).evidence == ["budget/payments-production", "budget/b/forecast"]
}

test_an_emergency_asks_those_who_may_break_the_glass if {
	found := testing.only(asked(testing.budgeted(broken("no_data"), testing.emergency)))
	found.approval == {"group": "incident-commanders", "count": 1}
}

test_what_need_not_be_known_is_told if {
	proof := object.union(testing.broken("budget/payments-production", "no_data", "gone"), {"required": false})
	facts := testing.budgeted({"evidence": proof}, testing.fix)
	asked(facts) == set()
	testing.only(warned(facts)).evidence == ["budget/payments-production"]
	forecast := object.union(testing.broken("budget/b/forecast", "no_data", "too young"), {"required": false})
	testing.only(warned(testing.budgeted({"forecast_evidence": forecast}, {}))).evidence == ["budget/b/forecast"]
}

test_a_service_without_a_budget_is_told_of_where_there_are_budgets if {
	testing.only(warned(testing.facts({"spend": {"budgets": []}}))).message == concat("", [
		"no budget holds `payments-api` in `production`, so nothing says what may be spent on it",
	])
	everything := testing.budget({"own": false})
	testing.only(warned(testing.facts({"spend": {"budgets": [everything]}}))).message == concat("", [
		"no budget of its own holds `payments-api` in `production`, so nothing says what may be spent on it",
	])
	warned(testing.facts({"spend": {"budgets": [], "budgets_declared": 0}})) == set()
	warned(object.remove(testing.healthy, ["spend"])) == set()
}
