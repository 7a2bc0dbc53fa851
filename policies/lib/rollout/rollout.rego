# METADATA
# title: What kind of rollout it is
# description: The words that rules use for a rollout. Whatever is not known counts as the riskiest that it could be.
package tollgate.lib.rollout

# It makes things better: what would stop a feature may go ahead.
mending(rollout) if rollout.purpose in {"fix", "rollback"}

critical(service) if not service.tier == "tier_3"

# As its caller says; and when the caller says nothing, a feature where users notice is risky.
risky(rollout, _) if rollout.risky == true

risky(rollout, service) if {
	rollout.risky == null
	rollout.purpose == "feature"
	critical(service)
}
