//! What ends the process that looks at it: it runs out of memory, or aborts. Each is found by being looked at alone, and
//! then left out, so that those behind it have their turn.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tollgate_core::Timestamp;

use crate::round::Place;

/// How often something is looked at alone, and ends the process, before it is left out.
const TRIES: u32 = 2;
/// How many may have ended a process that looked at many: it was noted, some hundred ago at most, how far it came.
const SUSPECTS: usize = 200;
/// For how long it is left out.
pub const LEFT_OUT: TimeDelta = TimeDelta::hours(1);

/// What a run is at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trying {
    /// What is looked at alone; none while many are.
    pub name: Option<String>,
    /// How often it has been, with this time.
    pub tries: u32,
    /// The request that the run is for.
    pub by: String,
    /// When the run is over, if it is not before.
    pub until: Timestamp,
}

/// What is looked at in one go.
#[derive(Debug, PartialEq, Eq)]
pub enum Batch {
    /// Many at a time.
    Together(Vec<String>),
    /// By itself, for which time.
    Alone(String, u32),
    /// Not at all.
    LeftOut(String),
}

impl Batch {
    /// Its names.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Together(names) => names,
            Self::Alone(name, _) | Self::LeftOut(name) => std::slice::from_ref(name),
        }
    }

    /// What is noted before it is looked at; none of what is not.
    pub fn trying(&self, by: &str, until: Timestamp) -> Option<Trying> {
        let (name, tries) = match self {
            Self::Together(_) => (None, 1),
            Self::Alone(name, tries) => (Some(name.clone()), *tries),
            Self::LeftOut(_) => return None,
        };
        Some(Trying { name, tries, by: by.to_owned(), until })
    }
}

/// How these are looked at by this request. What the last run was at when it ended, without coming to its end,
/// is looked at alone: one, or the first that it had not passed.
pub fn batches(order: &[String], place: Option<&Place>, by: &str, now: Timestamp) -> Vec<Batch> {
    // Another run may still be at it; this request is no other.
    let died = place.and_then(|place| place.trying.as_ref()).filter(|trying| trying.by == by || trying.until <= now);
    let left_out = |name: &String| place.and_then(|place| place.left_out.get(name));
    let mut batches: Vec<Batch> = Vec::new();
    for (index, name) in order.iter().enumerate() {
        let tries = match died {
            Some(trying) if trying.name.as_ref() == Some(name) => Some(trying.tries + 1),
            Some(Trying { name: None, .. }) if index < SUSPECTS => Some(1),
            // Once more after its time: what ended the process before may not do so again.
            _ => left_out(name).map(|_| TRIES),
        };
        let is_left_out = left_out(name).is_some_and(|until| *until > now) || tries.is_some_and(|tries| tries > TRIES);
        match (tries, batches.last_mut()) {
            _ if is_left_out => batches.push(Batch::LeftOut(name.clone())),
            (Some(tries), _) => batches.push(Batch::Alone(name.clone(), tries)),
            (None, Some(Batch::Together(names))) => names.push(name.clone()),
            (None, _) => batches.push(Batch::Together(vec![name.clone()])),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use tollgate_core::Timestamp;

    use super::{Batch, LEFT_OUT, Trying, batches};
    use crate::round::{Place, Round};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_timestamp(1_795_255_800 + minutes * 60, 0).unwrap()
    }

    fn round(key: &str, count: usize) -> Round {
        let names = (0..count).map(|index| format!("s{index:02}")).collect();
        Round { key: key.into(), names, environments: Vec::new(), keeps_place: true, scheduled_at: None }
    }

    /// A run that dies when it looks at one of these; gives the place that it leaves, what it looked at and what it left
    /// out.
    fn run(
        round: &Round,
        before: Option<&Place>,
        deadly: &BTreeSet<String>,
        by: &str,
        now: Timestamp,
    ) -> (Place, Vec<String>, Vec<String>) {
        let order = round.order(before);
        let mut place = round.place(before, &order);
        let (mut looked, mut left_out) = (Vec::new(), Vec::new());
        for batch in batches(&order, before, by, now) {
            place.trying = batch.trying(by, now + chrono::TimeDelta::minutes(4));
            if let Batch::LeftOut(name) = &batch {
                place.pass(&order, name);
                place.left_out.entry(name.clone()).or_insert(now + LEFT_OUT);
                left_out.push(name.clone());
                continue;
            }
            for name in batch.names() {
                if deadly.contains(name) {
                    return (place, looked, left_out);
                }
                looked.push(name.clone());
                if matches!(batch, Batch::Alone(..)) {
                    place.left_out.remove(name);
                }
                place.pass(&order, name);
            }
        }
        place.trying = None;
        (place, looked, left_out)
    }

    #[test]
    fn who_kills_is_found_alone_tried_twice_and_left_out_for_an_hour() {
        let deadly = ["s02".to_owned()].into();
        let mut place = None;
        let mut saw = Vec::new();
        for (index, minutes) in (1..).zip([0, 5, 10, 15, 20, 90]) {
            let run = run(&round(&index.to_string(), 5), place.as_ref(), &deadly, &index.to_string(), at(minutes));
            saw.push((run.1.join(" "), run.2.join(" ")));
            place = Some(run.0);
        }
        let saw: Vec<_> = saw.iter().map(|(looked, left_out)| (looked.as_str(), left_out.as_str())).collect();
        assert_eq!(
            saw,
            [
                ("s00 s01", ""),
                ("", ""),
                ("", ""),
                ("s03 s04 s00 s01", "s02"),
                ("s00 s01 s03 s04", "s02"),
                // Its hour is over: it has one more try.
                ("s00 s01", ""),
            ]
        );
    }

    #[test]
    fn a_run_that_still_goes_on_has_not_died() {
        let trying = Trying { name: None, tries: 1, by: "1".into(), until: at(4) };
        let mut place = round("1", 2).place(None, &["s00".into()]);
        place.trying = Some(trying);
        let order = ["s00".to_owned(), "s01".to_owned()];
        assert_eq!(batches(&order, Some(&place), "2", at(3)), [Batch::Together(order.to_vec())]);
        let alone = order.clone().map(|name| Batch::Alone(name, 1));
        assert_eq!(batches(&order, Some(&place), "2", at(4)), alone);
        assert_eq!(batches(&order, Some(&place), "1", at(1)), alone, "asked again, it is the same request");
    }

    proptest! {
        /// However many kill, the others are all looked at, in as many runs as it takes to find each.
        #[test]
        fn all_others_have_their_turn(count in 1..30_usize, deadly in proptest::collection::btree_set(0..30_usize, 0..4)) {
            let deadly: BTreeSet<String> = deadly.into_iter().map(|index| format!("s{index:02}")).collect();
            let (round, mut place, mut seen) = (round("1", count), None, BTreeSet::new());
            for attempt in 0..=(4 * deadly.len() as i64) {
                let (next, looked, _) = run(&round, place.as_ref(), &deadly, "1", at(attempt));
                seen.extend(looked);
                place = Some(next);
            }
            let expected: BTreeSet<String> = round.names.difference(&deadly).cloned().collect();
            prop_assert_eq!(seen, expected);
            prop_assert!(place.is_some_and(|place| place.finished));
        }
    }
}
