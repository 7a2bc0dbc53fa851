# METADATA
# title: Facts for tests
# description: A healthy service and a normal change of it, and what tests put in their place. Loaded for tests only.
package tollgate.lib.testing

# The healthy facts with some fields put in their place; objects are merged, lists replaced.
facts(patch) := object.union(healthy, patch)

change(patch) := facts({"change": patch})

service(patch) := facts({"service": patch})

history(patch) := facts({"history": patch})

slo(patch) := object.union(healthy_slo, patch)

# Facts whose only objective is this one.
with_slo(patch) := facts({"slos": [slo(patch)]})

# Facts with fields of the only budget put in their place.
budgeted(budget_patch, patch) := facts(object.union({"spend": {"budgets": [budget(budget_patch)]}}, patch))

# Facts with one threshold changed.
threshold(group, name, value) := {"settings": {"thresholds": {group: {name: value}}}}

# Windows that burn as fast as said, in millionths, with as much traffic as the healthy ones.
burning(rates) := {"windows": {label: {"burn_rate_micro": rate} | some label, rate in rates}}

# What no facts have today, to see that a rule holds up what it does not know; checks of types let it pass.
odd(value) := json.unmarshal(json.marshal(value))

evidence(id) := {
	"id": id,
	"status": "ok",
	"reason": null,
	"required": true,
	"source": "test",
	"as_of": "2026-11-21T09:58:00Z",
	"window_seconds": null,
	"datapoints_expected": 0,
	"datapoints_received": 0,
	"api_requests": 0,
	"api_cost_usd_micros": 0,
}

broken(id, status, reason) := object.union(evidence(id), {"status": status, "reason": reason})

fix := {"change": {"purpose": "fix"}}

standard := {"change": {"type": "standard"}}

emergency := {"change": {"type": "emergency", "incident": "INC-7"}}

tier(name) := {"service": {"tier": name}}

messages(findings) := {found.message | some found in findings}

# The one finding there is.
only(findings) := found if {
	count(findings) == 1
	some found in findings
}

healthy := {
	"schema": "tollgate.facts/v1",
	"gate": "change",
	"evaluated_at": "2026-11-21T10:00:00Z",
	"evaluated_at_seconds": 1795255200,
	"caller": {"principal": "local", "may_assert_approvals": true},
	"change": {
		"id": "payments-api/1842",
		"service": "payments-api",
		"environment": "production",
		"type": "normal",
		"purpose": "feature",
		"author": "github:4519",
		"commit": "9f2c41e",
		"summary": "raise the connection pool",
		"diff": {"files": 2, "lines_added": 20, "lines_removed": 4},
		"links": [],
		"incident": null,
		"approvals": [],
		"rollback": {"plan": "redeploy build 1841"},
		"cost": null,
	},
	"service": {
		"evidence": evidence("service/payments-api"),
		"name": "payments-api",
		"known": true,
		"tier": "tier_1",
		"owner": "payments",
		"contact": "#payments",
		"environments": ["production", "staging"],
		"runbook": "https://runbooks.example.com/payments-api",
	},
	"slos": [healthy_slo],
	"dependencies": [],
	"history": {
		"evidence": evidence("history/payments-api"),
		"window_seconds": 2592000,
		"this_change": [],
		"in_progress": [],
		"allowed": 40,
		"with_outcome": 40,
		"failed": 0,
		"failure_rate_ppm": 0,
		"last_failure": null,
	},
	"freezes": {"evidence": evidence("freezes"), "active": [], "next": null},
	"approvals": [],
	"cost": null,
	"spend": {"budgets_declared": 4, "budgets": [healthy_budget], "fits": []},
	"settings": {"thresholds": thresholds, "modes": {}},
	"waivers": [],
}

# A rollout of the healthy service, with some fields put in their place.
rollout(patch) := object.union(healthy_rollout, patch)

# A rollout of it whose only objective is this one.
rollout_with(slo_patch, patch) := rollout(object.union({"slos": [slo(slo_patch)]}, patch))

# What a rollout is for: `feature`, `fix`, `rollback`, `maintenance`.
rolling_out(purpose) := {"rollout": {"purpose": purpose}}

