# METADATA
# title: Numbers as people read them
# description: >-
#   Whole numbers of millionths, parts per million and seconds, written out. All arithmetic is exact: a division
#   takes the remainder off first, because a quotient that is not whole is floating point and differs between
#   engines. What is not known is `–`.
package tollgate.lib.format

unknown := "–"

# The whole part of a / b, for a >= 0.
quotient(a, b) := (a - (a % b)) / b

quotient_up(a, b) := quotient((a + b) - 1, b)

# 16200000 millionths are `16.2`. Rounded up, so that what exceeds a limit reads as more than the limit.
factor(micro) := decimal(quotient_up(micro, 10000)) if is_number(micro)

factor(null) := unknown

decimal(hundredths) := sprintf("%d.%d", [quotient(hundredths, 100), tenths]) if {
	hundredths % 10 == 0
	tenths := quotient(hundredths % 100, 10)
}

decimal(hundredths) := sprintf("%d.%02d", [quotient(hundredths, 100), hundredths % 100]) if hundredths % 10 != 0

# 325000 parts per million are `32.5 %`. Rounded down.
percent(ppm) := sprintf("%d %%", [quotient(ppm, 10000)]) if {
	is_number(ppm)
	quotient(ppm, 1000) % 10 == 0
}

percent(ppm) := sprintf("%d.%d %%", [quotient(ppm, 10000), quotient(ppm, 1000) % 10]) if {
	is_number(ppm)
	quotient(ppm, 1000) % 10 != 0
}

percent(null) := unknown

# Rounded up instead, for what must exceed a limit.
percent_up(ppm) := percent(quotient_up(ppm, 1000) * 1000) if is_number(ppm)

percent_up(null) := unknown

# 1234500000 millionths are `1234.50 EUR`. Rounded up.
money(micros, currency) := sprintf("%d.%02d %s", [quotient(cents, 100), cents % 100, currency]) if {
	is_number(micros)
	cents := quotient_up(micros, 10000)
}

money(null, _) := unknown

duration(seconds) := sprintf("%d s", [seconds]) if {
	is_number(seconds)
	seconds < 60
}

duration(null) := unknown

duration(seconds) := sprintf("%d min", [quotient(seconds, 60)]) if {
	seconds >= 60
	seconds < 3600
}

duration(seconds) := concat(" ", [part | some part in parts; part != ""]) if {
	seconds >= 3600
	seconds < 172800
	parts := [sprintf("%d h", [quotient(seconds, 3600)]), minutes(quotient(seconds % 3600, 60))]
}

duration(seconds) := sprintf("%d days", [quotient(seconds, 86400)]) if seconds >= 172800

minutes(0) := ""

minutes(number) := sprintf("%d min", [number]) if number > 0

# 1 and `approval` are `1 approval`; 2 are `2 approvals`.
number_of(number, thing) := sprintf("%d %s", [number, thing]) if number == 1

number_of(number, thing) := sprintf("%d %ss", [number, thing]) if number != 1

# What may have been meant, nearest first: `: did you mean `a` or `b`?`, or nothing where nothing is near.
meant([]) := ""

meant(near) := sprintf(": did you mean %s?", [concat(" or ", [sprintf("`%s`", [name]) | some name in near])]) if {
	count(near) > 0
}

# Names in backticks, in order.
names(list) := concat(", ", [sprintf("`%s`", [name]) | some name in list])
