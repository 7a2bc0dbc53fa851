# METADATA
# title: Metrics that may be silent have come
# description: >-
#   Where a missing datapoint is declared to be zero or idle (`treatMissing: zero`, `idle`), a wrong name and a metric
#   that is no longer published look like the best of news. This says which metrics never came, and which have stopped.
# custom:
#   owner: observability
#   effect: warn
#   remediation: Check the metric's name, dimensions and region; remove `treatMissing` where it is published always.
#   runbook: https://runbooks.example.com/tollgate/silence
#   source: Google SRE Workbook, chapter 5
package tollgate.slo.silence

import data.tollgate.lib.finding
import data.tollgate.lib.format

warn contains finding.of({
	"message": sprintf("`%s`: `%s` %s, which counts as %s", [
		slo.name, metric.metric, what, metric.counts_as,
	]),
	"observed": {"silent_seconds": metric.silent_seconds},
	"threshold": {"silent_seconds": input.settings.thresholds.slo.silent_metric_seconds},
	"since": metric.last_at,
	"evidence": [slo.evidence.id],
	"owner": input.service.owner,
}) if {
	some slo in input.slos
	some metric in slo.silent_metrics
	what := silent(metric)
}

silent(metric) := "has never had a datapoint" if metric.last_at == null

silent(metric) := sprintf("has had no datapoint for %s", [format.duration(metric.silent_seconds)]) if {
	metric.last_at != null
	metric.silent_seconds > input.settings.thresholds.slo.silent_metric_seconds
}
