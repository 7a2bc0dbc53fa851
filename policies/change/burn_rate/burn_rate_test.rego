package tollgate.change.burn_rate_test

import data.tollgate.change.burn_rate
import data.tollgate.lib.testing

burning(rates) := {"slos": [testing.slo(testing.burning(rates))]}

effects(patch, rates) := {name |
	facts := testing.facts(object.union(burning(rates), patch))
	denied := burn_rate.deny with input as facts
	asked := burn_rate.require_approval with input as facts
	warned := burn_rate.warn with input as facts
	some name, found in {"deny": denied, "require_approval": asked, "warn": warned}
	count(found) > 0
}

test_a_calm_service_passes if {
	effects({}, {}) == set()
}

test_the_finding_says_how_fast_and_since_when if {
	slo := testing.slo(object.union(
		testing.burning({"1h": 16200000, "5m": 17000000}),
		{"budget": {"consumed_ppm": 320000}, "burning_since": "2026-11-21T09:12:00Z"},
	))
	found := burn_rate.deny with input as testing.facts({"slos": [slo]})
	testing.only(found) == {
		"message": concat("", [
			"`availability` burns its error budget 16.2 times too fast over 1 h and 17.0 times over 5 min ",
			"(limit 14.4); 32 % of the 30-day budget is gone",
		]),
		"observed": {"burn_rate_1h_micro": 16200000, "burn_rate_5m_micro": 17000000},
		"threshold": {"burn_rate_micro": 14400000},
		"since": "2026-11-21T09:12:00Z",
		"evidence": ["slo/payments-api/availability"],
		"owner": "payments",
		"retry_at": "2026-11-21T10:05:00Z",
	}
}

test_a_page_denies_only_above_both_limits if {
	effects({}, {"6h": 6000001, "30m": 6000001}) == {"deny"}
	effects({}, {"6h": 6000000, "30m": 6000001}) == set()
	effects({}, {"6h": 6000001, "30m": 6000000}) == set()
}

test_the_slow_page_is_tried_again_after_its_short_window if {
	facts := testing.facts(burning({"6h": 6100000, "30m": 7000000}))
	found := burn_rate.deny with input as facts
	testing.only(found).retry_at == "2026-11-21T10:30:00Z"
	testing.only(found).threshold == {"burn_rate_micro": 6000000}
}

test_a_ticket_asks_for_approval_of_risky_changes if {
	every rates in [{"1d": 3000001, "2h": 3000001}, {"3d": 1000001, "6h": 1000001}] {
		effects({}, rates) == {"require_approval"}
		effects(testing.standard, rates) == {"warn"}
		effects(testing.tier("tier_3"), rates) == {"warn"}
		effects(testing.fix, rates) == {"warn"}
	}
	effects({}, {"3d": 1000000, "6h": 1000001}) == set()
	effects({}, {"1d": 3000000, "2h": 3000000}) == set()
}

test_fixes_pass_a_page_with_the_owners_approval if {
	every patch in [testing.fix, {"change": {"purpose": "rollback"}}, testing.emergency] {
		effects(patch, {"1h": 15000000, "5m": 15000000}) == {"require_approval"}
	}
	effects({"change": {"type": "emergency"}}, {"1h": 15000000, "5m": 15000000}) == {"deny"}
	facts := testing.facts(object.union(burning({"1h": 15000000, "5m": 15000000}), testing.fix))
	found := burn_rate.require_approval with input as facts
	testing.only(found).approval == {"group": "payments", "count": 3}
}

test_a_bad_hour_pauses_more_and_more if {
	maintenance := {"change": {"purpose": "maintenance"}}
	every step in [
		[2000000, set(), set(), set()], [2000001, {"deny"}, {"warn"}, {"warn"}],
		[3000000, {"deny"}, {"warn"}, {"warn"}], [3000001, {"deny"}, {"deny"}, {"warn"}],
		[5000000, {"deny"}, {"deny"}, {"warn"}], [5000001, {"deny"}, {"deny"}, {"require_approval"}],
	] {
		effects({}, {"1h": step[0]}) == step[1]
		effects(maintenance, {"1h": step[0]}) == step[1]
		effects(testing.standard, {"1h": step[0]}) == step[2]
		effects(testing.fix, {"1h": step[0]}) == step[3]
	}
}

test_a_bad_hour_is_named_alone if {
	facts := testing.facts(burning({"1h": 2400000}))
	found := burn_rate.deny with input as facts
	testing.only(found).message == concat("", [
		"`availability` burns its error budget 2.4 times too fast over 1 h (limit 2.0); 10 % of the ",
		"30-day budget is gone",
	])
	testing.only(found).observed == {"burn_rate_1h_micro": 2400000}
	testing.only(found).retry_at == "2026-11-21T10:05:00Z"
}

test_only_the_worst_breach_of_an_objective_is_reported if {
	all_windows := {label: 50000000 | some label, _ in testing.window_seconds}
	facts := testing.facts(burning(all_windows))
	found := burn_rate.deny with input as facts
	testing.only(found).threshold == {"burn_rate_micro": 14400000}
	effects({}, all_windows) == {"deny"}
}

