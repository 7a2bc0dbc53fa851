# METADATA
# title: Service level objectives
# description: >-
#   Burn rates held against the pairs of windows of their facts, whose factors are for the objective's period, and
#   whether there was enough traffic to judge them.
package tollgate.lib.objective

import data.tollgate.lib.format

# Both windows, strictly: the long one shows that it matters, the short one that it still goes on.
exceeds(slo, pair) if {
	slo.windows[pair.long].burn_rate_micro > pair.factor_micro
	slo.windows[pair.short].burn_rate_micro > pair.factor_micro
	telling(slo, slo.windows[pair.long], pair.factor_micro)
}

# Is a window that burns faster than a limit to be believed? Where it has enough events; and where it has fewer, when
# even the lower end of what they are compatible with is above the limit. One or two failures are not enough for that:
# the interval is a crude one for so few, and a service of one request an hour would page by a single one.
telling(slo, window, _) if enough(slo, window)

telling(_, window, limit) if {
	window.burn_rate_low_micro > limit
	is_number(window.total)
	is_number(window.good)
	window.total - window.good >= 3
}

# Of several objectives count those that have enough events themselves: one of few does not page through the others.
telling(_, window, limit) if {
	window.made_of.method in {"worst_of", "worst_burn_rate"}
	some part in window.made_of.parts
	part.burn_rate_micro > limit
	enough({"budgeting": {"event": part.event}}, part)
}

# Slices that are bad together are no more than all of theirs.
telling(_, window, limit) if {
	window.made_of.method in {"weighted", "sum_of_bad", "any_slice"}
	sum([part.burn_rate_micro |
		some part in window.made_of.parts
		enough({"budgeting": {"event": part.event}}, part)
	]) > limit
}

# One bad request of five says nothing. Ten bad ones do, however few there were in all. An alert has what a window has.
enough(slo, window) if {
	slo.budgeting.event == "events"
	window.total >= input.settings.thresholds.slo.min_events
}

enough(slo, window) if {
	slo.budgeting.event == "events"
	is_number(window.total)
	is_number(window.good)
	window.total - window.good >= input.settings.thresholds.slo.min_bad_events
}

# Minutes of a measured value come by the clock: sixty an hour are all that there can be, and holes among them are told
# of as such. Of several objectives together, and of what another judges, there is a share and no number of events.
enough(slo, window) if {
	not slo.budgeting.event == "events"
	not window.made_of
	is_number(window.burn_rate_micro)
}

enough(_, window) if {
	window.total == null
	not window.made_of
	is_number(window.burn_rate_micro)
}

# The same of a budget: slices of time come by the clock, whatever is counted in them.
enough_budget(slo) if slo.budget.total >= input.settings.thresholds.slo.min_events

enough_budget(slo) if slo.budget.bad >= input.settings.thresholds.slo.min_bad_events

enough_budget(slo) if {
	not slo.budgeting.unit == "events"
	is_number(slo.budget.total)
}

# Has too little of a window's time come? Records from before this was weighed by time have datapoints.
has_holes(window, least_ppm) if {
	time := window.known.known_seconds + window.known.unknown_seconds
	window.known.known_seconds * 1000000 < least_ppm * time
}

has_holes(window, least_ppm) if {
	not is_object(object.get(window, "known", null))
	window.datapoints_received * 1000000 < least_ppm * window.datapoints_expected
}

# The shortest window of which too little is known.
thin_window(slo) := [label |
	some label in ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]
	has_holes(slo.windows[label], needed_ppm(label))
][0]

# Of five minutes and half an hour, where a few minutes are much, half as much is enough.
needed_ppm(label) := format.quotient(input.settings.thresholds.slo.min_datapoints_share_ppm, 2) if {
	label in {"5m", "30m"}
} else := input.settings.thresholds.slo.min_datapoints_share_ppm

# `53 min of the last 1h are known`.
known(window, label) := sprintf("%s of the last %s are known", [
	format.duration(window.known.known_seconds), label,
]) if {
	is_number(window.known.known_seconds)
}

known(window, label) := sprintf("%d of %d datapoints came in the last %s", [
	window.datapoints_received, window.datapoints_expected, label,
]) if {
	not is_object(object.get(window, "known", null))
}

# Telemetry is good but for time that is not known, and that time decides how much of the budget is spent.
undecided(slo) if slo.is_undecided == true

# The first step of the budget that it reaches only if the unknown time was bad.
undecided_step(slo) := min([limit |
	some name in ["budget_warn_ppm", "budget_risky_ppm", "budget_approval_ppm", "budget_exhausted_ppm"]
	limit := input.settings.thresholds.slo[name]
	slo.budget.consumed_ppm < limit
	slo.budget.consumed_at_most_ppm >= limit
])

