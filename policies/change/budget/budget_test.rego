package tollgate.change.budget_test

import data.tollgate.change.budget
import data.tollgate.lib.testing

effects(facts) := {name |
	denied := budget.deny with input as facts
	asked := budget.require_approval with input as facts
	warned := budget.warn with input as facts
	some name, found in {"deny": denied, "require_approval": asked, "warn": warned}
	count(found) > 0
}

reached(kind, enforcement) := {"steps": [testing.step(kind, 1000000, enforcement, true)]}

test_each_step_does_what_it_says if {
	effects(testing.healthy) == set()
	every kind in ["actual", "forecast"] {
		effects(testing.budgeted(reached(kind, "inform"), {})) == set()
		effects(testing.budgeted(reached(kind, "approve"), {})) == {"require_approval"}
		effects(testing.budgeted(reached(kind, "freeze"), {})) == {"deny"}
	}
}

test_what_mends_goes_ahead_and_is_told if {
	every patch in [testing.fix, {"change": {"purpose": "rollback"}}, testing.emergency] {
		effects(testing.budgeted(reached("actual", "freeze"), patch)) == {"warn"}
		effects(testing.budgeted(reached("forecast", "approve"), patch)) == {"warn"}
		effects(testing.budgeted(reached("actual", "inform"), patch)) == set()
	}
	effects(testing.budgeted(reached("actual", "freeze"), testing.standard)) == {"deny"}
}

test_a_freeze_names_the_budget_the_amount_and_its_end if {
	over := object.union(reached("actual", "freeze"), {"spent_micros": 1012500000, "share_ppm": 1012500})
	found := budget.deny with input as testing.budgeted(over, {})
	testing.only(found).message == concat("", [
		"the budget `payments-production` has spent 1012.50 EUR of 1000.00 EUR, which is 101.2 % (step 100 %): ",
		"only fixes and rollbacks go ahead until 2026-12-01T00:00:00Z",
	])
	testing.only(found).retry_at == "2026-12-01T00:00:00Z"
	testing.only(found).evidence == ["budget/payments-production"]
}

asked(patch) := found if {
	waiting := object.union(reached("actual", "approve"), patch)
	found := budget.require_approval with input as testing.budgeted(waiting, {})
}

test_the_owner_of_the_budget_approves if {
	testing.only(asked({})).approval == {"group": "payments", "count": 3}
	testing.only(asked({"owner": "platform"})).approval == {"group": "platform", "count": 1}
}

test_the_strictest_of_several_budgets_holds if {
	wider := testing.budget(object.union(reached("actual", "freeze"), {"name": "organisation"}))
	facts := testing.facts({"spend": {"budgets": [testing.budget(reached("actual", "approve")), wider]}})
	effects(facts) == {"deny", "require_approval"}
}

test_facts_from_before_there_were_budgets_say_nothing if {
	effects(object.remove(testing.healthy, ["spend"])) == set()
}

test_a_forecast_that_is_not_known_waits_for_the_owner if {
	unknown := {"steps": [testing.step("forecast", 1000000, "approve", null)], "forecast": null}
	effects(testing.budgeted(unknown, {})) == {"require_approval"}
	effects(testing.budgeted(unknown, testing.fix)) == set()
	found := budget.require_approval with input as testing.budgeted(unknown, {})
	testing.only(found).message == concat("", [
		"nobody can say whether the budget `payments-production` reaches its step 100 % (approve) by the end of its ",
		"period: its forecast is not known",
	])
}

test_what_only_the_upper_bound_reaches_is_said if {
	step := object.union(testing.step("forecast", 1000000, "freeze", false), {"within_reach": true})
	effects(testing.budgeted({"steps": [step]}, {})) == {"warn"}
}
