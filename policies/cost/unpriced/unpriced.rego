# METADATA
# title: The estimate knows its prices
# description: >-
#   An estimate can be small because it leaves something out: resources whose price was not found, resources that
#   the tool does not know, resources that are paid by use that nobody estimated, projects that it could not read. A
#   person looks at what the change touches of those. What the estimate leaves out before and after the change alike
#   is only reported.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Look at what the estimate leaves out, and say what it will cost.
#   runbook: https://runbooks.example.com/tollgate/unpriced
#   source: a clean total can hide unpriced resources; Infracost reports them beside it
package tollgate.cost.unpriced

import data.tollgate.lib.finding
import data.tollgate.lib.format

require_approval contains finding.awaiting(cited({
	"message": sprintf("the estimate has no price for %s: %s", [
		format.number_of(hidden, "resource"), format.names(types),
	]),
	"observed": {
		"unpriced_resources": input.planned.unpriced_resources,
		"unsupported_resources": input.planned.unsupported_resources,
	},
	"threshold": {"unpriced_resources": 0, "unsupported_resources": 0},
}), limits.approval_group, 1) if {
	hidden > 0
}

require_approval contains finding.awaiting(cited({
	"message": sprintf("the estimate does not know how much %s will be used: %s", [
		format.number_of(input.planned.unestimated_resources, "resource"),
		format.names(sort({entry.resource_type | some entry in input.planned.unestimated})),
	]),
	"observed": {"unestimated_resources": input.planned.unestimated_resources},
	"threshold": {"unestimated_resources": 0},
	"remediation": "Give Infracost a usage file for them and send the estimate again, or have their cost approved.",
}), limits.approval_group, 1) if {
	input.planned.unestimated_resources > 0
}

require_approval contains finding.awaiting(cited({
	"message": sprintf("the estimate leaves out the project `%s`, which failed: %s", [project.name, project.reason]),
	"observed": {"errors": input.planned.errors},
	"threshold": {"errors": 0},
	"remediation": "See why Infracost failed on the project, and send the estimate again.",
}), limits.approval_group, 1) if {
	some project in input.planned.failed
}

require_approval contains finding.awaiting(cited({
	"message": sprintf("the estimate leaves out %s that failed", [
		format.number_of(input.planned.errors - count(named), "more project"),
	]),
	"observed": {"errors": input.planned.errors},
	"threshold": {"errors": 0},
}), limits.approval_group, 1) if {
	input.planned.errors > count(named)
}

require_approval contains finding.awaiting(cited({
	"message": "the total of the estimate is not the sum of its resources",
	"observed": {"unreconciled_micros": input.planned.unreconciled_micros},
	"threshold": {"unreconciled_micros": 0},
}), limits.approval_group, 1) if {
	input.planned.unreconciled_micros != null
}

# Whatever such a report leaves out is not in it.
require_approval contains finding.awaiting(cited({
	"message": "the estimate has no projects, or no summary of them, so nobody knows what it leaves out",
	"observed": {"unpriced_known": false},
	"threshold": {"unpriced_known": true},
	"remediation": "Send the JSON of `infracost diff` as Infracost wrote it.",
}), limits.approval_group, 1) if {
	input.planned.form == "infracost"
	not input.planned.unpriced_known
}

warn contains cited({
	"message": sprintf("the estimate does not say which resources have no price%s", [which_does]),
	"observed": {"unpriced_known": false},
}) if {
	some which_does in [priced_by[input.planned.form]]
	not input.planned.unpriced_known
}

warn contains cited({
	"message": sprintf("the estimate leaves out how much of %s will be used, so it will cost more", [
		format.number_of(input.planned.usage_dependent_resources, "resource"),
	]),
	"observed": {"usage_dependent_resources": input.planned.usage_dependent_resources},
}) if {
	input.planned.usage_dependent_resources > 0
}

warn contains cited({
	"message": sprintf("the estimate has no price for %s of unsupported types, and shows no change of them", [
		format.number_of(input.planned.unsupported_unchanged_resources, "resource"),
	]),
	"observed": {"unsupported_unchanged_resources": input.planned.unsupported_unchanged_resources},
}) if {
	input.planned.unsupported_unchanged_resources > 0
}

limits := input.settings.thresholds.cost

# What of the same tool says it.
priced_by := {
	"infracost_scan_diff": "; the JSON of `infracost scan` without `--diff` does",
	"monthly": ", since it is two amounts; the JSON of `infracost diff` does",
}

hidden := input.planned.unpriced_resources + input.planned.unsupported_resources

# Older records count what failed, and do not name it.
named := [project | some project in input.planned.failed]

types := sort({entry.resource_type |
	some entry in array.concat(input.planned.unpriced, input.planned.unsupported)
})

cited(fields) := object.union({"evidence": [input.planned.evidence.id]}, fields)
