# METADATA
# title: Times and ages
# description: The only clock is the time at which the facts are judged.
package tollgate.lib.clock

import data.tollgate.lib.format

nanoseconds_per_second := 1000000000

seconds_of(timestamp) := format.div(time.parse_rfc3339_ns(timestamp), nanoseconds_per_second)

# How long ago it was, in seconds; negative for what is still to come.
age_seconds(timestamp) := input.evaluated_at_seconds - seconds_of(timestamp)

timestamp_of(seconds) := time.format(seconds * nanoseconds_per_second)

# The time so many seconds from now.
in_seconds(seconds) := timestamp_of(input.evaluated_at_seconds + seconds)
