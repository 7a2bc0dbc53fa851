package tollgate.cost.unpriced_test

import data.tollgate.cost.unpriced
import data.tollgate.lib.testing

asked(patch) := findings if {
	findings := unpriced.require_approval with input as testing.planning(patch)
}

warned(patch) := findings if {
	findings := unpriced.warn with input as testing.planning(patch)
}

test_an_estimate_that_knows_its_prices_passes if {
	count(asked({})) == 0
	count(warned({})) == 0
	none := unpriced.require_approval with input as testing.spending({})
	count(none) == 0
}

test_what_it_leaves_out_is_named if {
	found := asked({
		"unpriced_resources": 1,
		"unsupported_resources": 2,
		"unpriced": [{"resource_type": "aws_instance", "count": 1}],
		"unsupported": [{"resource_type": "aws_new_thing", "count": 2}],
	})
	testing.only(found).message == "the estimate leaves out 3 resources: `aws_instance`, `aws_new_thing`"
}

test_what_it_could_not_read_or_add_up_is_for_a_person if {
	contains(testing.only(asked({"errors": 1})).message, "could not read 1 part of the projects")
	contains(testing.only(asked({"unreconciled_micros": -5})).message, "not the sum of its resources")
}

test_what_nobody_can_say_warns if {
	contains(testing.only(warned({"unpriced_known": false})).message, "does not say which resources have no price")
	contains(testing.only(warned({"usage_dependent_resources": 2})).message, "2 resources will cost more")
	count(warned({"unpriced_known": false, "form": null})) == 0
}
