package tollgate.change.error_budget_test

import data.tollgate.change.error_budget
import data.tollgate.lib.testing

consumed(ppm) := {"slos": [testing.slo({"budget": {"consumed_ppm": ppm, "bad": 620, "allowed_bad": 1000}})]}

# Which effects a change gets, by what is spent.
effects(patch, ppm) := {name |
	facts := testing.facts(object.union(consumed(ppm), patch))
	denied := error_budget.deny with input as facts
	asked := error_budget.require_approval with input as facts
	warned := error_budget.warn with input as facts
	some name, found in {"deny": denied, "require_approval": asked, "warn": warned}
	count(found) > 0
}

test_each_step_begins_exactly_at_its_share if {
	steps := [
		[249999, set()], [250000, {"warn"}], [499999, {"warn"}], [500000, {"require_approval"}],
		[999999, {"require_approval"}], [1000000, {"deny"}], [25000000, {"deny"}],
	]
	every step in steps {
		effects({}, step[0]) == step[1]
	}
}

test_what_is_not_risky_asks_later if {
	every patch in [testing.standard, testing.tier("tier_3"), {"change": {"purpose": "maintenance"}}] {
		effects(patch, 500000) == {"warn"}
		effects(patch, 749999) == {"warn"}
		effects(patch, 750000) == {"require_approval"}
		effects(patch, 1000000) == {"deny"}
	}
}

test_fixes_pass_with_approval_when_all_is_spent if {
	every patch in [testing.fix, {"change": {"purpose": "rollback"}}, testing.emergency] {
		effects(patch, 999999) == {"warn"}
		effects(patch, 1000000) == {"require_approval"}
	}
}

test_an_emergency_without_incident_is_no_fix if {
	effects({"change": {"type": "emergency", "incident": " "}}, 1000000) == {"deny"}
}

test_the_finding_says_how_much_is_spent if {
	facts := testing.facts(consumed(625999))
	found := error_budget.require_approval with input as facts
	testing.only(found) == {
		"message": concat("", [
			"`availability` has spent 62.5 % of its 30-day error budget (limit 50 %): 620 bad events, where ",
			"1000 are allowed; risky changes need the owner's approval",
		]),
		"observed": {"budget_consumed_ppm": 625999, "bad_events": 620},
		"threshold": {"budget_consumed_ppm": 500000, "bad_events": 1000},
		"evidence": ["slo/payments-api/availability"],
		"owner": "payments",
		"retry_at": "2026-11-21T10:05:00Z",
		"approval": {"group": "payments", "count": 3},
	}
}

test_the_denial_says_what_still_goes if {
	facts := testing.facts(consumed(1000000))
	found := error_budget.deny with input as facts
	endswith(testing.only(found).message, "only fixes go ahead, with the owner's approval")
}

test_each_objective_has_its_finding if {
	one := testing.slo({"name": "latency", "budget": {"consumed_ppm": 1000000}})
	two := testing.slo({"budget": {"consumed_ppm": 1000000}, "burning_since": "2026-11-21T09:00:00Z"})
	found := error_budget.deny with input as testing.facts({"slos": [one, two]})
	count(found) == 2
	{finding.since | some finding in found} == {"2026-11-21T09:00:00Z"}
}

test_a_budget_that_is_not_known_denies_though_the_evidence_is_good if {
	facts := testing.with_slo({"budget": null})
	found := error_budget.deny with input as facts
	testing.only(found).message == "the error budget of `availability` is not known, though its telemetry came"
	testing.only(found).evidence == ["slo/payments-api/availability"]
}

test_in_an_emergency_an_unknown_budget_asks_those_who_may_break_the_glass if {
	facts := testing.facts(object.union(testing.emergency, {"slos": [testing.slo({"budget": null})]}))
	denied := error_budget.deny with input as facts
	count(denied) == 0
	found := error_budget.require_approval with input as facts
	testing.only(found).approval == {"group": "incident-commanders", "count": 1}
}

test_where_the_evidence_is_bad_the_evidence_rule_speaks if {
	facts := testing.with_slo({"budget": null, "evidence": testing.broken("slo/x", "no_data", "gone")})
	found := error_budget.deny with input as facts
	count(found) == 0
}

test_too_few_events_are_not_judged if {
	few := {"budget": {"total": 99, "bad": 9, "consumed_ppm": 9000000}}
	found := error_budget.deny with input as testing.with_slo(few)
	count(found) == 0
	bad := {"budget": {"total": 99, "bad": 10, "consumed_ppm": 9000000}}
	judged := error_budget.deny with input as testing.with_slo(bad)
	count(judged) == 1
}

test_time_that_is_not_known_asks_for_a_person if {
	found := error_budget.require_approval with input as testing.with_slo(testing.undecided_slo)
	contains(testing.only(found).message, "15 min of the 30-day period of `availability` are not known")
	testing.only(found).approval.group == "payments"
	testing.only(found).threshold == {"budget_consumed_ppm": 250000}
	emergency := testing.facts(object.union({"slos": [testing.slo(testing.undecided_slo)]}, testing.emergency))
	asked := error_budget.require_approval with input as emergency
	testing.only(asked).approval == {"group": "incident-commanders", "count": 1}
}
