package tollgate.cost.settings_test

import data.tollgate.cost.settings
import data.tollgate.lib.testing

denials(facts) := found if found := settings.deny with input as facts

# The settings without some thresholds about spend.
without(names) := {"settings": {"thresholds": {"cost": object.remove(testing.thresholds.cost, names)}}}

test_complete_settings_pass if {
	count(denials(testing.spending({}))) == 0
}

test_missing_thresholds_are_denied_by_name if {
	found := testing.only(denials(without(["pace_ppm", "currency"])))
	found.message == "nothing is set for `cost.currency`, `cost.pace_ppm`, so nothing can be held against it"
	none := testing.only(denials({"settings": {"thresholds": {}}}))
	count(none.observed.missing) == 20
}

# A change may have to have an estimate; spend has its own rule about that.
test_every_threshold_that_rules_read_is_asked_for if {
	every name, _ in object.remove(testing.thresholds.cost, ["estimate_required"]) {
		count(denials(without([name]))) == 1
	}
}