test_each_objective_has_its_finding if {
	one := testing.slo(object.union(testing.burning({"1h": 2400000}), {"name": "latency", "budget": null}))
	two := testing.slo(testing.burning({"1h": 2400000}))
	found := burn_rate.deny with input as testing.facts({"slos": [one, two]})
	"`latency` burns its error budget 2.4 times too fast over 1 h (limit 2.0)" in testing.messages(found)
}

test_too_few_events_are_not_judged if {
	few := {"windows": {"1h": {"total": 99, "good": 90, "burn_rate_micro": 90000000}, "5m": {"burn_rate_micro": 90000000}}}
	found := burn_rate.deny with input as testing.with_slo(few)
	count(found) == 0
	bad := {"windows": {"1h": {"total": 99, "good": 89, "burn_rate_micro": 90000000}, "5m": {"burn_rate_micro": 90000000}}}
	judged := burn_rate.deny with input as testing.with_slo(bad)
	count(judged) == 1
}

# 3.82 times over 6 h, of a week: the limit is that of the fact, not the one that is set for 30 days.
test_the_factors_are_those_of_the_period if {
	week := object.union(testing.burning({"6h": 3820000, "30m": 3600000}), {"pairs": [
		{"name": "page_slow", "severity": "page", "long": "6h", "short": "30m", "factor_micro": 3500000},
	]})
	found := burn_rate.deny with input as testing.with_slo(week)
	testing.only(found).threshold == {"burn_rate_micro": 3500000}
}

test_few_events_that_all_fail_are_judged if {
	few := {"total": 9, "good": 0, "burn_rate_micro": 1000000000, "burn_rate_low_micro": 700000000}
	found := burn_rate.deny with input as testing.with_slo({"windows": {"1h": few, "5m": {"burn_rate_micro": 1000000000}}})
	count(found) == 1
}

test_a_rate_that_is_not_known_denies_though_the_evidence_is_good if {
	facts := testing.facts(burning({"1h": null, "6h": null}))
	found := burn_rate.deny with input as facts
	"the burn rate of `availability` over `1h`, `6h` is not known, though its telemetry came" in testing.messages(found)
	cited := {finding.evidence | some finding in found; finding.observed == {"burn_rate_micro": null}}
	cited == {["slo/payments-api/availability"]}
}

test_in_an_emergency_an_unknown_rate_asks_those_who_may_break_the_glass if {
	facts := testing.facts(object.union(testing.emergency, burning({"5m": null})))
	denied := burn_rate.deny with input as facts
	count(denied) == 0
	found := burn_rate.require_approval with input as facts
	testing.only(found).approval == {"group": "incident-commanders", "count": 1}
}

test_a_pair_of_windows_that_are_not_measured_denies if {
	pairs := [{"name": "p", "severity": "page", "long": "12h", "short": "5m", "factor_micro": 9000000}]
	found := burn_rate.deny with input as testing.with_slo({"pairs": pairs})
	contains(testing.only(found).message, "`12h`")
}

test_a_pair_that_is_not_called_a_ticket_is_a_page if {
	every severity in [{}, {"severity": "pager"}, {"severity": testing.odd(null)}] {
		pair := object.union({"name": "p", "long": "1d", "short": "2h", "factor_micro": 3000000}, severity)
		patch := object.union(testing.burning({"1d": 4000000, "2h": 4000000}), {"pairs": [pair]})
		found := burn_rate.deny with input as testing.with_slo(patch)
		count(found) == 1
	}
}

test_where_the_evidence_is_bad_the_evidence_rule_speaks if {
	unknown := object.union(testing.burning({"1h": null}), {"evidence": testing.broken("slo/x", "error", "late")})
	found := burn_rate.deny with input as testing.with_slo(unknown)
	count(found) == 0
}

test_an_objective_that_is_judged_by_its_budget_alone_is_told_of if {
	alone := {"pairs": [], "windows": {"1h": {"burn_rate_micro": null}}}
	denied := burn_rate.deny with input as testing.with_slo(alone)
	count(denied) == 0
	warned := burn_rate.warn with input as testing.with_slo(alone)
	count(warned) == 1
}

test_in_planned_maintenance_risky_changes_need_approval_and_others_are_warned if {
	window := {
		"name": "database-upgrade",
		"reason": "new major version",
		"owner": "data-platform",
		"starts_at": "2026-11-21T09:00:00Z",
		"ends_at": "2026-11-21T11:00:00Z",
	}
	in_maintenance := {"slos": [testing.slo(testing.in_maintenance(window))]}
	facts := testing.facts(in_maintenance)
	awaited := burn_rate.require_approval with input as facts
	contains(testing.only(awaited).message, "planned maintenance (`database-upgrade`)")
	denied := burn_rate.deny with input as facts
	denied == set()
	fix := testing.facts(object.union(in_maintenance, {"change": {"purpose": "fix"}}))
	warned := burn_rate.warn with input as fix
	count(warned) == 1
	held := burn_rate.require_approval with input as fix
	held == set()

	# Without maintenance that is named, what is not known is not known.
	unnamed := object.union(testing.in_maintenance(window), {"maintenance": []})
	unknown := burn_rate.deny with input as testing.facts({"slos": [testing.slo(unnamed)]})
	count(unknown) == 1
}
