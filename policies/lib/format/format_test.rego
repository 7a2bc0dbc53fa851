package tollgate.lib.format_test

import data.tollgate.lib.format

test_division_is_exact if {
	format.quotient(7, 2) == 3
	format.quotient(0, 5) == 0
	format.quotient_up(7, 2) == 4
	format.quotient_up(6, 2) == 3
}

test_factors_round_up_in_the_second_place if {
	format.factor(16200000) == "16.2"
	format.factor(17000000) == "17.0"
	format.factor(14400001) == "14.41"
	format.factor(1050000) == "1.05"
	format.factor(0) == "0.0"
	format.factor(1) == "0.01"
}

test_percentages_round_down_in_the_first_place if {
	format.percent(320000) == "32 %"
	format.percent(325999) == "32.5 %"
	format.percent(999) == "0 %"
	format.percent(1000000) == "100 %"
	format.percent(12345678) == "1234.5 %"
	format.percent_up(200001) == "20.1 %"
	format.percent_up(200000) == "20 %"
}

test_money_has_two_places if {
	format.money(1234500000, "EUR") == "1234.50 EUR"
	format.money(500000001, "USD") == "500.01 USD"
	format.money(70000, "EUR") == "0.07 EUR"
}

test_durations_read_as_people_say_them if {
	format.duration(0) == "0 s"
	format.duration(59) == "59 s"
	format.duration(60) == "1 min"
	format.duration(3599) == "59 min"
	format.duration(3600) == "1 h"
	format.duration(5400) == "1 h 30 min"
	format.duration(86400) == "24 h"
	format.duration(172799) == "47 h 59 min"
	format.duration(172800) == "2 days"
	format.duration(2592000) == "30 days"
}

test_numbers_of_things_have_a_plural if {
	format.number_of(0, "approval") == "0 approvals"
	format.number_of(1, "approval") == "1 approval"
	format.number_of(2, "approval") == "2 approvals"
}

test_names_stand_in_backticks if {
	format.names(["a", "b"]) == "`a`, `b`"
	format.names({"b", "a"}) == "`a`, `b`"
	format.names([]) == ""
}

test_what_may_be_meant_is_asked if {
	format.meant([]) == ""
	format.meant(["shop"]) == ": did you mean `shop`?"
	format.meant(["shop", "ship"]) == ": did you mean `shop` or `ship`?"
}

test_what_is_not_known_is_no_number if {
	{format.factor(null), format.percent(null), format.percent_up(null), format.duration(null)} == {"–"}
	format.money(null, "EUR") == "–"
}
