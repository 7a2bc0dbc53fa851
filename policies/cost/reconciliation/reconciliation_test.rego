package tollgate.cost.reconciliation_test

import data.tollgate.cost.reconciliation
import data.tollgate.lib.testing

found(difference_ppm) := findings if {
	findings := reconciliation.warn with input as testing.spending_of(
		{"reconciliation": {
			"grouped_micros": 390000000,
			"ungrouped_micros": 400000000,
			"difference_micros": 10000000,
			"difference_ppm": difference_ppm,
		}},
		{},
	)
}

test_a_difference_of_more_than_rounding_is_said if {
	count(found(0)) == 0
	count(found(10000)) == 0
	testing.only(found(25000)).message == concat("", [
		"the groups of the budget `payments-production` come to 390.00 EUR and the whole to 400.00 EUR: ",
		"10.00 EUR is in no group",
	])
	count(found(null)) == 1
}

test_a_bill_without_groups_says_nothing if {
	none := reconciliation.warn with input as testing.spending({})
	count(none) == 0
}
