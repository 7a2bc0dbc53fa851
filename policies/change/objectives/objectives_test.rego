package tollgate.change.objectives_test

import data.tollgate.change.objectives
import data.tollgate.lib.testing

test_a_service_with_an_objective_passes if {
	found := objectives.deny with input as testing.healthy
	count(found) == 0
	asked := objectives.require_approval with input as testing.healthy
	count(asked) == 0
}

test_a_critical_service_without_one_is_denied if {
	every tier in ["tier_1", "tier_2", null] {
		found := objectives.deny with input as testing.facts({"slos": [], "service": {"tier": tier}})
		contains(testing.only(found).message, "has no service level objective, so its health is not known")
		asked := objectives.require_approval with input as testing.facts({"slos": [], "service": {"tier": tier}})
		count(asked) == 0
	}
}

test_the_finding_says_what_is_missing if {
	found := objectives.deny with input as testing.facts({"slos": []})
	testing.only(found) == {
		"message": "`payments-api` (tier_1) has no service level objective, so its health is not known",
		"observed": {"objectives": 0},
		"threshold": {"objectives": 1},
		"evidence": ["service/payments-api"],
		"owner": "payments",
	}
}

test_a_less_critical_one_needs_its_owner if {
	facts := testing.facts({"slos": [], "service": {"tier": "tier_3"}})
	denied := objectives.deny with input as facts
	count(denied) == 0
	found := objectives.require_approval with input as facts
	testing.only(found).approval == {"group": "payments", "count": 1}
}

test_an_emergency_asks_those_who_may_break_the_glass if {
	every tier in ["tier_1", "tier_3"] {
		facts := testing.facts(object.union(testing.emergency, {"slos": [], "service": {"tier": tier}}))
		denied := objectives.deny with input as facts
		count(denied) == 0
		found := objectives.require_approval with input as facts
		testing.only(found).approval == {"group": "incident-commanders", "count": 1}
	}
}

test_an_unknown_service_is_left_to_its_own_rule if {
	found := objectives.deny with input as testing.facts({"slos": [], "service": {"known": false}})
	count(found) == 0
}
