//! What is looked at one after the other, in which order, and how far that came.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tollgate_core::{Timestamp, digest};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Document, Expect, LedgerError, Put};

use crate::{House, suspects::Trying, unavailable};

/// What is to be looked at, by name: services, or budgets.
#[derive(Debug, Clone)]
pub struct Round {
    /// Names it: the same when it is gone on with.
    pub key: String,
    /// The names.
    pub names: BTreeSet<String>,
    /// In these environments only; what that means where none is named is for the gate to say.
    pub environments: Vec<String>,
    /// Does the next round of the same begin where this one is cut off?
    pub keeps_place: bool,
    /// The time that it is for, where a schedule says it.
    pub scheduled_at: Option<Timestamp>,
}

/// How far a round came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    round: String,
    /// What it began with.
    first: String,
    /// The last that was looked at; empty when nothing was.
    pub after: String,
    /// Was everything looked at?
    pub finished: bool,
    /// What a run is at; none when it came to its end.
    #[serde(default)]
    pub trying: Option<Trying>,
    /// What ended the process that looked at it, and until when it is left out.
    #[serde(default)]
    pub left_out: BTreeMap<String, Timestamp>,
}

impl Round {
    /// What is still to be looked at: what a round that was cut off has left, or all, beginning behind
    /// where another round was cut off, so that each has its turn.
    pub fn order(&self, place: Option<&Place>) -> Vec<String> {
        let unfinished = place.filter(|place| !place.finished);
        let Some(place) = unfinished else { return self.names.iter().cloned().collect() };
        let goes_on = place.round == self.key;
        let begins_at = goes_on || place.after.is_empty();
        let first = if begins_at { &place.first } else { &place.after };
        // What comes before the first has its turn after the last.
        let turn = |name: &String| (if begins_at { name < first } else { name <= first }, name.clone());
        let mut names: Vec<String> = self.names.iter().cloned().collect();
        names.sort_by_key(turn);
        if goes_on && !place.after.is_empty() {
            let done = turn(&place.after);
            names.retain(|name| turn(name) > done);
        }
        names
    }

    /// Where it is before any of these is looked at.
    pub fn place(&self, before: Option<&Place>, order: &[String]) -> Place {
        let of_this_round = before.filter(|place| place.round == self.key && !place.finished);
        let first = of_this_round.map(|place| &place.first).or(order.first());
        Place {
            round: self.key.clone(),
            first: first.cloned().unwrap_or_default(),
            after: of_this_round.map(|place| place.after.clone()).unwrap_or_default(),
            finished: order.is_empty(),
            trying: None,
            left_out: before.map(|place| place.left_out.clone()).unwrap_or_default(),
        }
    }

    fn document(&self, gate: &str) -> Result<(Collection, String), Problem> {
        let scope = digest::of_json(&(&self.names, &self.environments));
        let scope = scope.map_err(|error| unavailable("what is looked at cannot be named", &error))?;
        Ok((Collection::of(&["round", gate]), scope))
    }
}

impl Place {
    /// Notes that one of these was looked at.
    pub fn pass(&mut self, order: &[String], name: &str) {
        name.clone_into(&mut self.after);
        self.finished = order.last().is_some_and(|last| last == name);
    }
}

impl House {
    /// How far the last round of the same came; none when that cannot be read.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn place(&self, round: &Round) -> Result<Option<Place>, Problem> {
        if !round.keeps_place {
            return Ok(None);
        }
        let (sweeps, scope) = round.document(self.gate().as_str())?;
        let place = match self.ledger.document(&sweeps, &scope).await {
            Err(error @ LedgerError::Unreadable { .. }) => {
                tracing::error!(%error, "the round begins with the first");
                Ok(None)
            }
            place => place,
        };
        let place = place.map_err(|error| unavailable("the last round's place cannot be read", &error))?;
        Ok(place.map(|place: Document<Place>| place.value))
    }

    /// Notes how far a round came. Of two rounds at a time the later note stands; at worst something is looked at twice.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn mark(&self, round: &Round, place: &Place) -> Result<(), Problem> {
        if !round.keeps_place {
            return Ok(());
        }
        let (sweeps, scope) = round.document(self.gate().as_str())?;
        let failed = |error| unavailable("the round's place cannot be noted", &error);
        let put = Put::new(&sweeps, &scope, Expect::Anything, place).map_err(failed)?;
        let commit = Commit { at: self.clock.now(), puts: vec![put], notices: Vec::new() };
        self.ledger.commit(commit).await.map(|_| ()).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::collections::BTreeMap;

    use super::{Place, Round};

    fn round(key: &str, names: &[&str]) -> Round {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Round { key: key.into(), names, environments: Vec::new(), keeps_place: true, scheduled_at: None }
    }

    fn place(round: &str, first: &str, after: &str, finished: bool) -> Place {
        let (trying, left_out) = (None, BTreeMap::new());
        Place { round: round.into(), first: first.into(), after: after.into(), finished, trying, left_out }
    }

    #[test]
    fn what_was_cut_off_is_gone_on_with() {
        let all = ["a", "b", "c", "d"];
        assert_eq!(round("1", &all).order(None), all);
        assert_eq!(round("1", &all).order(Some(&place("1", "a", "b", false))), ["c", "d"]);
        assert_eq!(round("1", &all).order(Some(&place("1", "c", "d", false))), ["a", "b"]);
        assert_eq!(round("1", &all).order(Some(&place("1", "c", "a", false))), ["b"]);
    }

    #[test]
    fn the_next_round_begins_where_another_was_cut_off() {
        let all = ["a", "b", "c", "d"];
        assert_eq!(round("2", &all).order(Some(&place("1", "a", "b", false))), ["c", "d", "a", "b"]);
        assert_eq!(round("2", &all).order(Some(&place("1", "a", "d", true))), all);
    }

    proptest! {
        /// However often it is cut off, and whatever comes and goes meanwhile, each service that stays is looked at once.
        #[test]
        fn every_service_has_its_turn_once(
            count in 1..40_usize, began_after in 0..40_usize, cuts in proptest::collection::vec(1..7_usize, 40),
        ) {
            let names: Vec<String> = (0..count).map(|index| format!("s{index:02}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut last = Some(place("0", "s00", &format!("s{began_after:02}"), false));
            let (round, mut seen) = (round("1", &names), Vec::new());
            for cut in cuts {
                let order = round.order(last.as_ref());
                let Some(after) = order.iter().take(cut).next_back() else { break };
                seen.extend(order.iter().take(cut).cloned());
                let mut next = round.place(last.as_ref(), &order);
                next.pass(&order, after);
                let finished = next.finished;
                last = Some(next);
                if finished {
                    break;
                }
            }
            seen.sort();
            prop_assert_eq!(seen, names);
        }
    }
}
