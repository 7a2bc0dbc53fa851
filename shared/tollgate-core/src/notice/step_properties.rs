//! What holds for every series of evaluations.

use proptest::prelude::*;

use super::{
    Level, Notice, NoticeKind, State, step,
    step_tests::{CONFIG, at, report},
};

fn levels() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Ok), Just(Level::Unknown), Just(Level::Ticket), Just(Level::Page)]
}

/// One evaluation each minute, of two objectives.
fn series(minutes: usize) -> impl Strategy<Value = Vec<[Level; 2]>> {
    prop::collection::vec([levels(), levels()], minutes)
}

fn run(state: &mut Option<State>, series: &[[Level; 2]]) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (minute, [a, b]) in (0..).zip(series) {
        let step = step(state.take(), &report(minute, &[("slo/a", *a), ("slo/b", *b)]), &CONFIG);
        notices.extend(step.notice);
        *state = Some(step.state);
    }
    notices
}

/// Most notices of a day: two that get worse, to ticket and to page, for each objective and each hour's recovery.
const MOST: usize = 2 * 2 * 25 + 2 * 24;

#[test]
fn a_day_of_flapping_every_minute_is_one_notice() {
    for (bad, minutes) in [(Level::Page, 1), (Level::Ticket, 1), (Level::Unknown, 2)] {
        let day = (0..1440).map(|minute| if minute / minutes % 2 == 0 { [Level::Ok; 2] } else { [bad; 2] });
        assert_eq!(run(&mut None, &day.collect::<Vec<_>>()).len(), 1, "{bad:?}");
    }
}

/// The worst that there is: well for as long as it takes to be believed, then bad again.
#[test]
fn the_worst_flapping_of_a_day_is_bounded() {
    let day: Vec<_> =
        (0..1440).map(|minute| if minute % 61 == 0 { [Level::Page; 2] } else { [Level::Ok; 2] }).collect();
    let notices = run(&mut None, &day);
    assert!((40..=48).contains(&notices.len()), "{}", notices.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_notice_is_a_change_and_none_comes_twice(series in series(300)) {
        let notices = run(&mut None, &series);
        let mut told = std::collections::BTreeMap::new();
        for notice in &notices {
            prop_assert!(!notice.changes.is_empty());
            for change in &notice.changes {
                let before = told.insert(change.subject.clone(), change.to).unwrap_or(Level::Ok);
                prop_assert_eq!(before, change.from);
                prop_assert_ne!(change.from, change.to);
            }
            let nothing_open = told.values().all(|level| *level == Level::Ok);
            prop_assert_eq!(notice.kind == NoticeKind::Resolved, nothing_open);
        }
        let ids: std::collections::BTreeSet<_> = notices.iter().map(|notice| &notice.id).collect();
        prop_assert_eq!(ids.len(), notices.len());
    }

    #[test]
    fn any_day_is_bounded(hours in prop::collection::vec(series(60), 4)) {
        let series: Vec<_> = hours.into_iter().cycle().take(24).flatten().collect();
        prop_assert!(run(&mut None, &series).len() <= MOST);
    }

    #[test]
    fn a_series_that_comes_again_says_nothing_new(series in series(200)) {
        let mut state = None;
        run(&mut state, &series);
        let before = state.clone();
        prop_assert_eq!(run(&mut state, &series), []);
        prop_assert_eq!(state, before);
    }

    /// What is left out of the ledger while all is well is not missed.
    #[test]
    fn what_need_not_be_kept_is_not_missed(series in series(200), calm in 0_usize..100) {
        let mut series = series;
        series.iter_mut().skip(calm).step_by(2).for_each(|levels| *levels = [Level::Ok; 2]);
        series.iter_mut().take(calm).for_each(|levels| *levels = [Level::Ok; 2]);
        let mut kept: Option<State> = None;
        let mut notices = Vec::new();
        for (minute, [a, b]) in (0..).zip(&series) {
            let step = step(kept.clone(), &report(minute, &[("slo/a", *a), ("slo/b", *b)]), &CONFIG);
            prop_assert!(step.keep || step.notice.is_none());
            notices.extend(step.notice);
            if step.keep {
                kept = Some(step.state);
            }
        }
        prop_assert_eq!(notices, run(&mut None, &series));
    }

    /// Somebody has been told of whatever is bad; of what is not known, when it was so twice.
    #[test]
    fn what_is_bad_is_announced_at_least_as_bad(series in series(200)) {
        let mut state = None;
        run(&mut state, &series);
        let state = state.unwrap();
        for subject in state.subjects.values() {
            let gap = subject.observed == Level::Unknown && subject.evaluations < CONFIG.hold_evaluations;
            prop_assert!(gap || subject.announced.weight() >= subject.observed.weight());
        }
    }

    /// Not even one that says that all is well: neither blind, nor when too little came since it was bad.
    #[test]
    fn nothing_is_lowered_by_what_does_not_know_it(
        spans in prop::collection::vec((levels(), any::<bool>(), prop::option::of(0_i64..99), 1_usize..99), 12),
    ) {
        let series = spans.into_iter().flat_map(|(level, is_unseen, calm_for, minutes)| {
            std::iter::repeat_n((level, is_unseen, calm_for), minutes)
        });
        let mut state: Option<State> = None;
        let mut paged_at = None;
        for (minute, (level, is_unseen, calm_for)) in (0..).zip(series) {
            let mut seen = report(minute, &[("slo/a", level)]);
            seen.observations[0].is_unseen = is_unseen;
            let calm_since = calm_for.map(|minutes| at(minute - minutes));
            seen.observations[0].calm_since = calm_since;
            let before = state.as_ref().map_or(Level::Ok, State::announced);
            let after = step(state.take(), &seen, &CONFIG).state;
            if after.announced().weight() < before.weight() {
                prop_assert!(!is_unseen, "{minute}");
                prop_assert!(before != Level::Page || calm_since.is_some_and(|since| Some(since) >= paged_at));
            }
            if level == Level::Page {
                paged_at = Some(at(minute));
            }
            state = Some(after);
        }
    }
}
