package tollgate.cost.service_test

import data.tollgate.cost.service
import data.tollgate.lib.testing

found(patch) := findings if {
	findings := service.deny with input as testing.spending(patch)
}

test_a_service_that_is_not_known_denies if {
	count(found({})) == 0
	contains(testing.only(found({"service": {"known": false}})).message, "is not in the service catalogue")
	near := found({"service": {"known": false, "near": ["payments-api"]}})
	endswith(testing.only(near).message, "what it may spend: did you mean `payments-api`?")
}

test_an_environment_that_it_does_not_run_in_denies if {
	denied := testing.only(found({"spending": {"environment": "sandbox"}}))
	denied.message == concat("", [
		"`payments-api` does not run in `sandbox`: ",
		"the service catalogue knows it in `production`, `staging`",
	])
	count(found({"spending": {"environment": null}})) == 0
}

test_a_budget_as_a_whole_needs_no_service if {
	count(found({"service": null})) == 0
}
