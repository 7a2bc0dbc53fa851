//! Times that calendars keep closed: windows that follow one another are one, so that no question is sent into the gap
//! between two of them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// An end is exclusive. Who writes `23:59` or `23:59:59` before a window that begins at midnight means midnight: a gap of at
/// most this length between two windows belongs to the first.
pub const SHORTEST_GAP_SECONDS: i64 = 60;
/// Closed times that facts carry, at most: they are for telling when to ask again, which is soon.
const MOST: usize = 32;

/// A time that is closed from its start to before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClosedTime {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends; null where that is beyond what the calendar was followed to.
    pub ends_at: Option<Timestamp>,
}

/// Ranges of seconds in order, without overlap; those with no gap worth the name between them are one.
pub(crate) fn joined(mut ranges: Vec<Range<i64>>) -> Vec<Range<i64>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<i64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(SHORTEST_GAP_SECONDS) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// The closed times from a time on, at most 32, of windows in seconds since 1970 that are known until another time.
pub(crate) fn closed_times(windows: Vec<Range<i64>>, at: Timestamp, known_until: Timestamp) -> Vec<ClosedTime> {
    let time = |seconds| Timestamp::from_timestamp(seconds, 0);
    let closed = joined(windows).into_iter().filter(|range| range.end > at.timestamp());
    closed
        .filter_map(|range| {
            let ends_at = time(range.end).filter(|end| *end < known_until);
            Some(ClosedTime { starts_at: time(range.start)?, ends_at })
        })
        .take(MOST)
        .collect()
}

/// The first time from one on that is not closed; none where that is not known.
pub fn open_from(closed: &[ClosedTime], at: Timestamp) -> Option<Timestamp> {
    // They are in order and do not touch, so one step leads out of all.
    let holds = |time: &&ClosedTime| time.starts_at <= at && time.ends_at.is_none_or(|end| at < end);
    closed.iter().find(holds).map_or(Some(at), |time| time.ends_at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ClosedTime, SHORTEST_GAP_SECONDS, closed_times, joined, open_from};
    use crate::Timestamp;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_gap_of_a_minute_is_none() {
        assert_eq!(joined(vec![100..200, 260..300, 361..400]), [100..300, 361..400]);
        assert_eq!(joined(vec![260..300, 100..290, 400..500]), [100..300, 400..500]);
    }

    #[test]
    fn what_is_over_is_not_listed() {
        for (now, listed) in [(199, true), (200, false)] {
            assert_eq!(!closed_times(vec![100..200], at(now), at(900)).is_empty(), listed, "{now}");
        }
    }

    #[test]
    fn what_ends_beyond_what_is_known_has_no_end() {
        let closed = closed_times(vec![100..200, 500..900], at(150), at(900));
        let expected = [
            ClosedTime { starts_at: at(100), ends_at: Some(at(200)) },
            ClosedTime { starts_at: at(500), ends_at: None },
        ];
        assert_eq!(closed, expected);
        assert_eq!(open_from(&closed, at(199)), Some(at(200)));
        assert_eq!(open_from(&closed, at(200)), Some(at(200)));
        assert_eq!(open_from(&closed, at(500)), None);
    }

    proptest! {
        /// However windows lie: the time that is given is in none of them, and every second before it is, or is in a gap
        /// that is no gap.
        #[test]
        fn the_first_open_time_is_open_and_the_first(
            starts in prop::collection::vec((0_i64..3000, 1_i64..400), 0..12), from in 0_i64..3000,
        ) {
            let windows: Vec<_> = starts.iter().map(|(start, length)| *start..start + length).collect();
            let closed = closed_times(windows.clone(), at(from), at(9000));
            let open = open_from(&closed, at(from)).unwrap().timestamp();
            let holds = |second: i64| windows.iter().any(|window| window.contains(&second));
            prop_assert!(open >= from && !holds(open));
            let near = |second: i64| (second - SHORTEST_GAP_SECONDS..=second + SHORTEST_GAP_SECONDS).any(holds);
            prop_assert!((from..open).all(near));
            // The windows' own order does not matter.
            let reversed = closed_times(windows.into_iter().rev().collect(), at(from), at(9000));
            prop_assert_eq!(closed, reversed);
        }
    }
}
