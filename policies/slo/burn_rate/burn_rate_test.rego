package tollgate.slo.burn_rate_test

import data.tollgate.lib.testing
import data.tollgate.slo.burn_rate

effects(facts) := {name |
	deny_found := burn_rate.deny with input as facts
	require_approval_found := burn_rate.require_approval with input as facts
	warn_found := burn_rate.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

rates := {"1h": 16200000, "5m": 17000000, "1d": 4000000, "2h": 5000000}

exceeding(name) := object.union(testing.burning(rates), testing.exceeding(name))

test_a_calm_service_passes if {
	effects(testing.rollout_with(testing.burning(rates), {})) == set()
}

test_a_page_stops_rollouts_but_fixes if {
	effects(testing.rollout_with(exceeding("page_fast"), {})) == {"deny"}
	effects(testing.rollout_with(exceeding("page_fast"), testing.rolling_out("fix"))) == {"warn"}
	found := burn_rate.deny with input as testing.rollout_with(exceeding("page_fast"), {})
	testing.only(found).message == concat("", [
		"`availability` burns its error budget 16.2 times too fast over 1h and 17.0 times over 5m ",
		"(limit 14.4)",
	])
	testing.only(found).retry_at == "2026-11-21T10:05:00Z"
}

test_a_ticket_asks_for_approval_of_risky_rollouts if {
	effects(testing.rollout_with(exceeding("ticket_fast"), {})) == {"require_approval"}
	effects(testing.rollout_with(exceeding("ticket_fast"), testing.rolling_out("maintenance"))) == {"warn"}
	effects(testing.rollout_with(exceeding("ticket_fast"), {"rollout": {"risky": false}})) == {"warn"}
}

test_too_few_events_are_not_judged if {
	few := object.union(exceeding("page_fast"), {"windows": {"1h": {"total": 5, "good": 4}}})
	effects(testing.rollout_with(few, {})) == set()
	all_bad := {"1h": {"total": 9, "good": 0, "burn_rate_low_micro": 700000000}}
	effects(testing.rollout_with(object.union(exceeding("page_fast"), {"windows": all_bad}), {})) == {"deny"}
	ten_bad := object.union(exceeding("page_fast"), {"windows": {"1h": {"total": 50, "good": 40}}})
	effects(testing.rollout_with(ten_bad, {})) == {"deny"}
}

# An hour has sixty minutes: nine bad ones of them burn the budget of 99 % fifteen times too fast.
test_minutes_are_judged_however_few_there_are if {
	hour := {"budgeting": {"event": "minutes", "unit": "minutes"}, "windows": {"1h": {"total": 60, "good": 51}}}
	effects(testing.rollout_with(object.union(exceeding("page_fast"), hour), {})) == {"deny"}
}

test_a_pair_that_is_not_known_denies if {
	unknown := {"pairs": [{"name": "p", "severity": "page", "long": "1h", "short": "5m", "factor_micro": 1, "exceeded": null}]}
	found := burn_rate.deny with input as testing.rollout_with(unknown, {})
	contains(testing.only(found).message, "is not known, though its telemetry came")
	effects(testing.rollout_with(unknown, testing.rolling_out("rollback"))) == {"require_approval"}
}

test_objectives_without_events_of_their_own_are_judged_as_well if {
	several := object.union(exceeding("page_fast"), {"windows": {"1h": {"total": null, "good": null}}})
	effects(testing.rollout_with(several, {})) == {"deny"}
}

test_an_objective_that_another_judges_is_told_of if {
	effects(testing.rollout_with({"pairs": []}, {})) == {"warn"}
}

test_a_window_that_is_all_maintenance_is_left_to_the_rule_on_that if {
	window := {
		"name": "database-upgrade",
		"reason": "new major version",
		"owner": "data-platform",
		"starts_at": "2026-11-21T09:00:00Z",
		"ends_at": "2026-11-21T11:00:00Z",
	}
	maintained := testing.in_maintenance(window)
	named := burn_rate.deny with input as testing.rollout_with(maintained, {})
	named == set()
	unnamed := burn_rate.deny with input as testing.rollout_with(object.union(maintained, {"maintenance": []}), {})
	count(unnamed) == 1
}
