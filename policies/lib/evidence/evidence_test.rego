package tollgate.lib.evidence_test

import data.tollgate.lib.evidence

test_a_reason_is_never_left_out if {
	evidence.reason({"reason": "metric is gone"}) == "metric is gone"
	evidence.reason({"reason": null}) == "no reason was given"
	evidence.reason({}) == "no reason was given"
}
