package tollgate.lib.fit_test

import data.tollgate.lib.fit
import data.tollgate.lib.testing

test_only_what_adds_to_a_budget_is_looked_at if {
	budget := testing.budget({})
	fit.adding([testing.fit({})], [budget]) == {[testing.fit({}), budget]}
	fit.adding([testing.fit({"added_micros": 0})], [budget]) == set()
	fit.adding([testing.fit({"budget": "another"})], [budget]) == set()
}

test_what_is_not_known_is_said if {
	budget := testing.budget({})
	planned := testing.fit({"exceeds": true, "projected_micros": null})
	contains(fit.exceeding(planned, budget).message, "which together with what is spent already is more than the 1000.00 EUR of the budget")
	without := testing.budget({"currency": null})
	contains(fit.unheld("USD", without).message, "in USD, the budget in a currency that is not known")
	not fit.held([planned], testing.budget({"name": "another"}))
	fit.held([planned], budget)
}
