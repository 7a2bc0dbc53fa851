package tollgate.change.settings_test

import data.tollgate.change.settings
import data.tollgate.lib.testing

denials(facts) := found if found := settings.deny with input as facts

test_complete_settings_pass if {
	count(denials(testing.healthy)) == 0
}

test_a_missing_threshold_is_denied_by_name if {
	facts := object.union(object.remove(testing.healthy, ["settings"]), {"settings": {"thresholds": object.union(
		object.remove(testing.thresholds, ["cost"]),
		{"cost": object.remove(testing.thresholds.cost, ["increase_floor_micros"])},
	)}})
	testing.only(denials(facts)) == {
		"message": "the threshold `cost.increase_floor_micros` is null, and rules need a number: nothing can be held against it",
		"observed": {"type": "null"},
		"threshold": {"type": "number"},
	}
}

test_one_of_another_type_is_denied if {
	found := denials(testing.facts(testing.threshold("change", "standard_preapproved", "yes")))
	testing.only(found).message == "the threshold `change.standard_preapproved` is string, and rules need a boolean: nothing can be held against it"
}

test_no_settings_at_all_are_denied if {
	found := denials({"settings": {"thresholds": {}}})
	count(found) > 20
	"the threshold `slo.min_events` is null, and rules need a number: nothing can be held against it" in testing.messages(found)
}

test_pairs_must_be_complete if {
	every pairs in [[], [{"long": "1h", "short": "5m"}], [{"long": 60, "short": "5m", "factor_micro": 1}], [{"long": "1h", "factor_micro": 1}]] {
		found := denials(testing.facts(testing.threshold("slo", "burn_rate_pairs", pairs)))
		testing.only(found).message == "`slo.burn_rate_pairs` names no complete pair of windows, so no burn rate would be judged"
		testing.only(found).observed == {"pairs": pairs}
	}
}

test_every_tier_has_its_number_of_approvals if {
	found := denials(testing.facts({"settings": {"thresholds": {"change": {"approvals_required": {"production": {"tier_2": "one"}}}}}}))
	testing.only(found).message == "`change.approvals_required.production.tier_2` is not a number, so nobody would have to approve"
}
