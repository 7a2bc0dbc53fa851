package tollgate.change.asserted_approvals_test

import data.tollgate.change.asserted_approvals
import data.tollgate.lib.testing

approved := {"change": {"approvals": [{"by": "github:77", "at": null, "commit": null}]}}

untrusted := {"caller": {"principal": "anonymous", "may_assert_approvals": false}}

test_an_untrusted_callers_approvals_are_named if {
	found := asserted_approvals.warn with input as testing.facts(object.union(approved, untrusted))
	testing.only(found) == {
		"message": "1 approval came with the change and none counts: `anonymous` is not trusted to say who approved",
		"observed": {"approvals": 1, "may_assert_approvals": false},
		"threshold": {"may_assert_approvals": true},
	}
}

test_a_trusted_caller_and_none_are_quiet if {
	every patch in [approved, untrusted] {
		found := asserted_approvals.warn with input as testing.facts(patch)
		count(found) == 0
	}
}
