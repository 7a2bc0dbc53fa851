# METADATA
# title: No freeze holds
# description: >-
#   In a freeze window changes rest. Fixes, rollbacks and emergency changes pass with the approval of who decided
#   the freeze. Shortly before one, a change may not be finished in time.
# custom:
#   owner: platform
#   effect: deny
#   remediation: Wait for the end of the freeze, or ask its owner for a waiver.
#   runbook: https://runbooks.example.com/tollgate/freeze
#   waiver: {of: freeze, by: another_team}
package tollgate.change.freeze

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.scope

deny contains frozen(freeze) if {
	some freeze in input.freezes.active
	not scope.mending(input.change)
}

require_approval contains finding.awaiting(frozen(freeze), freeze.owner, 1) if {
	some freeze in input.freezes.active
	scope.mending(input.change)
}

warn contains {
	"message": sprintf("the freeze `%s` begins in %s, at %s: %s", [
		freeze.name, format.duration(left_seconds),
		freeze.starts_at, freeze.reason,
	]),
	"observed": {"seconds_until_freeze": left_seconds},
	"threshold": {"seconds_until_freeze": input.settings.thresholds.change.freeze_notice_seconds},
	"evidence": [input.freezes.evidence.id],
	"about": {"freeze": freeze.name},
	"owner": freeze.owner,
	"remediation": "Be done before it begins, or wait until it is over.",
} if {
	some freeze in upcoming
	left_seconds := 0 - clock.age_seconds(freeze.starts_at)
	left_seconds <= input.settings.thresholds.change.freeze_notice_seconds
}

upcoming contains freeze if some freeze in input.freezes.upcoming

upcoming contains input.freezes.next if is_object(input.freezes.next)

frozen(freeze) := {
	"message": sprintf("changes rest in the freeze `%s` until %s: %s", [freeze.name, freeze.ends_at, freeze.reason]),
	"observed": {"evaluated_at": input.evaluated_at},
	"threshold": {"starts_at": freeze.starts_at, "ends_at": freeze.ends_at},
	"since": freeze.starts_at,
	"evidence": [input.freezes.evidence.id],
	"about": {"freeze": freeze.name},
	"owner": freeze.owner,
	"retry_at": freeze.ends_at,
}
