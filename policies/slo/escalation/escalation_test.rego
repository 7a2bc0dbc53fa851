package tollgate.slo.escalation_test

import data.tollgate.lib.testing
import data.tollgate.slo.escalation

effects(facts) := {name |
	deny_found := escalation.deny with input as facts
	require_approval_found := escalation.require_approval with input as facts
	warn_found := escalation.warn with input as facts
	some name, found in {"deny": deny_found, "require_approval": require_approval_found, "warn": warn_found}
	count(found) > 0
}

burning(rates, purpose) := testing.rollout_with(testing.burning(rates), testing.rolling_out(purpose))

test_a_short_burn_is_not_escalated if {
	effects(burning({"1h": 9000000, "6h": 5000000}, "feature")) == set()
	effects(burning({"1h": 5000000, "6h": 9000000}, "feature")) == set()
}

test_a_sustained_burn_lets_rollbacks_through_and_fixes_with_a_commander if {
	sustained := {"1h": 5000001, "6h": 5000001}
	effects(burning(sustained, "feature")) == {"deny"}
	effects(burning(sustained, "maintenance")) == {"deny"}
	effects(burning(sustained, "fix")) == {"require_approval"}
	effects(burning(sustained, "rollback")) == {"warn"}
	found := escalation.require_approval with input as burning(sustained, "fix")
	testing.only(found).approval == {"group": "incident-commanders", "count": 1}
}
