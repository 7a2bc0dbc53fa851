# METADATA
# title: Evidence
# description: How evidence that cannot be relied on is spoken of.
package tollgate.lib.evidence

# Why it cannot be relied on, or why an approval does not count.
reason(judged) := judged.reason if {
	judged.reason != null
} else := "no reason was given"
