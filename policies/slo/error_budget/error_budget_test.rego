package tollgate.slo.error_budget_test

import data.tollgate.lib.testing
import data.tollgate.slo.error_budget

effects(facts) := {name |
	deny_found := error_budget.deny with input as facts
	require_approval_found := error_budget.require_approval with input as facts
	warn_found := error_budget.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

spent(ppm, patch) := testing.rollout_with({"budget": {"consumed_ppm": ppm}}, patch)

test_the_steps_are_strict_in_turn if {
	effects(spent(249999, {})) == set()
	effects(spent(250000, {})) == {"warn"}
	effects(spent(500000, {})) == {"require_approval"}
	effects(spent(750000, {})) == {"require_approval"}
	effects(spent(1000000, {})) == {"deny"}
}

# A day of hours: one bad one is all of 96 %.
test_a_budget_of_few_slices_is_judged if {
	slices := {"budgeting": {"unit": "slices"}, "budget": {"total": 24, "bad": 1, "consumed_ppm": 1041666}}
	effects(testing.rollout_with(slices, {})) == {"deny"}
	events := {"budget": {"total": 24, "bad": 1, "consumed_ppm": 1041666}}
	effects(testing.rollout_with(events, {})) == set()
}

test_what_is_not_risky_waits_later if {
	maintenance := testing.rolling_out("maintenance")
	effects(spent(500000, maintenance)) == {"warn"}
	effects(spent(750000, maintenance)) == {"require_approval"}
	effects(spent(1000000, maintenance)) == {"deny"}
}

test_fixes_and_rollbacks_go_ahead if {
	every purpose in ["fix", "rollback"] {
		effects(spent(750000, testing.rolling_out(purpose))) == {"warn"}
		effects(spent(1400000, testing.rolling_out(purpose))) == {"warn"}
	}
	found := error_budget.warn with input as spent(1400000, testing.rolling_out("fix"))
	testing.only(found).message == concat("", [
		"`availability` has spent 140 % of its error budget (limit 100 %): only fixes and rollbacks go ahead",
	])
}

test_a_handful_of_events_is_not_judged if {
	few := {"budget": {"consumed_ppm": 2000000, "total": 99, "bad": 9}}
	effects(testing.rollout_with(few, {})) == set()
	ten_bad := {"budget": {"consumed_ppm": 2000000, "total": 99, "bad": 10}}
	effects(testing.rollout_with(ten_bad, {})) == {"deny"}
}

test_a_budget_that_is_not_known_denies if {
	found := error_budget.deny with input as testing.rollout_with({"budget": null}, {})
	contains(testing.only(found).message, "is not known, though its telemetry came")
}

test_time_that_is_not_known_asks_for_a_person_whatever_it_is_for if {
	facts := testing.rollout_with(testing.undecided_slo, {})
	found := error_budget.require_approval with input as facts
	testing.only(found).message == concat("", [
		"15 min of the 30-day period of `availability` are not known: 20 % of its error budget is spent for certain, ",
		"and 54.7 % if all failed then (limit 25 %)",
	])
	testing.only(found).approval == {"group": "payments", "count": 1}
	testing.only(found).evidence == ["slo/payments-api/availability"]
	testing.only(found).urgency == "ticket"
	every purpose in ["fix", "rollback", "maintenance"] {
		effects(testing.rollout_with(testing.undecided_slo, testing.rolling_out(purpose))) == {"require_approval"}
	}
}

test_what_is_spent_for_certain_counts_beside_what_is_not_known if {
	spent_too := object.union(testing.undecided_slo, {"budget": {"consumed_ppm": 800000, "consumed_at_most_ppm": 1200000}})
	found := error_budget.require_approval with input as testing.rollout_with(spent_too, {})
	count(found) == 2
}
