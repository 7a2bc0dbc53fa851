# METADATA
# title: What is not essential stops first
# description: >-
#   When money runs out, environments that are not essential stop before production does. This recommends it and
#   stops nothing; changes in those environments wait.
# custom:
#   owner: finops
#   effect: require_approval
#   remediation: Stop these environments, or run them by day only, until the period ends.
#   runbook: https://runbooks.example.com/tollgate/nonessential
#   source: FinOps Framework, workload optimisation, schedule what need not run, before production is touched
package tollgate.cost.nonessential

import data.tollgate.lib.finding
import data.tollgate.lib.format
import data.tollgate.lib.spending

require_approval contains finding.awaiting(report(budget), budget.owner, 1) if {
	some budget in running_out
	input.spending.environment in budget.non_essential
	not spending.mending(input.spending)
}

warn contains finding.of(report(budget)) if {
	some budget in running_out
	not waits(budget)
}

waits(budget) if {
	input.spending.environment in budget.non_essential
	not spending.mending(input.spending)
}

running_out contains budget if {
	some budget in input.budgets
	count(budget.non_essential) > 0
	close(budget)
}

close(budget) if budget.share_ppm >= 1000000

close(budget) if {
	budget.share_ppm >= input.settings.thresholds.cost.nonessential_share_ppm
	not inside_at_the_end(budget)
}

# What nobody knows is not inside.
inside_at_the_end(budget) if budget.forecast.projected_ppm < 1000000

report(budget) := spending.about(budget, {
	"message": sprintf("the budget `%s` is running out (%s spent): stop %s until %s, before production has to", [
		budget.name, spending.share(budget.share_ppm), format.names(budget.non_essential),
		spending.period_ends(budget),
	]),
	"observed": {"share_ppm": budget.share_ppm, "non_essential": budget.non_essential},
	"threshold": {"share_ppm": input.settings.thresholds.cost.nonessential_share_ppm},
	"retry_at": spending.period_ends(budget),
})
