package tollgate.slo.service_test

import data.tollgate.lib.testing
import data.tollgate.slo.service

effects(facts) := {name |
	deny_found := service.deny with input as facts
	warn_found := service.warn with input as facts
	some name, found in {"deny": deny_found, "warn": warn_found}
	count(found) > 0
}

test_a_known_service_passes if {
	effects(testing.rollout({})) == set()
}

test_an_unknown_service_is_denied if {
	nobody := {"known": false, "evidence": testing.broken("service", "no_data", "not there")}
	facts := testing.rollout({"service": nobody, "rollout": {"service": "pay"}})
	found := service.deny with input as facts
	testing.only(found).message == "`pay` is not in the service catalogue, so nothing is known of what it promises"
	testing.only(found).evidence == ["service"]
}

test_another_environment_is_denied if {
	found := service.deny with input as testing.rollout({"rollout": {"environment": "prodution"}})
	contains(testing.only(found).message, "does not run in `prodution`: the service catalogue knows it in `production`, `staging`")
	nowhere := service.deny with input as testing.rollout({"service": {"environments": []}})
	endswith(testing.only(nowhere).message, "knows it in no environment")
}

test_a_service_without_owner_warns if {
	found := service.warn with input as testing.rollout({"service": {"owner": null}})
	contains(testing.only(found).message, "has no owner")
}
