package tollgate.lib.scope_test

import data.tollgate.lib.scope
import data.tollgate.lib.testing

test_every_environment_is_production_unless_the_settings_say_otherwise if {
	scope.production(input.change) with input as testing.healthy
	scope.production(input.change) with input as testing.change({"environment": "prodution"})
	scope.production(input.change) with input as testing.change({"environment": "Staging"})
	not scope.production(input.change) with input as testing.change({"environment": "staging"})
	scope.production(input.change) with input as {"change": {"environment": "staging"}}
}

test_an_unknown_tier_is_the_most_critical if {
	scope.tier(input.service) == "tier_3" with input as testing.facts(testing.tier("tier_3"))
	scope.tier(input.service) == "tier_1" with input as testing.facts(testing.tier(null))
	scope.tier(input.service) == "tier_1" with input as testing.facts(testing.tier(testing.odd("tier_0")))
	scope.critical(input.service) with input as testing.facts(testing.tier(null))
	scope.critical(input.service) with input as testing.facts(testing.tier("tier_2"))
	not scope.critical(input.service) with input as testing.facts(testing.tier("tier_3"))
}

test_an_emergency_needs_an_incident if {
	scope.kind(input.change) == "emergency" with input as testing.facts(testing.emergency)
	scope.break_glass(input.change) with input as testing.facts(testing.emergency)
	scope.mending(input.change) with input as testing.facts(testing.emergency)
	every incident in [null, "", "  "] {
		facts := testing.change({"type": "emergency", "incident": incident})
		scope.kind(input.change) == "normal" with input as facts
		not scope.break_glass(input.change) with input as facts
		not scope.mending(input.change) with input as facts
	}
	not scope.break_glass(input.change) with input as testing.change({"incident": "INC-7"})
}

test_a_standard_change_is_small if {
	scope.kind(input.change) == "standard" with input as testing.facts(testing.standard)
	scope.preapproved(input.change) with input as testing.facts(testing.standard)
	limit := testing.change({"type": "standard", "diff": {"lines_added": 300, "lines_removed": 200}})
	scope.kind(input.change) == "standard" with input as limit
	over := testing.change({"type": "standard", "diff": {"lines_added": 300, "lines_removed": 201}})
	scope.kind(input.change) == "normal" with input as over
	not scope.preapproved(input.change) with input as over
	scope.kind(input.change) == "normal" with input as testing.change({"type": "standard", "diff": null})
}

test_settings_can_withdraw_what_is_approved_beforehand if {
	withdrawn := object.union(testing.standard, testing.threshold("change", "standard_preapproved", false))
	not scope.preapproved(input.change) with input as testing.facts(withdrawn)
	not scope.preapproved(input.change) with input as testing.healthy
}

test_a_type_that_is_not_known_is_normal if {
	scope.kind(input.change) == "normal" with input as testing.change({"type": testing.odd("trivial")})
}

test_fixes_and_rollbacks_mend if {
	scope.mending(input.change) with input as testing.change({"purpose": "fix"})
	scope.mending(input.change) with input as testing.change({"purpose": "rollback"})
	not scope.mending(input.change) with input as testing.change({"purpose": "feature"})
	not scope.mending(input.change) with input as testing.change({"purpose": "maintenance"})
}

test_risky_is_a_normal_feature_of_a_critical_service if {
	scope.risky(input.change, input.service) with input as testing.healthy
	scope.risky(input.change, input.service) with input as testing.facts(testing.tier(null))
	not scope.risky(input.change, input.service) with input as testing.facts(testing.tier("tier_3"))
	not scope.risky(input.change, input.service) with input as testing.facts(testing.standard)
	not scope.risky(input.change, input.service) with input as testing.facts(testing.fix)
	not scope.risky(input.change, input.service) with input as testing.change({"purpose": "maintenance"})
}
