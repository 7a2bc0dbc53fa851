# METADATA
# title: A rule
# description: It says something.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: Mend it.
#   runbook: https://runbooks.example.com/r
package tollgate.change.fuzz

deny contains {"message": sprintf("`%s` burns", [slo.name]), "evidence": [slo.evidence.id]} if {
	some slo in input.slos
	some name, window in slo.windows
	window.burn_rate_micro > input.settings.thresholds.slo.burn_rate_pause_micro
	not regex.match(`^\d+[a-z]$`, name)
}
