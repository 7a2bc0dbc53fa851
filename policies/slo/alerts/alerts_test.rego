package tollgate.slo.alerts_test

import data.tollgate.lib.testing
import data.tollgate.slo.alerts

effects(facts) := {name |
	deny_found := alerts.deny with input as facts
	require_approval_found := alerts.require_approval with input as facts
	warn_found := alerts.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

alert(severity, holds) := {
	"policy": "page-on-call",
	"condition": "burns-fast",
	"severity": severity,
	"threshold_micro": 10000000,
	"lookback_seconds": 1800,
	"after_seconds": 120,
	"burn_rate_micro": 12500000,
	"good": 17000,
	"total": 18000,
	"holds": holds,
}

raised(severity) := {"alerts": [alert(severity, true)]}

test_alerts_that_do_not_hold_pass if {
	effects(testing.rollout_with({"alerts": [alert("page", false)]}, {})) == set()
}

test_a_page_stops_rollouts_but_fixes if {
	found := alerts.deny with input as testing.rollout_with(raised("page"), {})
	testing.only(found).message == concat("", [
		"`availability` burns its error budget 12.5 times too fast over 30 min ",
		"(limit 10.0 of its alert `page-on-call`)",
	])
	testing.only(found).urgency == "page"
	effects(testing.rollout_with(raised("critical"), {})) == {"deny"}
	effects(testing.rollout_with(raised("page"), testing.rolling_out("rollback"))) == {"warn"}
}

test_less_than_a_page_asks_for_approval_of_risky_rollouts if {
	found := alerts.require_approval with input as testing.rollout_with(raised("Ticket"), {})
	testing.only(found).urgency == "ticket"
	effects(testing.rollout_with(raised("warning"), {"rollout": {"risky": false}})) == {"warn"}
}

test_too_few_events_are_not_judged if {
	few := {"alerts": [object.union(alert("page", true), {"good": 1, "total": 5})]}
	effects(testing.rollout_with(few, {})) == set()
}

test_an_alert_that_is_not_known_denies_where_the_telemetry_came if {
	found := alerts.deny with input as testing.rollout_with({"alerts": [alert("ticket", null)]}, {})
	contains(testing.only(found).message, "is not known, though its telemetry came")
	unknown := {"alerts": [alert("ticket", null)]}
	effects(testing.rollout_with(unknown, testing.rolling_out("fix"))) == {"require_approval"}
}
