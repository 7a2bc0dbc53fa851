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
	testing.only(found).message == "the estimate has no price for 3 resources: `aws_instance`, `aws_new_thing`"
}

test_what_it_could_not_read_or_add_up_is_for_a_person if {
	failed := {"errors": 1, "failed": [{"name": "net", "reason": "no credentials"}]}
	message := "the estimate leaves out the project `net`, which failed: no credentials"
	testing.only(asked(failed)).message == message
	testing.only(asked({"errors": 1})).message == "the estimate leaves out 1 more project that failed"
	contains(testing.only(asked({"unreconciled_micros": -5})).message, "not the sum of its resources")
}

test_what_nobody_can_say_warns if {
	unsaid := {"unpriced_known": false, "form": "infracost_scan_diff"}
	contains(testing.only(warned(unsaid)).message, "; the JSON of `infracost scan` without `--diff` does")
	two_amounts := {"unpriced_known": false, "form": "monthly"}
	contains(testing.only(warned(two_amounts)).message, "two amounts; the JSON of `infracost diff` does")
	count(asked(unsaid) | asked(two_amounts)) == 0
	contains(testing.only(warned({"usage_dependent_resources": 2})).message, "how much of 2 resources will be used")
	count(warned({"unpriced_known": false, "form": null})) == 0
}

test_a_report_without_its_summary_is_for_a_person if {
	unsaid := {"unpriced_known": false, "form": "infracost"}
	contains(testing.only(asked(unsaid)).message, "nobody knows what it leaves out")
	count(warned(unsaid)) == 0
}

test_what_is_paid_by_use_alone_is_for_a_person if {
	entry := {"resource_type": "aws_lambda_function", "count": 1}
	found := asked({"unestimated_resources": 1, "unestimated": [entry]})
	message := "the estimate does not know how much 1 resource will be used: `aws_lambda_function`"
	testing.only(found).message == message
	contains(testing.only(found).remediation, "usage file")
}

test_what_the_change_does_not_touch_only_warns if {
	untouched := {"unsupported_unchanged_resources": 4}
	count(asked(untouched)) == 0
	message := "the estimate has no price for 4 resources of unsupported types, and shows no change of them"
	testing.only(warned(untouched)).message == message
}
