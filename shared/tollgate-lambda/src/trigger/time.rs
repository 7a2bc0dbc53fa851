//! Times as AWS writes them, which is not always RFC 3339.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use tollgate_core::Timestamp;

use crate::problem::Problem;

/// How far ahead of our clock a time may be. One far ahead would make everything after it look old.
const MAX_AHEAD: TimeDelta = TimeDelta::hours(1);

/// The first of these texts that is a time.
///
/// # Errors
/// When none is, or it is ahead of the clock.
pub(super) fn first(path: &str, texts: &[Option<&str>], now: Timestamp) -> Result<Timestamp, Problem> {
    let Some(time) = texts.iter().copied().flatten().find_map(parse) else {
        return Err(Problem::field(path, "should be a time such as `2026-03-29T00:30:00.000+0000`"));
    };
    if time.signed_duration_since(now) > MAX_AHEAD {
        let detail = format!("{time} is more than an hour ahead of the clock, which says {now}");
        return Err(Problem::field(path, detail));
    }
    Ok(time)
}

/// RFC 3339; the same with an offset without a colon, which CloudWatch sends; the same without an offset, in UTC. Some
/// tools put spaces behind the colons.
fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace(": ", ":");
    DateTime::parse_from_rfc3339(&text)
        .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%#z"))
        .map(|time| time.with_timezone(&Utc))
        .or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc()))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{first, parse};

    #[test]
    fn every_spelling_of_a_time_is_read() {
        let expected = "2026-03-29T00:30:05.120Z".parse().unwrap();
        for text in [
            "2026-03-29T00:30:05.120+0000",
            "2026-03-29T00:30:05.12Z",
            "2026-03-29T02:30:05.120+0200",
            "2026-03-29T02:30:05.120+02:00",
            "2026-03-29T00:30:05.120+00",
            "2026-03-29 00:30:05.120Z",
            "2026-03-29T00:30:05.120",
            " 2026-03-29T00: 30: 05.120+0000 ",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "2026-02-30T00:00:00Z", "1774744205", "2026-03-29"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_far_ahead_of_the_clock_is_refused() {
        let now = "2026-03-29T00:00:00Z".parse().unwrap();
        assert!(first("time", &[Some("2026-03-29T01:00:00Z")], now).is_ok());
        let problem = first("time", &[Some("2026-03-29T01:00:01Z")], now).unwrap_err();
        assert!(problem.detail.contains("ahead of the clock"), "{}", problem.detail);
        assert!(first("time", &[Some("9999-12-31T23:59:59Z")], now).is_err());
        assert!(first("time", &[None, Some("odd"), Some("2026-03-28T00:00:00Z")], now).is_ok());
        assert!(first("time", &[None, Some("odd")], now).is_err());
    }
}
