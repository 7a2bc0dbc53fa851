# METADATA
# title: What kind of change it is
# description: >-
#   The words that rules use for a change. Whatever is not known counts as the riskiest that it could be. These are
#   functions, because the engine finds a function of another package much faster than a rule.
package tollgate.lib.scope

# An environment counts as production unless the settings say that it is not: a new or misspelt one is judged strictly.
production(change) if not nonproduction(change)

nonproduction(change) if change.environment in input.settings.thresholds.change.nonproduction_environments

tier(service) := service.tier if {
	service.tier in {"tier_1", "tier_2", "tier_3"}
} else := "tier_1"

critical(service) if tier(service) != "tier_3"

incident_named(change) if {
	is_string(change.incident)
	trim_space(change.incident) != ""
}

break_glass(change) if {
	change.type == "emergency"
	incident_named(change)
}

# How it is judged. A `standard` change that is too large for one, and an `emergency` without an incident, are normal.
kind(change) := "emergency" if {
	break_glass(change)
} else := "standard" if {
	change.type == "standard"
	not oversized(change)
} else := "normal"

changed_lines(change) := change.diff.lines_added + change.diff.lines_removed

oversized(change) if changed_lines(change) > input.settings.thresholds.change.standard_max_lines

# Nobody says how large it is, so it may be any size.
oversized(change) if not is_object(change.diff)

# Approved beforehand, so that small changes need no meeting.
preapproved(change) if {
	change.type == "standard"
	not oversized(change)
	input.settings.thresholds.change.standard_preapproved
}

# It makes things better: what would stop a feature asks for the owner's approval instead.
mending(change) if change.purpose in {"fix", "rollback"}

mending(change) if break_glass(change)

# Something new, judged on its own, where users notice.
risky(change, service) if {
	kind(change) == "normal"
	change.purpose == "feature"
	critical(service)
}