healthy_rollout := {
	"schema": "tollgate.facts/v1",
	"gate": "slo",
	"evaluated_at": "2026-11-21T10:00:00Z",
	"evaluated_at_seconds": 1795255200,
	"caller": {"principal": "local", "may_assert_approvals": true},
	"rollout": {
		"service": "payments-api",
		"environment": "production",
		"purpose": "feature",
		"risky": null,
		"author": "github:4519",
		"commit": "9f2c41e",
		"approvals": [],
	},
	"service": healthy.service,
	"slos": [healthy_slo],
	"dependencies": [],
	"canary": null,
	"keptn": null,
	"maintenance": [],
	"approvals": [],
	"settings": {"thresholds": thresholds, "modes": {}},
	"waivers": [],
}

healthy_slo := {
	"evidence": evidence("slo/payments-api/availability"),
	"service": "payments-api",
	"name": "availability",
	"target_ppb": 999000000,
	"period_seconds": 2592000,
	"period": {
		"kind": "rolling",
		"starts_at": "2026-10-22T09:58:00Z",
		"ends_at": "2026-11-21T09:58:00Z",
		"elapsed_ppm": 1000000,
	},
	"budgeting": {
		"method": "occurrences",
		"unit": "events",
		"event": "events",
		"slice_seconds": null,
		"slice_target_ppb": null,
	},
	"traffic": "events",
	"allowance_ms": 2592000,
	"max_burn_rate_micro": 1000000000,
	"windows": {label: window(seconds) | some label, seconds in window_seconds},
	"budget": {
		"total": 1000000,
		"bad": 100,
		"allowed_bad": 1000,
		"consumed_ppm": 100000,
		"consumed_at_most_ppm": 100000,
		"remaining_ppm": 900000,
		"known": {"known_seconds": 2592000, "unknown_seconds": 0},
		"is_undecided": false,
		"slices": null,
		"excluded_seconds": 0,
	},
	"pairs": [
		judged_pair("page_fast", "page", "1h", "5m", 14400000, 20000),
		judged_pair("page_slow", "page", "6h", "30m", 6000000, 50000),
		judged_pair("ticket_fast", "ticket", "1d", "2h", 3000000, 100000),
		judged_pair("ticket_slow", "ticket", "3d", "6h", 1000000, 100000),
	],
	"alerts": [],
	"depletion": [never("1h"), never("6h")],
	"burning_since": null,
	"maintenance": [],
	"late_seconds": 0,
	"silence": null,
	"silent_metrics": [],
	"idle_parts": [],
	"is_undecided": false,
}

# An objective of which a quarter of an hour is not known, in which a third of the budget may have been spent.
undecided_slo := {
	"evidence": broken("slo/payments-api/availability", "partial", "15 min of its period are not known"),
	"is_undecided": true,
	"budget": {
		"consumed_ppm": 200000,
		"consumed_at_most_ppm": 547222,
		"is_undecided": true,
		"known": {"known_seconds": 2591100, "unknown_seconds": 900},
	},
}

judged_pair(name, severity, long, short, factor_micro, share_ppm) := {
	"name": name,
	"severity": severity,
	"long": long,
	"short": short,
	"factor_micro": factor_micro,
	"reachable": true,
	"exceeded": false,
	"share_ppm": share_ppm,
	"consumed_ppm": 0,
}

never(label) := {
	"window": label,
	"seconds_to_exhaustion": null,
	"exhausted_at": null,
	"inside_period": false,
}

# An objective whose last minutes are all planned maintenance.
in_maintenance(maintenance) := {
	"windows": object.union(healthy_slo.windows, {"5m": excluded_window}),
	"pairs": [object.union(pair, {"exceeded": unknown_beside(pair)}) | some pair in healthy_slo.pairs],
	"maintenance": [maintenance],
}

excluded_window := object.union(window(300), {
	"good": null,
	"total": null,
	"traffic": "excluded",
	"burn_rate_micro": null,
	"burn_rate_low_micro": null,
	"burn_rate_high_micro": null,
	"consumed_ppm": null,
	"known": {"known_seconds": 0, "unknown_seconds": 0},
	"burn_rate_at_most_micro": null,
	"excluded_seconds": 300,
	"datapoints_expected": 0,
	"datapoints_received": 0,
})

unknown_beside(pair) := null if pair.short == "5m"

unknown_beside(pair) := pair.exceeded if pair.short != "5m"

# The pairs of windows, of which one is exceeded.
exceeding(name) := {"pairs": [object.union(pair, {"exceeded": pair.name == name}) |
	some pair in healthy_slo.pairs
]}

