# METADATA
# title: It can be undone
# description: >-
#   A critical service is changed in production only when somebody has thought about how to go back. A plan is more
#   than a word.
# custom:
#   owner: reliability
#   effect: deny
#   remediation: "Say in `rollback.plan` what to do when it goes wrong, for example: redeploy build 1841."
#   runbook: https://runbooks.example.com/tollgate/rollback-plan
#   waiver: {by: another_team}
package tollgate.change.rollback_plan

import data.tollgate.lib.finding
import data.tollgate.lib.scope

deny contains missing if {
	needed
	input.change.purpose != "rollback"
}

# Going back is itself the plan.
warn contains missing if {
	needed
	input.change.purpose == "rollback"
}

needed if {
	not substantial
	scope.production(input.change)
	scope.tier(input.service) in input.settings.thresholds.change.rollback_plan_tiers
	scope.kind(input.change) != "standard"
}

default plan := ""

plan := trim_space(input.change.rollback.plan) if is_string(input.change.rollback.plan)

words := [word | some word in split(plan, " "); word != ""]

substantial if {
	count(plan) >= input.settings.thresholds.change.rollback_plan_min_characters
	contains(plan, " ")
}

missing := finding.of({
	"message": sprintf("`%s` (%s) needs a rollback plan in `%s`, and %s", [
		input.change.service, scope.tier(input.service), input.change.environment, came,
	]),
	"observed": {"rollback_plan_characters": count(plan), "rollback_plan_words": count(words)},
	"threshold": {
		"rollback_plan_characters": input.settings.thresholds.change.rollback_plan_min_characters,
		"rollback_plan_words": 2,
	},
	"owner": input.service.owner,
})

came := "none came" if plan == ""

came := sprintf("`%s` says too little", [substring(plan, 0, 80)]) if plan != ""
