# METADATA
# title: Every threshold is set
# description: >-
#   A rule that compares with a threshold that is not there says nothing. So that a gap in the settings cannot pass
#   for health, this asks for each threshold that the other rules read.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Declare the threshold in `data/settings/defaults.yaml`, with value, direction and meaning.
#   runbook: https://runbooks.example.com/tollgate/settings
#   waiver: {by: nobody}
package tollgate.change.settings

import data.tollgate.lib.format

deny contains {
	"message": sprintf("nothing is set for %s, so nothing can be held against it", [format.names(missing)]),
	"observed": {"missing": missing},
} if {
	some group, names in needed
	gaps := names - object.keys(object.get(input.settings.thresholds, group, {}))
	count(gaps) > 0
	missing := [path | some name in gaps; path := sprintf("%s.%s", [group, name])]
}

deny contains {
	"message": "`slo.burn_rate_pairs` names no complete pair of windows, so no burn rate would be judged",
	"observed": {"pairs": object.get(input.settings.thresholds, ["slo", "burn_rate_pairs"], null)},
} if {
	not complete_pairs
}

deny contains {
	"message": sprintf("`change.approvals_required.production.%s` is not a number: nobody would have to approve", [tier]),
	"observed": {"people": people},
} if {
	some tier in ["tier_1", "tier_2", "tier_3"]
	people := object.get(input.settings.thresholds, ["change", "approvals_required", "production", tier], null)
	not is_number(people)
}

# There is a pair, and every one has what a burn rate is held against.
complete_pairs if {
	pairs := input.settings.thresholds.slo.burn_rate_pairs
	count(pairs) > 0
	every pair in pairs {
		is_string(pair.long)
		is_string(pair.short)
		is_number(pair.factor_micro)
	}
}

needed := {
	"slo": {
		"burn_rate_pairs", "burn_rate_pause_micro", "burn_rate_pause_risky_micro", "burn_rate_escalate_micro",
		"min_events", "min_bad_events", "min_datapoints_share_ppm", "budget_warn_ppm", "budget_risky_ppm",
		"budget_approval_ppm", "budget_exhausted_ppm", "max_age_seconds", "vanished_usual_events",
		"silent_metric_seconds",
	},
	"change": {
		"nonproduction_environments", "break_glass_group", "retry_seconds", "standard_preapproved",
		"standard_max_lines", "approvals_required", "emergency_approvals", "rollback_plan_tiers",
		"rollback_plan_min_characters", "freeze_notice_seconds", "collision_window_seconds", "failure_rate_ppm",
		"failure_min_changes", "failure_cooldown_seconds",
	},
	"cost": {
		"currency", "approval_group", "estimate_required", "increase_approval_micros", "increase_deny_micros",
		"increase_floor_micros", "increase_approval_ppm",
	},
}