window_seconds := {"5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21600, "1d": 86400, "3d": 259200}

window(seconds) := {
	"seconds": seconds,
	"good": seconds * 10,
	"total": seconds * 10,
	"traffic": "events",
	"slices": null,
	"known": {"known_seconds": seconds, "unknown_seconds": 0},
	"burn_rate_micro": 0,
	"burn_rate_at_most_micro": 0,
	"burn_rate_low_micro": 0,
	# What an hour without a bad event is compatible with.
	"burn_rate_high_micro": 106697,
	"consumed_ppm": 0,
	"excluded_seconds": 0,
	"datapoints_expected": seconds / 60,
	"datapoints_received": seconds / 60,
}

# A window of which so many minutes are known, and so many are not.
known(label, minutes, unknown) := {"windows": {label: {
	"known": {"known_seconds": minutes * 60, "unknown_seconds": unknown * 60},
	"datapoints_received": minutes,
}}}

# The same in records from before time was weighed.
datapoints(label, received) := {"windows": {label: {"known": null, "datapoints_received": received}}}

# Spend of the healthy service, inside its budget, with some fields put in their place.
spending(patch) := object.union(healthy_spending, patch)

# The same with fields of its only budget put in their place.
spending_of(budget_patch, patch) := spending(object.union({"budgets": [budget(budget_patch)]}, patch))

# What it is asked for: `feature`, `fix`, `rollback`, `maintenance`.
spending_for(purpose) := {"spending": {"purpose": purpose}}

budget(patch) := object.union(healthy_budget, patch)

step(kind, share_ppm, enforcement, reached) := {
	"kind": kind,
	"share_ppm": share_ppm,
	"enforcement": enforcement,
	"reached": reached,
	"within_reach": false,
}

# Spend with a planned change of which some fields are put in their place.
planning(patch) := spending({"planned": object.union(healthy_plan, patch)})

fit(patch) := object.union({
	"budget": "payments-production",
	"added_micros": 10000000,
	"projected_micros": 610000000,
	"projected_high_micros": 700000000,
	"limit_micros": 1000000000,
	"projected_ppm": 610000,
	"exceeds": false,
	"exceeds_without": false,
}, patch)

healthy_spending := {
	"schema": "tollgate.facts/v1",
	"gate": "cost",
	"evaluated_at": "2026-11-21T10:00:00Z",
	"evaluated_at_seconds": 1795255200,
	"caller": {"principal": "local", "may_assert_approvals": true},
	"spending": {
		"service": "payments-api",
		"budget": null,
		"environment": "production",
		"purpose": "feature",
		"author": "github:4519",
		"commit": "9f2c41e",
		"approvals": [],
	},
	"service": healthy.service,
	"budgets": [healthy_budget],
	"unknown_names": [],
	"planned": null,
	"fits": [],
	"approvals": [],
	"settings": {"thresholds": thresholds, "modes": {}},
	"waivers": [],
}

# A day of spend, held against the days before it, with some fields put in their place.
held_day(patch) := object.union({
	"day": "2026-11-20",
	"is_whole": true,
	"amount_micros": 20000000,
	"median_micros": 20000000,
	"excess_micros": 0,
	"score_micro": 0,
	"spread": "median_deviation",
	"days": 28,
}, patch)

healthy_budget := {
	"evidence": evidence("budget/payments-production"),
	"forecast_evidence": object.union(evidence("budget/payments-production/forecast"), {"required": false}),
	"name": "payments-production",
	"owner": "payments",
	"scope": {
		"services": ["payments-api"],
		"accounts": [],
		"tags": {},
		"environments": ["production"],
		"aws_services": [],
	},
	"own": true,
	"services_held": 1,
	"non_essential": [],
	"aws_budget": null,
	"currency": "EUR",
	"basis": {"cost": "unblended", "credits": false, "refunds": false, "tax": true, "support": true},
	"limit_micros": 1000000000,
	"limit_at_end_micros": 1000000000,
	"period": {
		"starts_at": "2026-11-01T00:00:00Z",
		"ends_at": "2026-12-01T00:00:00Z",
		"first_day": "2026-11-01",
		"end_day": "2026-12-01",
		"days": 30,
		"days_known": 20,
		"elapsed_ppm": 680555,
	},
	"standing": "inside_estimated",
	"spent_micros": 400000000,
	"estimated_micros": 400000000,
	"complete_before": "2026-11-21",
	"share_ppm": 400000,
	"pace": {"pace_ppm": 600000, "spent_ppm": 400000, "expected_ppm": 666666, "weighting": "weekdays"},
	"forecast": {
		"mean_micros": 600000000,
		"low_micros": 580000000,
		"high_micros": 640000000,
		"method": "aws",
		"projected_ppm": 600000,
		"projected_high_ppm": 640000,
	},
	"days_to_exhaustion": 30,
	"exhausted_on": null,
	"steps": [step("actual", 500000, "inform", false), step("forecast", 1000000, "approve", false)],
	"enforcement": null,
	"run_aways": [held_day({})],
	"untagged": null,
	"reconciliation": null,
	"unit_cost": null,
	"anomalies": [],
	"unreadable": [],
}

healthy_plan := {
	"evidence": evidence("cost/planned"),
	"form": "infracost",
	"currency": "EUR",
	"monthly_before_micros": 1000000000,
	"monthly_after_micros": 1010000000,
	"monthly_increase_micros": 10000000,
	"increase_ppm": 10000,
	"projects": [],
	"resources": [],
	"resources_listed": 12,
	"unpriced_resources": 0,
	"unpriced": [],
	"unsupported_resources": 0,
	"unsupported": [],
	"unsupported_unchanged_resources": 0,
	"unestimated_resources": 0,
	"unestimated": [],
	"unpriced_known": true,
	"usage_dependent_resources": 0,
	"errors": 0,
	"failed": [],
	"unreconciled_micros": null,
}

# Round numbers of the tests' own: they need not be those that are shipped.
thresholds := {
	"slo": {
		"burn_rate_pairs": [
			{"name": "page_fast", "severity": "page", "long": "1h", "short": "5m", "factor_micro": 14400000},
			{"name": "page_slow", "severity": "page", "long": "6h", "short": "30m", "factor_micro": 6000000},
			{"name": "ticket_fast", "severity": "ticket", "long": "1d", "short": "2h", "factor_micro": 3000000},
			{"name": "ticket_slow", "severity": "ticket", "long": "3d", "short": "6h", "factor_micro": 1000000},
		],
		"burn_rate_pause_micro": 2000000,
		"burn_rate_pause_risky_micro": 3000000,
		"burn_rate_escalate_micro": 5000000,
		"min_events": 100,
		"min_bad_events": 10,
		"vanished_usual_events": 20,
		"silent_metric_seconds": 3600,
		"min_datapoints_share_ppm": 900000,
		"max_age_seconds": 600,
		"budget_warn_ppm": 250000,
		"budget_risky_ppm": 500000,
		"budget_approval_ppm": 750000,
		"budget_exhausted_ppm": 1000000,
	},
	"change": {
		"nonproduction_environments": ["development", "staging"],
		"break_glass_group": "incident-commanders",
		"retry_seconds": 300,
		"standard_preapproved": true,
		"standard_max_lines": 500,
		"approvals_required": {
			"production": {"tier_1": 2, "tier_2": 1, "tier_3": 1},
			"staging": {"tier_1": 1, "tier_2": 0, "tier_3": 0},
		},
		"emergency_approvals": 1,
		"rollback_plan_tiers": ["tier_1"],
		"rollback_plan_min_characters": 10,
		"freeze_notice_seconds": 14400,
		"collision_window_seconds": 3600,
		"failure_rate_ppm": 50000,
		"failure_min_changes": 10,
		"failure_cooldown_seconds": 3600,
	},
	"cost": {
		"currency": "EUR",
		"approval_group": "finops",
		"estimate_required": false,
		"increase_approval_micros": 500000000,
		"increase_deny_micros": 5000000000,
		"increase_floor_micros": 50000000,
		"increase_approval_ppm": 200000,
		"increase_second_approval_micros": 2000000000,
		"pace_ppm": 1250000,
		"pace_min_days": 3,
		"run_away_score_micro": 3500000,
		"run_away_min_micros": 100000000,
		"anomaly_min_micros": 100000000,
		"anomaly_min_ppm": 400000,
		"untagged_share_ppm": 100000,
		"unit_cost_increase_ppm": 200000,
		"unit_cost_min_requests": 100000,
		"estimated_share_ppm": 900000,
		"nonessential_share_ppm": 750000,
		"reconciliation_ppm": 10000,
		"retry_seconds": 3600,
	},
}
