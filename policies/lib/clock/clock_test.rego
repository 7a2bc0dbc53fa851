package tollgate.lib.clock_test

import data.tollgate.lib.clock
import data.tollgate.lib.testing

test_times_go_to_seconds_and_back if {
	clock.seconds_of("2026-11-21T10:00:00Z") == 1795255200
	clock.seconds_of("2026-11-21T11:00:00.999999999+01:00") == 1795255200
	clock.timestamp_of(1795255200) == "2026-11-21T10:00:00Z"
	clock.timestamp_of(1798761599) == "2026-12-31T23:59:59Z"
	clock.timestamp_of(1709181000) == "2024-02-29T04:30:00Z"
}

test_ages_count_from_the_time_to_judge_by if {
	clock.age_seconds("2026-11-21T09:59:00Z") == 60 with input as testing.healthy
	clock.age_seconds("2026-11-21T10:01:00Z") == -60 with input as testing.healthy
	clock.in_seconds(300) == "2026-11-21T10:05:00Z" with input as testing.healthy
	clock.in_seconds(null) == null with input as testing.healthy
}
