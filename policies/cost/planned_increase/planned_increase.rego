# METADATA
# title: The planned increase is affordable
# description: >-
#   A change that makes the bill noticeably larger needs an approval, a larger one needs two, and a very large one
#   needs a budget of its own first. Small sums may grow fast without anybody having to look.
# custom:
#   owner: finops
#   effect: deny
#   remediation: Make the increase smaller, have it approved, or plan a budget for it.
#   runbook: https://runbooks.example.com/tollgate/planned-increase
#   source: FinOps Framework, cost impact of a change before it ships; the same limits as for changes
package tollgate.cost.planned_increase

import data.tollgate.lib.finding
import data.tollgate.lib.increase

deny contains finding.of(increase.denied(input.planned, limits))

require_approval contains increase.awaiting(input.planned, limits)

limits := input.settings.thresholds.cost
