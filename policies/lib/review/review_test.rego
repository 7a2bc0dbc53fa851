package tollgate.lib.review_test

import data.tollgate.lib.review
import data.tollgate.lib.testing

people(patch) := {"review": required, "despite_risk": despite_risk} if {
	facts := testing.facts(patch)
	required := review.required(facts.change, facts.service) with input as facts
	despite_risk := review.despite_risk(facts.change, facts.service) with input as facts
}

test_approving_of_a_risk_takes_one_more_than_the_review if {
	people({}) == {"review": 2, "despite_risk": 3}
	people(testing.emergency) == {"review": 1, "despite_risk": 2}
	people(testing.standard) == {"review": 0, "despite_risk": 1}
}

test_what_the_settings_do_not_name_is_production if {
	people({"change": {"environment": "prod-eu"}}).review == 2
	people({"service": {"tier": testing.odd("tier_9")}}).review == 2
}

test_a_change_waits_since_it_was_asked_about_first if {
	facts := testing.facts({})
	review.asked_at(facts.history) == "2026-11-21T10:00:00Z" with input as facts
	earlier := [{"evaluated_at": "2026-11-21T09:40:00Z"}, {"evaluated_at": "2026-11-21T09:30:00Z"}]
	review.asked_at({"this_change": earlier}) == "2026-11-21T09:30:00Z" with input as facts
}
