package tollgate.change.emergency_test

import data.tollgate.change.emergency
import data.tollgate.lib.testing

test_an_emergency_with_incident_owes_a_review if {
	facts := testing.facts(testing.emergency)
	denied := emergency.deny with input as facts
	count(denied) == 0
	found := emergency.warn with input as facts
	testing.only(found).message == "emergency change for incident `INC-7`: a review is owed afterwards"
	testing.only(found).observed == {"incident": "INC-7"}
}

test_an_emergency_without_incident_is_denied if {
	every incident in [null, "", "  "] {
		facts := testing.change({"type": "emergency", "incident": incident})
		found := emergency.deny with input as facts
		testing.only(found).message == "an `emergency` change names the incident that it mends, and this one names none"
		warned := emergency.warn with input as facts
		count(warned) == 0
	}
}

test_other_changes_need_no_incident if {
	every patch in [{}, testing.standard, {"change": {"incident": "INC-7"}}] {
		denied := emergency.deny with input as testing.facts(patch)
		count(denied) == 0
		warned := emergency.warn with input as testing.facts(patch)
		count(warned) == 0
	}
}
