package tollgate.cost.nonessential_test

import data.tollgate.cost.nonessential
import data.tollgate.lib.testing

effects(facts) := {name |
	require_approval_found := nonessential.require_approval with input as facts
	warn_found := nonessential.warn with input as facts
	some name, found in {"require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

spent(share_ppm, projected_ppm, patch) := testing.spending_of(
	{"share_ppm": share_ppm, "forecast": {"projected_ppm": projected_ppm}, "non_essential": ["staging"]},
	patch,
)

test_it_recommends_when_money_runs_out if {
	effects(spent(749999, 1000000, {})) == set()
	effects(spent(750000, 999999, {})) == set()
	effects(spent(750000, 1000000, {})) == {"warn"}
	effects(spent(1000000, 0, {})) == {"warn"}
	effects(testing.spending_of({"share_ppm": 1200000}, {})) == set()
}

test_changes_in_those_environments_wait if {
	there := {"spending": {"environment": "staging"}}
	effects(spent(1000000, 0, there)) == {"require_approval"}
	effects(spent(1000000, 0, {"spending": {"environment": "staging", "purpose": "fix"}})) == {"warn"}
	found := nonessential.require_approval with input as spent(1000000, 0, there)
	testing.only(found).message == concat("", [
		"the budget `payments-production` is running out (100 % spent): ",
		"stop `staging` until 2026-12-01T00:00:00Z, before production has to",
	])
}

test_a_forecast_that_is_not_known_is_not_inside if {
	patch := {"share_ppm": 750000, "forecast": null, "non_essential": ["staging"]}
	effects(testing.spending_of(patch, {})) == {"warn"}
}
