package tollgate.lib.finding_test

import data.tollgate.lib.finding

test_what_is_not_known_is_left_out if {
	finding.of({"message": "m", "owner": null, "observed": {"x": null}}) == {"message": "m", "observed": {"x": null}}
}

test_an_approval_names_its_group_where_there_is_one if {
	asked := finding.awaiting({"message": "m", "since": null}, "sre", 2)
	asked == {"message": "m", "approval": {"group": "sre", "count": 2}}
	finding.awaiting({"message": "m"}, null, 1) == {"message": "m", "approval": {"count": 1}}
}
