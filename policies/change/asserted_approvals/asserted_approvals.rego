# METADATA
# title: Approvals come from who may assert them
# description: >-
#   A caller that the configuration does not trust to say who approved can send any names. Its approvals do not
#   count, and this says so.
# custom:
#   owner: security
#   effect: warn
#   remediation: Approve where the gate can see it, or have `data/callers.yaml` trust this caller.
#   runbook: https://runbooks.example.com/tollgate/asserted-approvals
#   waiver: {by: nobody}
package tollgate.change.asserted_approvals

import data.tollgate.lib.format

warn contains {
	"message": sprintf("%s came with the change and none counts: `%s` is not trusted to say who approved", [
		format.number_of(count(input.change.approvals), "approval"), input.caller.principal,
	]),
	"observed": {"approvals": count(input.change.approvals), "may_assert_approvals": input.caller.may_assert_approvals},
	"threshold": {"may_assert_approvals": true},
} if {
	count(input.change.approvals) > 0
	not input.caller.may_assert_approvals
}
