# METADATA
# title: What kind of change it is
# description: >-
#   The words that rules use for a change. Whatever is not known counts as the riskiest that it could be.
package tollgate.lib.scope

# An environment counts as production unless the settings say that it is not: a new or misspelt one is judged strictly.
production if not nonproduction

nonproduction if input.change.environment in input.settings.thresholds.change.nonproduction_environments

default tier := "tier_1"

tier := input.service.tier if input.service.tier in {"tier_1", "tier_2", "tier_3"}

critical if tier != "tier_3"

incident_named if {
	is_string(input.change.incident)
	trim_space(input.change.incident) != ""
}

# How it is judged. A `standard` change that is too large for one, and an `emergency` without an incident, are normal.
default kind := "normal"

kind := "standard" if {
	input.change.type == "standard"
	not oversized
}

kind := "emergency" if break_glass

changed_lines := input.change.diff.lines_added + input.change.diff.lines_removed

oversized if changed_lines > input.settings.thresholds.change.standard_max_lines

# Approved beforehand, so that small changes need no meeting.
preapproved if {
	kind == "standard"
	input.settings.thresholds.change.standard_preapproved
}

break_glass if {
	input.change.type == "emergency"
	incident_named
}

# It makes things better: what would stop a feature asks for the owner's approval instead.
mending if input.change.purpose in {"fix", "rollback"}

mending if break_glass

# Something new, judged on its own, where users notice.
risky if {
	kind == "normal"
	input.change.purpose == "feature"
	critical
}
