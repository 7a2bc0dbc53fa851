# METADATA
# title: Earlier changes went well
# description: >-
#   Where many changes failed, or one has just failed, another is likelier to fail: somebody of the owning team
#   looks at it first. Fixes and rollbacks are only warned, since they are what should follow a failure.
# custom:
#   owner: reliability
#   effect: require_approval
#   remediation: Find out why changes failed before the next one; smaller changes and better tests lower the rate.
#   runbook: https://runbooks.example.com/tollgate/failure-history
#   waiver: {by: another_team}
#   source: DORA, change failure rate; above 5 % for a critical service
package tollgate.change.failure_history

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.scope

require_approval contains finding.awaiting(report, input.service.owner, 1) if {
	some report in reports
	strict
}

warn contains finding.of(report) if {
	some report in reports
	not strict
}

strict if {
	scope.critical(input.service)
	not scope.mending(input.change)
}

# Counts are compared, not the rate, so that nothing is rounded.
reports contains {
	"message": sprintf("%d of the last %s of `%s` in `%s` failed or were rolled back within %s (limit %s)", [
		input.history.failed, format.number_of(input.history.with_outcome, "change"), input.change.service,
		input.change.environment, format.duration(input.history.window_seconds), format.percent(limit_ppm),
	]),
	"observed": {
		"failed": input.history.failed,
		"with_outcome": input.history.with_outcome,
		"failure_rate_ppm": input.history.failure_rate_ppm,
	},
	"threshold": {"failure_rate_ppm": limit_ppm},
	"evidence": [input.history.evidence.id],
	"owner": input.service.owner,
} if {
	input.history.failed > 0
	limit_ppm := input.settings.thresholds.change.failure_rate_ppm
	input.history.with_outcome >= input.settings.thresholds.change.failure_min_changes
	input.history.failed * 1000000 > limit_ppm * input.history.with_outcome
}

reports contains {
	"message": sprintf("the change `%s` of `%s` failed %s ago (changes wait %s after a failure)", [
		input.history.last_failure.change_id, input.history.last_failure.service,
		format.duration(max({age_seconds, 0})), format.duration(cooldown_seconds),
	]),
	"observed": {"failed_seconds_ago": age_seconds, "change": input.history.last_failure.change_id},
	"threshold": {"failed_seconds_ago": cooldown_seconds},
	"since": failed_at,
	"evidence": [input.history.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(cooldown_seconds - age_seconds),
} if {
	input.history.last_failure != null
	age_seconds := clock.age_seconds(failed_at)
	cooldown_seconds := input.settings.thresholds.change.failure_cooldown_seconds
	age_seconds < cooldown_seconds
}

failed_at := input.history.last_failure.outcome.reported_at if input.history.last_failure.outcome != null

failed_at := input.history.last_failure.evaluated_at if input.history.last_failure.outcome == null
