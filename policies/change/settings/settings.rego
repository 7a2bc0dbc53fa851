# METADATA
# title: Every threshold is set
# description: >-
#   A rule that compares with a threshold that is not there says nothing. So that a gap in the settings cannot pass for
#   health, this asks for each threshold that the other rules read.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Declare the threshold in `data/settings/defaults.yaml`, with value, direction and meaning.
#   runbook: https://runbooks.example.com/tollgate/settings
package tollgate.change.settings

deny contains {
	"message": sprintf("the threshold `%s.%s` is %s, and rules need %s: nothing can be held against it", [
		group, name, came, article[kind],
	]),
	"observed": {"type": came},
	"threshold": {"type": kind},
} if {
	some kind, groups in needed
	some group, names in groups
	some name in names
	came := type_name(object.get(input.settings.thresholds, [group, name], null))
	came != kind
}

deny contains {
	"message": "`slo.burn_rate_pairs` names no complete pair of windows, so no burn rate would be judged",
	"observed": {"pairs": input.settings.thresholds.slo.burn_rate_pairs},
} if {
	not complete_pairs
}

# Every pair has what a burn rate is held against, and there is one.
complete_pairs if {
	pairs := input.settings.thresholds.slo.burn_rate_pairs
	count(pairs) > 0
	every pair in pairs {
		is_string(pair.long)
		is_string(pair.short)
		is_number(pair.factor_micro)
	}
}

deny contains {
	"message": sprintf("`change.approvals_required.production.%s` is not a number, so nobody would have to approve", [tier]),
	"observed": {"people": null},
} if {
	some tier in ["tier_1", "tier_2", "tier_3"]
	not is_number(input.settings.thresholds.change.approvals_required.production[tier])
}

article := {"number": "a number", "array": "a list", "boolean": "a boolean", "string": "a text"}

needed := {
	"number": {
		"slo": {
			"burn_rate_pause_micro", "burn_rate_pause_risky_micro", "burn_rate_escalate_micro", "min_events",
			"min_bad_events", "min_datapoints_share_ppm", "budget_warn_ppm", "budget_risky_ppm", "budget_approval_ppm",
			"budget_exhausted_ppm",
		},
		"change": {
			"retry_seconds", "standard_max_lines", "emergency_approvals", "rollback_plan_min_characters",
			"freeze_notice_seconds", "collision_window_seconds", "failure_rate_ppm", "failure_min_changes",
			"failure_cooldown_seconds",
		},
		"cost": {"increase_approval_micros", "increase_approval_ppm", "increase_floor_micros", "increase_deny_micros"},
	},
	"array": {"slo": {"burn_rate_pairs"}, "change": {"nonproduction_environments", "rollback_plan_tiers"}},
	"boolean": {"change": {"standard_preapproved"}, "cost": {"estimate_required"}},
	"string": {"change": {"break_glass_group"}, "cost": {"currency", "approval_group"}},
}
