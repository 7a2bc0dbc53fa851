# METADATA
# title: Enough of the owners approved
# description: >-
#   How many people of the owning team must approve depends on the environment and on how critical the service is.
#   Small standard changes need no meeting; in an emergency one approval is enough.
# custom:
#   owner: platform
#   effect: require_approval
#   remediation: Ask members of the owning team to approve this commit.
#   runbook: https://runbooks.example.com/tollgate/approvals
#   waiver: {by: another_team}
package tollgate.change.approvals

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.review
import data.tollgate.lib.scope

require_approval contains finding.awaiting(
	{
		"message": sprintf("%s of %s must approve a change of `%s` (%s) in `%s`, and %d did%s", [
			format.number_of(required, "member"), group_name, input.change.service, tier,
			input.change.environment, count(approvers), oversize,
		]),
		"observed": {"approvals": count(approvers)},
		"threshold": {"approvals": required},
		"since": review.asked_at(input.history),
		"owner": input.service.owner,
	},
	input.service.owner,
	required,
) if required > 0

tier := scope.tier(input.service)

required := review.required(input.change, input.service)

# Who of the owning team approved, or who at all where there is none.
approvers := {approval.by |
	some approval in input.approvals
	approval.counts
	input.service.owner in approval.groups
} if {
	input.service.owner != null
} else := {approval.by | some approval in input.approvals; approval.counts}

group_name := sprintf("`%s`", [input.service.owner]) if {
	input.service.owner != null
} else := "any team"

oversize := sprintf("; %d changed lines are too many for a `standard` change (limit %d)", [
	scope.changed_lines(input.change), input.settings.thresholds.change.standard_max_lines,
]) if {
	input.change.type == "standard"
	scope.oversized(input.change)
	is_object(input.change.diff)
} else := "; nothing shows that this `standard` change is small: send `diff` with it" if {
	input.change.type == "standard"
	not is_object(input.change.diff)
} else := ""
