package tollgate.slo.silence_test

import data.tollgate.slo.silence
import data.tollgate.lib.testing

warned(metrics) := found if {
	found := silence.warn with input as testing.rollout_with({"silent_metrics": metrics}, {})
}

stopped(seconds) := {
	"metric": "Demo/Errors",
	"last_at": "2026-11-21T07:58:00Z",
	"silent_seconds": seconds,
	"counts_as": "zero",
}

test_metrics_that_come_are_not_spoken_of if {
	count(warned([])) == 0
	count(warned([stopped(3600)])) == 0
}

test_a_metric_that_never_came_is_named if {
	found := warned([{"metric": "Demo/Errors", "last_at": null, "silent_seconds": null, "counts_as": "zero"}])
	testing.messages(found) == {"`availability`: `Demo/Errors` has never had a datapoint, which counts as zero"}
}

test_a_metric_that_stopped_is_named if {
	testing.messages(warned([stopped(7200)])) == {
		"`availability`: `Demo/Errors` has had no datapoint for 2 h, which counts as zero",
	}
}

test_a_value_that_may_be_idle_and_stopped_is_named if {
	idle := object.union(stopped(7200), {"counts_as": "idle"})
	testing.messages(warned([idle])) == {
		"`availability`: `Demo/Errors` has had no datapoint for 2 h, which counts as idle",
	}
}
