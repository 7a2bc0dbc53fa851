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

about_unknown(kind, purpose) := {
	"budgets": [],
	"service": null,
	"spending": {"service": null, "budget": "payment", "environment": "prod", "purpose": purpose},
	"unknown_names": [{"kind": kind, "name": "payment", "near": ["payments-production", "payments-staging"]}],
}

denied(patch) := findings if {
	findings := budget.deny with input as testing.spending(patch)
}

test_a_budget_that_is_not_there_is_denied_whatever_it_is_asked_for if {
	some purpose in ["feature", "fix", "rollback"]
	patch := about_unknown("budget", purpose)
	message := "there is no budget `payment`: did you mean `payments-production` or `payments-staging`?"
	testing.only(denied(patch)).message == message
	count(asked(patch)) == 0
	warned := budget.warn with input as testing.spending(patch)
	count(warned) == 0
}

test_an_environment_that_the_budget_is_not_for_is_denied if {
	patch := object.union(about_unknown("environment", "fix"), {"budgets": [testing.budget({})]})
	found := testing.only(denied(patch))
	startswith(found.message, "no budget that is asked about is for the environment `payment`: did you mean")
	count(denied({})) == 0
}

test_older_records_name_no_unknown_budget if {
	patch := {"budgets": [], "service": null, "spending": {"service": null, "budget": "gone"}}
	contains(testing.only(asked(patch)).message, "no budget holds the name `gone`")
}

test_a_question_about_all_environments_is_one_about_each if {
	all := {
		"service": {"environments": ["development", "production", "staging"]},
		"spending": {"environment": null},
	}
	of := testing.budget({})
	found := testing.only(asked(object.union(all, {"budgets": [of]})))
	found.message == concat(" ", [
		"no budget of its own holds `payments-api` in `development`, `staging`,",
		"so nothing says what may be spent",
	])
	everywhere := testing.budget({"scope": {"environments": []}})
	count(asked(object.union(all, {"budgets": [of, everywhere]}))) == 0
	of_others := testing.budget({"scope": {"environments": []}, "own": false})
	count(asked(object.union(all, {"budgets": [of, of_others]}))) == 1
	count(asked(object.union(all, {"budgets": [of], "spending": {"environment": "production"}}))) == 0
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
