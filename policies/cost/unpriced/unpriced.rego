# METADATA
# title: The estimate knows its prices
# description: >-
#   An estimate can be small because it leaves something out: resources whose price was not found, resources that
#   the tool does not know, projects that it could not read, a total that is not the sum of its parts. A person
#   looks at those; what depends on use that nobody estimated is said.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Look at the resources that the estimate leaves out, and say what they will cost.
#   runbook: https://runbooks.example.com/tollgate/unpriced
#   source: a clean total can hide unpriced resources; Infracost reports them beside it
package tollgate.cost.unpriced

import data.tollgate.lib.finding
import data.tollgate.lib.format

require_approval contains finding.awaiting(cited({
	"message": sprintf("the estimate leaves out %s: %s", [
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
	"message": sprintf("the estimate could not read %s of the projects", [
		format.number_of(input.planned.errors, "part"),
	]),
	"observed": {"errors": input.planned.errors},
	"threshold": {"errors": 0},
}), limits.approval_group, 1) if {
	input.planned.errors > 0
}

require_approval contains finding.awaiting(cited({
	"message": "the total of the estimate is not the sum of its resources",
	"observed": {"unreconciled_micros": input.planned.unreconciled_micros},
	"threshold": {"unreconciled_micros": 0},
}), limits.approval_group, 1) if {
	input.planned.unreconciled_micros != null
}

warn contains cited({
	"message": concat("", [
		"the estimate does not say which resources have no price; ",
		"the JSON of `infracost scan` without `--diff` does",
	]),
	"observed": {"unpriced_known": false},
}) if {
	input.planned.form != null
	not input.planned.unpriced_known
}

warn contains cited({
	"message": sprintf("%s will cost more than the estimate says as soon as it is used", [
		format.number_of(input.planned.usage_dependent_resources, "resource"),
	]),
	"observed": {"usage_dependent_resources": input.planned.usage_dependent_resources},
}) if {
	input.planned.usage_dependent_resources > 0
}

limits := input.settings.thresholds.cost

hidden := input.planned.unpriced_resources + input.planned.unsupported_resources

types := sort({entry.resource_type |
	some entry in array.concat(input.planned.unpriced, input.planned.unsupported)
})

cited(fields) := object.union({"evidence": [input.planned.evidence.id]}, fields)
