package tollgate.lib.scope_test

import data.tollgate.lib.scope
import data.tollgate.lib.testing

test_every_environment_is_production_unless_the_settings_say_otherwise if {
	scope.production with input as testing.healthy
	scope.production with input as testing.change({"environment": "prodution"})
	scope.production with input as testing.change({"environment": "Staging"})
	not scope.production with input as testing.change({"environment": "staging"})
	scope.production with input as {"change": {"environment": "staging"}}
}

test_an_unknown_tier_is_the_most_critical if {
	scope.tier == "tier_3" with input as testing.facts(testing.tier("tier_3"))
	scope.tier == "tier_1" with input as testing.facts(testing.tier(null))
	scope.tier == "tier_1" with input as testing.facts(testing.tier("tier_0"))
	scope.critical with input as testing.facts(testing.tier(null))
	scope.critical with input as testing.facts(testing.tier("tier_2"))
	not scope.critical with input as testing.facts(testing.tier("tier_3"))
}

test_an_emergency_needs_an_incident if {
	scope.kind == "emergency" with input as testing.facts(testing.emergency)
	scope.break_glass with input as testing.facts(testing.emergency)
	scope.mending with input as testing.facts(testing.emergency)
	every incident in [null, "", "  "] {
		facts := testing.change({"type": "emergency", "incident": incident})
		scope.kind == "normal" with input as facts
		not scope.break_glass with input as facts
		not scope.mending with input as facts
	}
	not scope.break_glass with input as testing.change({"incident": "INC-7"})
}

test_a_standard_change_is_small if {
	scope.kind == "standard" with input as testing.facts(testing.standard)
	scope.preapproved with input as testing.facts(testing.standard)
	limit := testing.change({"type": "standard", "diff": {"lines_added": 300, "lines_removed": 200}})
	scope.kind == "standard" with input as limit
	over := testing.change({"type": "standard", "diff": {"lines_added": 300, "lines_removed": 201}})
	scope.kind == "normal" with input as over
	not scope.preapproved with input as over
	scope.kind == "standard" with input as testing.change({"type": "standard", "diff": null})
}

test_settings_can_withdraw_what_is_approved_beforehand if {
	withdrawn := object.union(testing.standard, testing.threshold("change", "standard_preapproved", false))
	not scope.preapproved with input as testing.facts(withdrawn)
	not scope.preapproved with input as testing.healthy
}

test_a_type_that_is_not_known_is_normal if {
	scope.kind == "normal" with input as testing.change({"type": "trivial"})
}

test_fixes_and_rollbacks_mend if {
	scope.mending with input as testing.change({"purpose": "fix"})
	scope.mending with input as testing.change({"purpose": "rollback"})
	not scope.mending with input as testing.change({"purpose": "feature"})
	not scope.mending with input as testing.change({"purpose": "maintenance"})
}

test_risky_is_a_normal_feature_of_a_critical_service if {
	scope.risky with input as testing.healthy
	scope.risky with input as testing.facts(testing.tier(null))
	not scope.risky with input as testing.facts(testing.tier("tier_3"))
	not scope.risky with input as testing.facts(testing.standard)
	not scope.risky with input as testing.facts(testing.fix)
	not scope.risky with input as testing.change({"purpose": "maintenance"})
}
