package tollgate.lib.evidence_test

import data.tollgate.lib.evidence
import data.tollgate.lib.testing

test_a_reason_is_never_left_out if {
	evidence.reason({"reason": "metric is gone"}) == "metric is gone"
	evidence.reason({"reason": null}) == "no reason was given"
	evidence.reason({}) == "no reason was given"
}

test_it_is_so_since_the_last_that_is_known if {
	last := {"as_of": "2026-11-21T09:58:00Z", "status": "stale", "window_seconds": 3600}
	evidence.since(last) == "2026-11-21T09:58:00Z"
	none := object.union(last, {"as_of": null, "status": "no_data"})
	evidence.since(none) == "2026-11-21T09:00:00Z" with input as testing.healthy
	evidence.since(object.union(none, {"window_seconds": null})) == "2026-11-21T10:00:00Z" with input as testing.healthy
	evidence.since(object.union(none, {"status": "error"})) == "2026-11-21T10:00:00Z" with input as testing.healthy
}
