package tollgate.cost.planned_increase_test

import data.tollgate.cost.planned_increase
import data.tollgate.lib.testing

asked(facts) := {found.approval.count |
	findings := planned_increase.require_approval with input as facts
	some found in findings
}

denied(facts) := findings if {
	findings := planned_increase.deny with input as facts
}

increase(micros, ppm) := testing.planning({"monthly_increase_micros": micros, "increase_ppm": ppm})

test_approvals_grow_with_the_amount if {
	asked(testing.spending({})) == set()
	asked(increase(500000000, 100000)) == set()
	asked(increase(500000001, 100000)) == {1}
	asked(increase(2000000000, 100000)) == {1}
	asked(increase(2000000001, 100000)) == {2}
	asked(increase(5000000000, 100000)) == {2}
	asked(increase(5000000001, 100000)) == set()
	count(denied(increase(5000000000, 100000))) == 0
	count(denied(increase(5000000001, 100000))) == 1
}

test_a_steep_increase_asks_above_a_floor if {
	asked(increase(50000001, 200001)) == {1}
	asked(increase(50000001, 200000)) == set()
	asked(increase(50000000, 900000)) == set()
	asked(increase(50000001, null)) == {1}
}

test_a_decrease_asks_nobody if {
	asked(increase(-900000000, -500000)) == set()
	count(denied(increase(-900000000, null))) == 0
}

test_another_currency_is_for_a_person if {
	facts := testing.planning({"currency": "USD", "monthly_increase_micros": 9000000000})
	asked(facts) == {1}
	count(denied(facts)) == 0
}

test_it_says_how_much if {
	found := planned_increase.deny with input as increase(6000000000, 1234567)
	testing.only(found).message == "the change costs 6000.00 EUR a month more, 123.5 % up (limit 5000.00 EUR)"
}
