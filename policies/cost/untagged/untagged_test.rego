package tollgate.cost.untagged_test

import data.tollgate.cost.untagged
import data.tollgate.lib.testing

found(share_ppm) := findings if {
	findings := untagged.warn with input as testing.spending_of(
		{"untagged": {"micros": 60000000, "share_ppm": share_ppm}},
		{},
	)
}

test_more_than_a_small_part_warns if {
	count(found(100000)) == 0
	testing.only(found(150000)).message == concat("", [
		"60.00 EUR of what the budget `payments-production` has spent, 15 %, ",
		"carries no owner tag (limit 10 %)",
	])
}

test_what_was_not_grouped_by_tag_says_nothing if {
	none := untagged.warn with input as testing.spending_of({"untagged": null}, {})
	count(none) == 0
	count(found(null)) == 0
}