# What is to be said of it: for how long nothing is known, and what that can have cost.
undecided_message(slo) := sprintf("%s: %s of its error budget is spent for certain, and %s if all failed then (%s)", [
	sprintf("%s of the %s period of `%s` are not known", [
		format.duration(slo.budget.known.unknown_seconds), period(slo), slo.name,
	]),
	format.percent(slo.budget.consumed_ppm), format.percent(slo.budget.consumed_at_most_ppm),
	sprintf("limit %s", [format.percent(undecided_step(slo))]),
])

# The pair with the highest limit that asks for a page and is exceeded.
paging(slo) := pair if {
	exceeded := {[pair.factor_micro, pair] |
		some pair in slo.pairs
		not pair.severity == "ticket"
		exceeds(slo, pair)
	}
	[_, pair] := max(exceeded)
}

# Its telemetry is good, every burn rate is known and no long one is above a limit. What is not calm is looked at
# closer: a rate that is missing or null is not at least 0, and a limit that is missing holds nothing down.
calm(slo) if {
	slo.evidence.status == "ok"
	slo.windows["1h"].burn_rate_micro >= 0
	slo.windows["1h"].burn_rate_micro <= min([
		input.settings.thresholds.slo.burn_rate_pause_micro,
		input.settings.thresholds.slo.burn_rate_pause_risky_micro,
		input.settings.thresholds.slo.burn_rate_escalate_micro,
	])
	count(slo.pairs) > 0
	every pair in slo.pairs {
		slo.windows[pair.long].burn_rate_micro >= 0
		slo.windows[pair.short].burn_rate_micro >= 0
		slo.windows[pair.long].burn_rate_micro <= pair.factor_micro
	}
}

# All of a window is planned maintenance that is named: what that means is for the rules about maintenance.
excluded(slo, label) if {
	slo.windows[label].traffic == "excluded"
	count(slo.maintenance) > 0
}

# Windows whose burn rate is needed.
judged_windows(slo) := {"1h"} | {label |
	some pair in slo.pairs
	some label in [pair.long, pair.short]
}

# Those of them whose burn rate is not known.
unknown_windows(slo) := {label |
	some label in judged_windows(slo)
	not is_number(rate(slo, label))
	not excluded(slo, label)
}

rate(slo, label) := object.get(slo.windows, [label, "burn_rate_micro"], null)

# `30-day`, for messages.
period(slo) := sprintf("%d-day", [format.quotient(slo.period_seconds, 86400)])

# `16.2 times too fast over 1 h and 17.0 times over 5 min`.
speed(slo, long, short) := sprintf("%s times too fast over %s", rate_over(slo.windows[long])) if long == short

speed(slo, long, short) := sprintf(
	"%s times too fast over %s and %s times over %s",
	array.concat(rate_over(slo.windows[long]), rate_over(slo.windows[short])),
) if long != short

rate_over(window) := [format.factor(window.burn_rate_micro), format.duration(window.seconds)]

rates(slo, labels) := {rate_name(label): rate(slo, label) | some label in labels}

rate_name(label) := sprintf("burn_rate_%s_micro", [label])

# `; 32 % of the 30-day budget is gone`, where that is known.
gone(slo) := sprintf("; %s of the %s budget is gone", [format.percent(slo.budget.consumed_ppm), period(slo)]) if {
	slo.budget != null
	not slo.budget.is_undecided
} else := ""

# At no same time earlier was it silent for so long, and next to nothing is left of the many that are usual then.
vanished(slo, least) if {
	slo.silence.seconds > slo.silence.longest_seconds
	slo.silence.usual_events >= least
	slo.silence.events * 100 <= slo.silence.usual_events
}

# `nobody has asked for 1 h; at this time of other weeks it was never silent for more than 10 min, and …`.
vanished_message(slo) := sprintf("`%s`: %s; %s it was never silent for more than %s, and %s are usual", [
	slo.name, asked(slo.silence), compared_with(slo.silence), format.duration(slo.silence.longest_seconds),
	format.number_of(slo.silence.usual_events, "event"),
])

asked(silence) := sprintf("nobody has asked for %s", [format.duration(silence.seconds)]) if silence.events == 0

asked(silence) := sprintf("only %s came in %s", [
	format.number_of(silence.events, "event"), format.duration(silence.seconds),
]) if {
	silence.events > 0
}

compared_with(silence) := "before" if silence.earlier_times == 0

compared_with(silence) := "at this time of other weeks" if {
	silence.earlier_times > 0
	silence.earlier_every_days == 7
}

compared_with(silence) := "at this time of other days" if {
	silence.earlier_times > 0
	silence.earlier_every_days != 7
}

# What nobody asks is neither good nor bad, and counts as good in what is made of it.
unasked_message(slo, part) := sprintf("`%s`: nobody asked `%s`, which it is made of, in its %s period: %s", [
	slo.name, part, period(slo), "it counts as good",
])
