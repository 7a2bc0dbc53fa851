package tollgate.cost.budget_test

import data.tollgate.cost.budget
import data.tollgate.lib.testing

asked(patch) := findings if {
	findings := budget.require_approval with input as testing.spending(patch)
}

test_a_service_without_a_budget_waits if {
	count(asked({})) == 0
	found := testing.only(asked({"budgets": []}))
	found.message == "no budget holds `payments-api`, so nothing says what may be spent"
	found.approval == {"group": "finops", "count": 1}
}

test_a_budget_of_everything_is_none_of_its_own if {
	everything := testing.budget({"own": false})
	found := testing.only(asked({"budgets": [everything]}))
	found.message == "no budget of its own holds `payments-api`, so nothing says what may be spent"
	count(asked({"budgets": [everything, testing.budget({})]})) == 0

	# Asked about itself, it is a budget like any other.
	about := {"service": null, "budget": "everything"}
	count(asked({"budgets": [everything], "service": null, "spending": about})) == 0
}

test_a_budget_that_does_not_exist_is_named if {
	patch := {"budgets": [], "service": null, "spending": {"service": null, "budget": "gone"}}
	contains(testing.only(asked(patch)).message, "no budget holds the name `gone`")
}

test_a_question_about_nothing_waits_too if {
	patch := {"budgets": [], "service": null, "spending": {"service": null, "budget": null}}
	count(asked(patch)) == 1
}

test_a_fix_is_warned if {
	facts := testing.spending(object.union({"budgets": []}, testing.spending_for("fix")))
	found := budget.warn with input as facts
	count(found) == 1
	waits := budget.require_approval with input as facts
	count(waits) == 0
}
