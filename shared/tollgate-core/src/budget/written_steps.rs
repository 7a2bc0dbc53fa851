//! Steps as they are written.

use serde_saphyr::{Location, Spanned};

use super::{Enforcement, Step, StepKind, document::StepEntry, reader::Reader};
use crate::money::{excerpt, rounded};

/// Ten times the budget: nobody waits for more.
const MOST_SHARE_PPM: u64 = 10_000_000;
/// A step below a percent is a share that was written as a fraction.
const LEAST_SHARE_PPM: u64 = 10_000;

impl Reader<'_> {
    pub(super) fn steps(&mut self, at: &Location, entries: &[Spanned<StepEntry>]) -> Option<Vec<Step>> {
        if entries.is_empty() {
            let message = "no `steps`: write for example `steps: [{percent: 75, of: actual, enforcement: approve}]`";
            return self.refuse(at, message);
        }
        let mut steps: Vec<Step> = Vec::new();
        for entry in entries {
            let step = self.step(&entry.value)?;
            let (kind, percent) = (step.kind.as_str(), excerpt(&entry.value.percent.value));
            if let Some(last) = steps.iter().rfind(|last| last.kind == step.kind) {
                let reason = match () {
                    () if step.share_ppm == last.share_ppm => Some("is there twice: remove one"),
                    () if step.share_ppm < last.share_ppm => Some("is behind a larger one: write them in order"),
                    () if step.enforcement < last.enforcement => {
                        Some("does less than the one before it: a later step may only be stricter")
                    }
                    () => None,
                };
                if let Some(reason) = reason {
                    return self.refuse(&entry.defined, format!("the step at {percent} % of {kind} {reason}"));
                }
            }
            steps.push(step);
        }
        steps.sort_by_key(|step| (step.kind, step.share_ppm));
        Some(steps)
    }

    fn step(&mut self, entry: &StepEntry) -> Option<Step> {
        let kind = [StepKind::Actual, StepKind::Forecast].into_iter().find(|kind| kind.as_str() == entry.of.value);
        let enforcement = [Enforcement::Inform, Enforcement::Approve, Enforcement::Freeze]
            .into_iter()
            .find(|enforcement| enforcement.as_str() == entry.enforcement.value);
        if kind.is_none() {
            let message = format!("`of` cannot be `{}`: write `actual` or `forecast`", excerpt(&entry.of.value));
            self.refuse::<()>(&entry.of.defined, message);
        }
        if enforcement.is_none() {
            let message = format!(
                "`enforcement` cannot be `{}`: write `inform`, `approve` or `freeze`",
                excerpt(&entry.enforcement.value)
            );
            self.refuse::<()>(&entry.enforcement.defined, message);
        }
        // A percentage in millionths, of which ten thousand are one part per million of the whole.
        let share = rounded(&entry.percent.value, 4).ok().and_then(|parts| u64::try_from(parts).ok());
        let exact = rounded(&entry.percent.value, 9).ok().is_some_and(|fine| fine % 100_000 == 0);
        let share = share.filter(|share| exact && (LEAST_SHARE_PPM..=MOST_SHARE_PPM).contains(share));
        if share.is_none() {
            let message = format!(
                "`percent` cannot be `{}`: write 1 to 1000, with up to four decimals: 25 is a quarter",
                excerpt(&entry.percent.value)
            );
            self.refuse::<()>(&entry.percent.defined, message);
        }
        Some(Step { kind: kind?, share_ppm: share?, enforcement: enforcement? })
    }
}
