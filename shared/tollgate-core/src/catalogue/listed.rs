//! Waivers that somebody should look at.

use chrono::Days;

use super::{Catalogue, Freeze, waivers::LONGEST_DAYS};
use crate::{Timestamp, data::DataError, finding::Mode, waiver::Waiver};

impl Catalogue {
    /// Waivers that are over, not yet in force, beside another one, or for what holds nothing up.
    pub(super) fn of_waivers(&self, now: Timestamp) -> Vec<DataError> {
        let mut found = Vec::new();
        for (index, waiver) in self.waivers.iter().enumerate() {
            let mut note = |what: String| {
                let place =
                    self.waiver_places.get(index).cloned().unwrap_or_else(|| DataError::new("data/waivers", None, ""));
                found.push(DataError { message: format!("waiver `{}` {what}", waiver.id), ..place });
            };
            if waiver.expires_at <= now {
                note(format!("expired at {}: remove it", waiver.expires_at.to_rfc3339()));
                continue;
            }
            if let Some(starts_at) = waiver.starts_at.filter(|starts_at| *starts_at > now) {
                note(format!("is not yet in force: it begins at {}", starts_at.to_rfc3339()));
            }
            if let Some(other) = self.waivers.iter().take(index).find(|other| other.overlaps(waiver)) {
                note(format!("is for what `{}` is for at the same time: the one that lasts longest counts", other.id));
            }
            if self.settings_of(&waiver.service).modes.get(&waiver.rule) == Some(&Mode::Shadow) {
                note(format!("is not used: `{}` is in shadow mode for `{}`", waiver.rule, waiver.service));
            }
            if self
                .freezes
                .iter()
                .any(|freeze| Some(freeze.name()) == waiver.freeze.as_deref() && !freeze.meets(waiver))
            {
                note("is not used: its freeze is not in force at any time of it".to_owned());
            }
        }
        found
    }
}

impl Freeze {
    fn meets(&self, waiver: &Waiver) -> bool {
        let before = waiver.expires_at.checked_sub_days(Days::new(LONGEST_DAYS.unsigned_abs()));
        let starts_at = waiver.starts_at.or(before).unwrap_or(waiver.expires_at);
        !self.between(starts_at, waiver.expires_at).is_empty()
    }
}

impl Waiver {
    /// Are both in force for the same findings at some time?
    fn overlaps(&self, other: &Self) -> bool {
        let meet = |one: &[String], other: &[String]| {
            one.is_empty() || other.is_empty() || one.iter().any(|name| other.contains(name))
        };
        let same = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
        let before = |one: &Self, other: &Self| other.starts_at.is_none_or(|starts_at| starts_at < one.expires_at);
        self.rule == other.rule
            && self.service == other.service
            && meet(&self.environments, &other.environments)
            && same(&self.freeze, &other.freeze)
            && same(&self.objective, &other.objective)
            && same(&self.budget, &other.budget)
            && same(&self.change, &other.change)
            && before(self, other)
            && before(other, self)
    }
}
