package tollgate.slo.objectives_test

import data.tollgate.lib.testing
import data.tollgate.slo.objectives

test_a_service_with_objectives_passes if {
	found := objectives.deny with input as testing.rollout({})
	count(found) == 0
}

test_a_service_without_objectives_is_denied if {
	found := objectives.deny with input as testing.rollout({"slos": []})
	testing.only(found).message == "`payments-api` has no service level objective, so its error budget is not known"
	unknown := objectives.deny with input as testing.rollout({"slos": [], "service": {"known": false}})
	count(unknown) == 0
}
