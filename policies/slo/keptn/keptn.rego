# METADATA
# title: The imported quality gate passes
# description: >-
#   A Keptn gate that was imported is judged by its own score. One that fails stops the rollout, one that warns needs
#   the owner's approval, and one of which something is not known waits. A fix or a rollback that it speaks against
#   passes with the approval of those who lead incidents.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: >-
#     Look at the indicators that are named. Where there is no earlier result to compare with, have the owner accept
#     this one.
#   runbook: https://runbooks.example.com/tollgate/keptn
#   source: Keptn, https://v1.keptn.sh/docs/0.18.x/reference/files/slo/
package tollgate.slo.keptn

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.rollout

deny contains finding.of(report("fails", {})) if {
	failed
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report("fails", {}), incident_group, 1) if {
	failed
	rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report("warns", {}), input.service.owner, 1) if {
	input.keptn.result == "warning"
}

require_approval contains finding.awaiting(report("is inconclusive", again), input.service.owner, 1) if {
	input.keptn.result == "inconclusive"
	again := {"retry_at": clock.in_seconds(input.settings.thresholds.change.retry_seconds)}
}

incident_group := input.settings.thresholds.change.break_glass_group

# What says nothing that is known here counts as a failure.
failed if {
	input.keptn != null
	not input.keptn.result in {"pass", "warning", "inconclusive"}
}

report(state, more) := object.union(more, {
	"message": sprintf("the Keptn gate of `%s` %s: %s of its score (passes from %s)%s", [
		input.keptn.service, state, format.percent(input.keptn.score_ppm),
		format.percent(input.keptn.pass_score_ppm), because,
	]),
	"observed": {"score_ppm": input.keptn.score_ppm, "best_score_ppm": input.keptn.best_score_ppm},
	"threshold": {"score_ppm": input.keptn.pass_score_ppm},
	"evidence": [input.keptn.evidence.id],
	"owner": input.service.owner,
})

most_reasons := 5

default because := ""

because := sprintf(": %s%s", [concat("; ", array.slice(input.keptn.reasons, 0, most_reasons)), rest]) if {
	count(input.keptn.reasons) > 0
}

default rest := ""

rest := sprintf("; and %d more", [count(input.keptn.reasons) - most_reasons]) if {
	count(input.keptn.reasons) > most_reasons
}
