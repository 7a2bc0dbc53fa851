# METADATA
# title: Every threshold is set
# description: >-
#   A rule that compares with a threshold that is not there says nothing. So that a gap in the settings cannot pass for
#   health, this asks for each threshold that the rules about spend read.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Declare the threshold in `data/settings/defaults.yaml`, with value, direction and meaning.
#   runbook: https://runbooks.example.com/tollgate/settings
#   waiver: {by: nobody}
package tollgate.cost.settings

import data.tollgate.lib.format

deny contains {
	"message": sprintf("nothing is set for %s, so nothing can be held against it", [format.names(missing)]),
	"observed": {"missing": missing},
} if {
	gaps := needed - object.keys(object.get(input.settings.thresholds, "cost", {}))
	count(gaps) > 0
	missing := [path | some name in gaps; path := sprintf("cost.%s", [name])]
}

needed := {
	"currency", "approval_group", "increase_approval_micros", "increase_second_approval_micros",
	"increase_deny_micros", "increase_floor_micros", "increase_approval_ppm", "pace_ppm", "pace_min_days",
	"run_away_score_micro", "run_away_min_micros", "anomaly_min_micros", "anomaly_min_ppm", "untagged_share_ppm",
	"unit_cost_increase_ppm", "unit_cost_min_requests", "estimated_share_ppm", "nonessential_share_ppm",
	"reconciliation_ppm", "retry_seconds",
}
