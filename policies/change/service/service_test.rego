package tollgate.change.service_test

import data.tollgate.change.service
import data.tollgate.lib.testing

test_a_known_service_passes if {
	found := service.deny with input as testing.healthy
	count(found) == 0
}

test_an_unknown_service_is_denied if {
	nobody := {
		"evidence": testing.broken("service/payment-api", "no_data", "not there"),
		"known": false, "name": "payment-api", "tier": null, "owner": null, "environments": [],
	}
	facts := testing.facts({"change": {"service": "payment-api"}, "service": nobody})
	found := service.deny with input as facts
	testing.only(found).message == concat("", [
		"`payment-api` is not in the service catalogue, so nothing is known about who owns it and what ",
		"it promises",
	])
	testing.only(found).evidence == ["service/payment-api"]
	testing.only(found).observed == {"service": "payment-api", "known": false}
	testing.only(found).threshold == {"known": true}
	testing.only(found).since == "2026-11-21T09:58:00Z"
}

test_a_service_without_owner_or_tier_is_denied if {
	found := service.deny with input as testing.service({"owner": null, "tier": null})
	testing.messages(found) == {
		"`payments-api` has no `owner` in the service catalogue, so nobody can answer for this change",
		"`payments-api` has no `tier` in the service catalogue, so nobody can answer for this change",
	}
	{finding.remediation | some finding in found} == {
		"Add `owner` to `data/services/payments-api.yaml`.",
		"Add `tier` to `data/services/payments-api.yaml`.",
	}
}

test_an_environment_that_the_service_does_not_run_in_is_denied if {
	found := service.deny with input as testing.change({"environment": "prodution"})
	only := testing.only(found)
	only.message == "`payments-api` does not run in `prodution`: the service catalogue knows it in `production`, `staging`"
	only.observed == {"environment": "prodution"}
	only.threshold == {"environments": ["production", "staging"]}
	only.owner == "payments"
	only.evidence == ["service/payments-api"]
}

test_a_service_that_runs_nowhere_is_denied if {
	found := service.deny with input as testing.service({"environments": []})
	endswith(testing.only(found).message, "the service catalogue knows it in no environment")
}
