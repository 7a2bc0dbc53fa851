# METADATA
# title: No other change is under way
# description: >-
#   Two changes of one service at the same time hide each other's effects. One that was allowed lately and has not
#   reported its outcome counts as under way.
# custom:
#   owner: platform
#   effect: require_approval
#   remediation: Wait until the other change is done and has reported its outcome, or agree with its author.
#   runbook: https://runbooks.example.com/tollgate/collision
package tollgate.change.collision

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.scope

require_approval contains finding.awaiting(report, input.service.owner, 1) if {
	count(under_way) > 0
	strict
}

warn contains finding.of(report) if {
	count(under_way) > 0
	not strict
}

strict if {
	scope.kind(input.change) == "normal"
	not scope.mending(input.change)
}

window_seconds := input.settings.thresholds.change.collision_window_seconds

# Those that are still under way: when each began, by age.
under_way contains [age_seconds, past] if {
	some past in input.history.in_progress
	past.change_id != input.change.id
	age_seconds := clock.age_seconds(past.evaluated_at)
	age_seconds < window_seconds
}

report := {
	"message": sprintf("the change `%s` by `%s` was allowed %s ago and has not reported its outcome%s (counts for %s)", [
		newest.change_id, newest.author, format.duration(max({age_seconds, 0})),
		others, format.duration(window_seconds),
	]),
	"observed": {"changes_in_progress": count(under_way), "seconds_ago": age_seconds},
	"threshold": {"changes_in_progress": 0, "seconds_ago": window_seconds},
	"since": newest.evaluated_at,
	"evidence": [input.history.evidence.id],
	"owner": input.service.owner,
	"retry_at": clock.in_seconds(window_seconds - age_seconds),
} if {
	[age_seconds, newest] := min(under_way)
}

others := "" if count(under_way) == 1

others := sprintf(", like %s", [format.number_of(count(under_way) - 1, "other")]) if count(under_way) > 1
