# METADATA
# title: What spend it is
# description: The words that rules use for budgets. Whatever is not known is never inside a budget.
package tollgate.lib.spending

import data.tollgate.lib.format

# It makes things better: what would stop a feature may go ahead.
mending(spending) if spending.purpose in {"fix", "rollback"}

# The last step of a kind that a budget has surely reached: steps only become stricter.
last_step(budget, kind) := step if {
	shares := [step.share_ppm | some step in budget.steps; step.kind == kind; step.reached == true]
	some step in budget.steps
	step.kind == kind
	step.share_ppm == max(shares)
}

# Everybody sees the amount, nobody is shown a limit that is exceeded as if it was not.
money(budget, micros) := format.money(micros, budget.currency) if micros >= 0

money(budget, micros) := concat("", ["-", format.money(0 - micros, budget.currency)]) if micros < 0

share(ppm) := format.percent(ppm) if ppm >= 0

share(ppm) := concat("", ["-", format.percent(0 - ppm)]) if ppm < 0

# What every finding about a budget says of it.
about(budget, fields) := object.union({"evidence": [budget.evidence.id], "owner": budget.owner}, fields)

# When the amount is whole again.
period_ends(budget) := budget.period.ends_at

meanings := {
	"inform": "its owner is told",
	"approve": "changes need the owner's approval",
	"freeze": "only fixes and rollbacks go ahead",
}

# A freeze stops people: somebody must act now.
urgency(step) := "page" if step.enforcement == "freeze"

urgency(step) := "ticket" if step.enforcement != "freeze"
