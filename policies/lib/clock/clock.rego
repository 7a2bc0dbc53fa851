# METADATA
# title: Times and ages
# description: The only clock is the time at which the facts are judged.
package tollgate.lib.clock

import data.tollgate.lib.format

nanoseconds_per_second := 1000000000

seconds_of(timestamp) := format.quotient(time.parse_rfc3339_ns(timestamp), nanoseconds_per_second)

# How long ago it was, in seconds; negative for what is still to come.
age_seconds(timestamp) := input.evaluated_at_seconds - seconds_of(timestamp)

timestamp_of(seconds) := sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", array.concat(
	time.date(seconds * nanoseconds_per_second),
	time.clock(seconds * nanoseconds_per_second),
))

# The time so many seconds from now; null where nobody knows how many.
in_seconds(seconds) := timestamp_of(input.evaluated_at_seconds + seconds) if is_number(seconds)

in_seconds(null) := null
