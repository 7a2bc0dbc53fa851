package tollgate.lib.spending_test

import data.tollgate.lib.spending
import data.tollgate.lib.testing

test_the_last_step_is_the_strictest_that_is_surely_reached if {
	steps := [
		testing.step("actual", 500000, "inform", true),
		testing.step("actual", 750000, "approve", true),
		testing.step("actual", 1000000, "freeze", null),
		testing.step("forecast", 1000000, "freeze", true),
	]
	spending.last_step(testing.budget({"steps": steps}), "actual").enforcement == "approve"
	not spending.last_step(testing.budget({}), "forecast")
}

test_amounts_and_shares_below_nothing_are_written_as_such if {
	budget := testing.budget({})
	spending.money(budget, 1500000) == "1.50 EUR"
	spending.money(budget, -1500000) == "-1.50 EUR"
	spending.share(-366667) == "-36.6 %"
	spending.share(366667) == "36.6 %"
}

test_fixes_and_rollbacks_mend if {
	every purpose in ["fix", "rollback"] {
		spending.mending({"purpose": purpose})
	}
	not spending.mending({"purpose": "feature"})
}
