# METADATA
# title: The canary is not worse than its baseline
# description: >-
#   A canary that is worse than the version beside it stops the rollout; one of which too little is known yet waits;
#   one that is a little worse needs the owner's approval. A fix or a rollback that its canary speaks against passes
#   with the approval of those who lead incidents.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: >-
#     Roll the canary back and look at the metrics that are named. One that is inconclusive needs traffic and time.
#   runbook: https://runbooks.example.com/tollgate/canary
#   source: >-
#     Kayenta (Spinnaker), Mann-Whitney U per metric, score by groups; Fisher's exact test of events; practice,
#     5 % of traffic for 15 to 30 min
package tollgate.slo.canary

import data.tollgate.lib.clock
import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.rollout

deny contains finding.of(report(failure, {})) if {
	failed
	not rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report(failure, {}), incident_group, 1) if {
	failed
	rollout.mending(input.rollout)
}

require_approval contains finding.awaiting(report("is marginal", {}), input.service.owner, 1) if {
	input.canary.verdict == "marginal"
}

require_approval contains finding.awaiting(report("is inconclusive", again), input.service.owner, 1) if {
	input.canary.verdict == "inconclusive"
	again := {"retry_at": clock.in_seconds(input.canary.ask_again_seconds)}
}

warn contains finding.of(report("passes, though some of it could not be judged", {})) if {
	input.canary.verdict == "pass"
	input.canary.evidence.status != "ok"
}

incident_group := input.settings.thresholds.change.break_glass_group

# What says nothing that is known here counts as a failure.
failed if {
	input.canary != null
	not input.canary.verdict in {"pass", "marginal", "inconclusive"}
}

default failure := "could not be judged"

failure := "is worse than its baseline" if {
	some metric in input.canary.metrics
	metric.class in {"high", "low"}
	not outside(metric)
} else := "is outside its limits" if {
	some metric in input.canary.metrics
	outside(metric)
}

# Older records have no limits.
outside(metric) if metric.limits.class in {"high", "low"}

report(state, more) := object.union(more, {
	"message": sprintf("the canary of `%s` %s%s%s", [input.canary.service, state, scored, because]),
	"observed": {
		"score_ppm": input.canary.score_ppm,
		"no_data_ppm": input.canary.no_data_ppm,
		"observed_seconds": input.canary.observed_seconds,
	},
	"threshold": {
		"score_ppm": input.canary.pass_score_ppm,
		"no_data_ppm": input.canary.max_no_data_ppm,
		"observed_seconds": input.canary.observation_seconds,
	},
	"evidence": [input.canary.evidence.id],
	"owner": input.service.owner,
})

# Of what could not be judged at all there is no score to speak of.
default scored := ""

scored := sprintf(": %s of its score (passes from %s, fails below %s)", [
	format.percent(input.canary.score_ppm),
	format.percent(input.canary.pass_score_ppm),
	format.percent(input.canary.marginal_score_ppm),
]) if {
	input.canary.judged_score_ppm != null
}

most_reasons := 5

default because := ""

because := sprintf(": %s%s", [concat("; ", array.slice(input.canary.reasons, 0, most_reasons)), rest]) if {
	count(input.canary.reasons) > 0
}

default rest := ""

rest := sprintf("; and %d more", [count(input.canary.reasons) - most_reasons]) if {
	count(input.canary.reasons) > most_reasons
}
