# METADATA
# title: A rule
# description: It says something.
# custom: {owner: reliability, effect: require_approval, remediation: Mend it., runbook: https://r.example.com/r, mode: shadow}
package tollgate.change.fuzz

limit := 5

require_approval contains {"message": "many", "approval": {"count": 2}} if count({a | a := input.approvals[_].by}) < limit
warn contains {"message": concat(", ", [x | some x in input.change.links; startswith(x, "http:")])} if every l in input.change.links { l != "" } else := {"message": "no"}
