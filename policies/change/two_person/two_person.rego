# METADATA
# title: Two people stand behind it
# description: >-
#   Nobody changes production alone: somebody other than the author approves. Standard changes were approved
#   beforehand.
# custom:
#   owner: security
#   effect: require_approval
#   remediation: Ask a colleague to approve the change; the author's own approval does not count.
#   runbook: https://runbooks.example.com/tollgate/two-person
#   waiver: {by: nobody}
#   source: Four-eyes principle; SLSA source track, two-party review
package tollgate.change.two_person

import data.tollgate.lib.evidence
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.review
import data.tollgate.lib.scope

require_approval contains finding.awaiting(
	{
		"message": sprintf("`%s` needs the approval of somebody other than its author `%s`: %s%s", [
			input.change.environment, input.change.author, given, discounted,
		]),
		"observed": {"approvals": count(approvers)},
		"threshold": {"approvals": 1},
		"since": review.asked_at(input.history),
		"owner": input.service.owner,
	},
	null,
	1,
) if {
	scope.production(input.change)
	not preapproved
}

preapproved if {
	input.change.type == "standard"
	scope.preapproved(input.change)
}

approvers := {approval.by | some approval in input.approvals; approval.counts}

given := sprintf("given by %s", [format.names(approvers)]) if count(approvers) > 0

given := "nobody has approved yet" if count(approvers) == 0

# Those that do not count, each with its reason; the first few, since a message has an end.
discounted := "" if {
	count(reasons) == 0
} else := concat("", array.concat(array.slice(reasons, 0, 3), rest))

rest := [sprintf("; %d more do not count", [count(reasons) - 3])] if count(reasons) > 3 else := []

reasons := [text |
	some approval in input.approvals
	not approval.counts
	text := sprintf("; the approval by `%s` does not count: %s", [approval.by, evidence.reason(approval)])
]
