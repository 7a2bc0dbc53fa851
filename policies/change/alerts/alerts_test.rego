package tollgate.change.alerts_test

import data.tollgate.change.alerts
import data.tollgate.lib.testing

effects(alert_patch, patch) := {name |
	facts := testing.facts(object.union({"slos": [testing.slo({"alerts": [alert(alert_patch)]})]}, patch))
	denied := alerts.deny with input as facts
	asked := alerts.require_approval with input as facts
	warned := alerts.warn with input as facts
	some name, found in {"deny": denied, "require_approval": asked, "warn": warned}
	count(found) > 0
}

alert(patch) := object.union(
	{
		"policy": "page-on-call",
		"condition": "burns-fast",
		"severity": "page",
		"threshold_micro": 1200000,
		"lookback_seconds": 3600,
		"after_seconds": 300,
		"burn_rate_micro": 1500000,
		"good": 35946,
		"total": 36000,
		"holds": true,
	},
	patch,
)

test_alerts_that_do_not_hold_pass if {
	effects({"holds": false}, {}) == set()
}

test_a_page_denies_all_but_fixes if {
	effects({}, {}) == {"deny"}
	effects({"severity": "critical"}, testing.standard) == {"deny"}
	effects({}, testing.fix) == {"require_approval"}
	found := alerts.deny with input as testing.facts({"slos": [testing.slo({"alerts": [alert({})]})]})
	testing.only(found).message == concat("", [
		"`availability` burns its error budget 1.5 times too fast over 1 h ",
		"(limit 1.2 of its alert `page-on-call`)",
	])
}

test_less_than_a_page_asks_for_approval_of_risky_changes if {
	effects({"severity": "Ticket"}, {}) == {"require_approval"}
	effects({"severity": "warning"}, testing.standard) == {"warn"}
	effects({"severity": "warning"}, testing.fix) == {"warn"}
	facts := testing.facts({"slos": [testing.slo({"alerts": [alert({"severity": "ticket"})]})]})
	found := alerts.require_approval with input as facts
	testing.only(found).approval == {"group": "payments", "count": 3}
}

test_too_few_events_are_not_judged if {
	effects({"good": 1, "total": 5}, {}) == set()
}

test_an_alert_that_is_not_known_holds_up_where_the_telemetry_came if {
	effects({"holds": null}, {}) == {"deny"}
	effects({"holds": null}, testing.fix) == {"deny"}
	effects({"holds": null}, testing.emergency) == {"require_approval"}
	facts := testing.facts({"slos": [testing.slo({"alerts": [alert({"holds": null})]})]})
	found := alerts.deny with input as facts
	contains(testing.only(found).message, "is not known, though its telemetry came")
}
