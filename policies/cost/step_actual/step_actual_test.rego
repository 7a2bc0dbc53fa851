package tollgate.cost.step_actual_test

import data.tollgate.cost.step_actual
import data.tollgate.lib.testing

effects(facts) := {name |
	deny_found := step_actual.deny with input as facts
	require_approval_found := step_actual.require_approval with input as facts
	warn_found := step_actual.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

spent(steps, patch) := testing.spending_of({"steps": steps}, patch)

half := testing.step("actual", 500000, "inform", true)

most := testing.step("actual", 750000, "approve", true)

all_of_it := testing.step("actual", 1000000, "freeze", true)

test_each_step_does_what_it_says if {
	effects(testing.spending({})) == set()
	effects(spent([half], {})) == {"warn"}
	effects(spent([half, most], {})) == {"require_approval"}
	effects(spent([half, most, all_of_it], {})) == {"deny"}
}

test_fixes_and_rollbacks_go_ahead if {
	every purpose in ["fix", "rollback"] {
		effects(spent([half, most, all_of_it], testing.spending_for(purpose))) == {"warn"}
		effects(spent([most], testing.spending_for(purpose))) == {"warn"}
	}
}

test_it_says_what_is_spent_and_when_it_ends if {
	facts := spent([all_of_it], {})
	found := step_actual.deny with input as facts
	testing.only(found).message == concat("", [
		"the budget `payments-production` has spent 400.00 EUR of 1000.00 EUR, which is 40 % (step 100 %): ",
		"only fixes and rollbacks go ahead until 2026-12-01T00:00:00Z",
	])
	testing.only(found).retry_at == "2026-12-01T00:00:00Z"
}

test_what_no_service_is_known_to_spend_holds_nothing_up_and_says_so if {
	found := step_actual.deny with input as testing.spending_of({"steps": [all_of_it], "services_held": 0}, {})
	endswith(testing.only(found).message, concat("", [
		"(step 100 %): nothing waits, since no service is known to spend it",
	]))
	told := step_actual.warn with input as testing.spending_of({"steps": [half], "services_held": 0}, {})
	contains(testing.only(told).message, "its owner is notified until")
}

test_a_step_that_is_not_surely_reached_is_for_the_evidence_to_speak_of if {
	effects(spent([testing.step("actual", 500000, "freeze", null)], {})) == set()
}
