package tollgate.change.settings_test

import data.tollgate.change.settings
import data.tollgate.lib.testing

denials(facts) := found if found := settings.deny with input as facts

# The settings without one threshold, or without a whole group.
without(group, names) := {"settings": {"thresholds": object.union(
	object.remove(testing.thresholds, [group]),
	{group: object.remove(testing.thresholds[group], names)},
)}}

is_missed(group, name) if {
	message := sprintf("nothing is set for `%s.%s`, so nothing can be held against it", [group, name])
	message in testing.messages(denials(without(group, [name])))
}

test_complete_settings_pass if {
	count(denials(testing.healthy)) == 0
}

test_missing_thresholds_are_denied_by_name if {
	testing.only(denials(without("cost", ["increase_floor_micros", "currency"]))) == {
		"message": "nothing is set for `cost.currency`, `cost.increase_floor_micros`, so nothing can be held against it",
		"observed": {"missing": ["cost.currency", "cost.increase_floor_micros"]},
	}
}

test_every_threshold_that_rules_read_is_asked_for if {
	every group in ["slo", "change"] {
		every name, _ in testing.thresholds[group] {
			is_missed(group, name)
		}
	}
	every name in [
		"currency", "approval_group", "estimate_required", "increase_approval_micros", "increase_deny_micros",
		"increase_floor_micros", "increase_approval_ppm",
	] {
		is_missed("cost", name)
	}
}

test_no_settings_at_all_are_denied if {
	found := denials({"settings": {"thresholds": {}}})
	count(found) == 7
	"`slo.burn_rate_pairs` names no complete pair of windows, so no burn rate would be judged" in testing.messages(found)
}

test_pairs_must_be_complete if {
	bad := [
		[], [{"long": "1h", "short": "5m"}], [{"long": 60, "short": "5m", "factor_micro": 1}],
		[{"long": "1h", "factor_micro": 1}],
	]
	every pairs in bad {
		found := denials(testing.facts(testing.threshold("slo", "burn_rate_pairs", pairs)))
		testing.only(found).observed == {"pairs": pairs}
	}
}

test_every_tier_has_its_number_of_approvals if {
	found := denials(testing.facts(testing.threshold("change", "approvals_required", {"production": {"tier_2": testing.odd("one")}})))
	testing.only(found) == {
		"message": "`change.approvals_required.production.tier_2` is not a number: nobody would have to approve",
		"observed": {"people": "one"},
	}
}
