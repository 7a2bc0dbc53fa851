//! Other changes, as a fact.

use num_rational::Ratio;
use num_traits::ToPrimitive;

use crate::{
    decision::Verdict,
    evidence::Evidence,
    facts::{HistoryFact, OutcomeResult, PastChange},
};

/// How many changes a fact shows one by one.
const SHOWN: usize = 20;

/// Sums up the decisions about a service in an environment, newest first. Of several decisions about one change the
/// newest that was allowed counts, so asking twice is not two changes.
pub fn history_fact(evidence: Evidence, window_seconds: u64, change_id: &str, changes: &[PastChange]) -> HistoryFact {
    let this_change = changes.iter().filter(|past| past.change_id == change_id).take(SHOWN).cloned().collect();
    let mut allowed: Vec<&PastChange> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for past in changes.iter().filter(|past| past.verdict == Verdict::Allow) {
        if past.outcome.is_some() || seen.insert(past.change_id.as_str()) {
            seen.insert(past.change_id.as_str());
            allowed.push(past);
        }
    }
    let failed =
        |past: &PastChange| past.outcome.as_ref().is_some_and(|outcome| outcome.result != OutcomeResult::Succeeded);
    let with_outcome = count(allowed.iter().filter(|past| past.outcome.is_some()));
    let failures = count(allowed.iter().filter(|past| failed(past)));
    // An outcome concludes what was allowed before it was reported, not a later run under the same id.
    let concluded = |past: &PastChange| {
        allowed
            .iter()
            .filter(|other| other.change_id == past.change_id)
            .filter_map(|other| other.outcome.as_ref())
            .any(|outcome| outcome.reported_at >= past.evaluated_at)
    };
    let in_progress = allowed
        .iter()
        .filter(|past| past.change_id != change_id && !concluded(past))
        .take(SHOWN)
        .map(|past| (*past).clone())
        .collect();
    HistoryFact {
        evidence,
        window_seconds,
        this_change,
        in_progress,
        allowed: count(allowed.iter()),
        with_outcome,
        failed: failures,
        failure_rate_ppm: rate_ppm(failures, with_outcome),
        last_failure: allowed.iter().find(|past| failed(past)).map(|past| (*past).clone()),
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}

/// Change failure rate in parts per million, rounded up.
fn rate_ppm(failed: u64, of: u64) -> Option<u64> {
    (of > 0)
        .then(|| Ratio::new(u128::from(failed) * 1_000_000, u128::from(of)).ceil().to_integer())
        .and_then(|ppm| ppm.to_u64())
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone, Utc};

    use super::history_fact;
    use crate::{
        decision::Verdict,
        evidence::Evidence,
        facts::{HistoryFact, Outcome, OutcomeResult, PastChange},
    };

    fn past(id: &str, minutes_ago: i64, verdict: Verdict, result: Option<OutcomeResult>) -> PastChange {
        let at = Utc.with_ymd_and_hms(2026, 11, 21, 9, 0, 0).unwrap() - Duration::minutes(minutes_ago);
        PastChange {
            decision_id: format!("{id}@{minutes_ago}"),
            change_id: id.into(),
            service: "pay".into(),
            environment: "production".into(),
            author: "github:1".into(),
            verdict,
            evaluated_at: at,
            outcome: result.map(|result| Outcome { result, reported_at: at }),
        }
    }

    fn fact(changes: &[PastChange]) -> HistoryFact {
        history_fact(Evidence::ok("history", "ledger", None), 86_400, "pay/9", changes)
    }

    #[test]
    fn the_failure_rate_is_over_changes_with_an_outcome() {
        use OutcomeResult::{Failed, RolledBack, Succeeded};
        let fact = fact(&[
            past("pay/8", 1, Verdict::Allow, None),
            past("pay/7", 2, Verdict::Allow, Some(RolledBack)),
            past("pay/6", 3, Verdict::Deny, None),
            past("pay/5", 4, Verdict::Allow, Some(Failed)),
            past("pay/4", 5, Verdict::Allow, Some(Succeeded)),
        ]);
        assert_eq!((fact.allowed, fact.with_outcome, fact.failed), (4, 3, 2));
        assert_eq!(fact.failure_rate_ppm, Some(666_667), "two of three, rounded up");
        assert_eq!(fact.last_failure.unwrap().change_id, "pay/7");
        assert_eq!(fact.in_progress.len(), 1);
    }

    #[test]
    fn without_outcomes_the_rate_is_not_known() {
        assert_eq!(fact(&[past("pay/8", 1, Verdict::Allow, None)]).failure_rate_ppm, None);
    }

    #[test]
    fn asking_twice_is_one_change_and_the_own_one_does_not_collide() {
        let mut concluded = past("pay/7", 6, Verdict::Allow, Some(OutcomeResult::Succeeded));
        concluded.outcome.as_mut().unwrap().reported_at += Duration::minutes(2);
        let fact = fact(&[
            past("pay/8", 1, Verdict::Allow, None),
            past("pay/8", 2, Verdict::Allow, None),
            past("pay/9", 3, Verdict::Allow, None),
            past("pay/9", 4, Verdict::Pending, None),
            past("pay/7", 5, Verdict::Allow, None),
            concluded,
            past("pay/6", 7, Verdict::Allow, None),
            past("pay/6", 8, Verdict::Allow, Some(OutcomeResult::Succeeded)),
        ]);
        let ids: Vec<_> = fact.in_progress.iter().map(|past| past.change_id.as_str()).collect();
        assert_eq!(
            ids,
            ["pay/8", "pay/6"],
            "pay/7 was concluded under its first decision, pay/6 began anew after its outcome"
        );
        assert_eq!(fact.this_change.len(), 2);
    }
}
