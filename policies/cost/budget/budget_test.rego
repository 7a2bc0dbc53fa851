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
