# METADATA
# title: How many people review a change
# description: How many of the owning team must approve, and how many where they approve of a risk as well.
package tollgate.lib.review

import data.tollgate.lib.scope

# How many the review of this change needs. What was approved beforehand needs nobody.
required(change, service) := 0 if {
	change.type == "standard"
	scope.preapproved(change)
} else := min({usually(change, scope.tier(service)), input.settings.thresholds.change.emergency_approvals}) if {
	change.type == "emergency"
	scope.break_glass(change)
} else := usually(change, scope.tier(service))

# An environment or tier that the settings do not name is judged as in production.
usually(change, tier) := people if {
	people := input.settings.thresholds.change.approvals_required[change.environment][tier]
} else := input.settings.thresholds.change.approvals_required.production[tier]

# One more than the review needs: who approved the change as such did not thereby approve of going on while the budget
# burns, and nothing else tells the two apart.
despite_risk(change, service) := required(change, service) + 1

# When this change was asked about first.
asked_at(history) := input.evaluated_at if count(history.this_change) == 0

asked_at(history) := min([past.evaluated_at | some past in history.this_change]) if count(history.this_change) > 0
