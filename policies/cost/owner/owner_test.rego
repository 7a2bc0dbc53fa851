package tollgate.cost.owner_test

import data.tollgate.cost.owner
import data.tollgate.lib.testing

found(patch) := findings if {
	findings := owner.require_approval with input as testing.spending(patch)
}

test_a_service_without_an_owner_waits_for_who_looks_after_spend if {
	count(found({})) == 0
	asked := testing.only(found({"service": {"owner": null}}))
	asked.approval == {"group": "finops", "count": 1}
	contains(asked.message, "`payments-api` has no owner")
}

test_a_budget_as_a_whole_has_its_own if {
	count(found({"service": null})) == 0
}
