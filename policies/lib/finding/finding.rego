# METADATA
# title: Findings
# description: What every rule does to a finding before the gate gets it.
package tollgate.lib.finding

# A finding without the fields that are not known: to the gate, a field is there with a value or not at all.
of(fields) := fields if {
	not null in fields
} else := {name: value | some name, value in fields; value != null}

# The same with who must approve; anybody but the author may where no group is known.
awaiting(fields, group, people) := object.union(of(fields), {"approval": {"group": group, "count": people}}) if {
	group != null
} else := object.union(of(fields), {"approval": {"count": people}})
