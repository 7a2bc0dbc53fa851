//! Series that are being fetched, from when the first one needs them until the last one has them.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
};

use tollgate_core::slo::{Measure, Metric, Plan, Quality, Snapshot, Tier, TierSeries};

use crate::answer::Answer;

/// A metric as it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Need<'a> {
    pub(crate) metric: &'a Metric,
    /// Which plan it is fetched by.
    pub(crate) plan_index: usize,
    /// Are its values measured, and no counts?
    pub(crate) measured: bool,
}

/// The series of the metrics that are needed, each as long as it is.
#[derive(Debug, Default)]
pub(crate) struct Held<'a> {
    of: HashMap<Need<'a>, Entry>,
}

#[derive(Debug)]
struct Entry {
    series: Series,
    /// Tiers that are not there yet.
    missing: usize,
    /// The turns that wait for it, once for each time that they need it.
    waiting: Vec<u64>,
    /// How often it is still to be handed out.
    uses: usize,
}

#[derive(Debug, Clone)]
enum Series {
    Counts(Vec<TierSeries>),
    Measures(Vec<TierSeries<Measure>>),
}

impl<'a> Held<'a> {
    /// A turn needs a metric. `first` says that it must be asked for, `ready` that it is there already.
    pub(crate) fn need(&mut self, need: Need<'a>, plan: &Plan, turn: u64) -> Needed {
        let first = !self.of.contains_key(&need);
        let entry = self.of.entry(need).or_insert_with(|| {
            let tiers = plan.by(need.metric.resolution).tiers().len();
            // Places only: what is to come takes its own memory when it comes.
            let series = if need.measured { Series::Measures(nothing(tiers)) } else { Series::Counts(nothing(tiers)) };
            Entry { series, missing: tiers, waiting: Vec::new(), uses: 0 }
        });
        entry.uses += 1;
        let ready = entry.missing == 0;
        if !ready {
            entry.waiting.push(turn);
        }
        Needed { first, ready }
    }

    /// Takes one tier of a metric out of the answer to a call, and gives the turns that have waited for just this.
    pub(crate) fn take(
        &mut self,
        need: Need<'a>,
        (tier_index, tier): (usize, &Tier),
        answer: &mut Answer,
        index: usize,
    ) -> Vec<u64> {
        let Some(entry) = self.of.get_mut(&need) else {
            return Vec::new();
        };
        match &mut entry.series {
            Series::Counts(tiers) => put(tiers, tier_index, answer.series(index, tier)),
            Series::Measures(tiers) => put(tiers, tier_index, answer.series(index, tier)),
        }
        entry.missing = entry.missing.saturating_sub(1);
        if entry.missing == 0 { mem::take(&mut entry.waiting) } else { Vec::new() }
    }

    /// Hands out what one user needed; what nobody else does is held no longer.
    pub(crate) fn snapshot(&mut self, needs: &[Need<'a>], plan: &Plan) -> Snapshot {
        let (mut series, mut measures) = (BTreeMap::new(), BTreeMap::new());
        for need in needs {
            let handed = match self.of.get_mut(need) {
                Some(entry) if entry.uses > 1 => {
                    entry.uses -= 1;
                    Some(entry.series.clone())
                }
                _ => self.of.remove(need).map(|entry| entry.series),
            };
            match handed {
                Some(Series::Counts(tiers)) => drop(series.insert(need.metric.clone(), tiers)),
                Some(Series::Measures(tiers)) => drop(measures.insert(need.metric.clone(), tiers)),
                None => {}
            }
        }
        Snapshot { plan: plan.clone(), series, measures }
    }
}

/// What it means for a turn that it needs a metric.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needed {
    pub(crate) first: bool,
    pub(crate) ready: bool,
}

fn nothing<T>(tiers: usize) -> Vec<TierSeries<T>> {
    let none = || TierSeries { values: Vec::new(), quality: Quality::Failed("nothing came".to_owned()) };
    std::iter::repeat_with(none).take(tiers).collect()
}

fn put<T>(tiers: &mut [TierSeries<T>], index: usize, series: TierSeries<T>) {
    if let Some(place) = tiers.get_mut(index) {
        *place = series;
    }
}
