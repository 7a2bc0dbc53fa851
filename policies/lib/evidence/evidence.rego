# METADATA
# title: Evidence
# description: How evidence that cannot be relied on is spoken of.
package tollgate.lib.evidence

import data.tollgate.lib.clock

# Why it cannot be relied on, or why an approval does not count.
reason(judged) := judged.reason if {
	judged.reason != null
} else := "no reason was given"

# Since when it is so: since the last datapoint, since the beginning of a time in which none came, or since now.
since(proof) := proof.as_of if {
	proof.as_of != null
} else := clock.in_seconds(0 - proof.window_seconds) if {
	proof.status == "no_data"
	proof.window_seconds != null
} else := input.evaluated_at

# What is wrong with it.
state(proof) := object.get(
	{"no_data": "has no data", "stale": "is out of date", "partial": "is incomplete", "error": "could not be read"},
	proof.status,
	"cannot be relied on",
)
