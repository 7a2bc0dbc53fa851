//! Amounts by day or month. A bill has hundreds of thousands of them, so each takes twenty bytes.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tollgate_core::spend::BilledAmount;

/// Amounts by day, or by the first day of a month; written as a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Amounts {
    /// In order, each once.
    days: Vec<NaiveDate>,
    /// As many.
    amounts: Vec<BilledAmount>,
}

impl Amounts {
    /// That of a day.
    pub fn get(&self, day: NaiveDate) -> Option<BilledAmount> {
        let at = self.days.binary_search(&day).ok()?;
        self.amounts.get(at).copied()
    }

    /// All of them, in the order of days.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (NaiveDate, BilledAmount)> {
        self.days.iter().copied().zip(self.amounts.iter().copied())
    }

    /// Puts in that of a day, and gives the one that it had. Days mostly come in order.
    pub(super) fn insert(&mut self, day: NaiveDate, amount: BilledAmount) -> Option<BilledAmount> {
        let at = match self.days.last() {
            Some(last) if *last >= day => self.days.binary_search(&day),
            _ => Err(self.days.len()),
        };
        match at {
            Ok(at) => self.amounts.get_mut(at).map(|before| std::mem::replace(before, amount)),
            Err(at) => {
                self.days.insert(at, day);
                self.amounts.insert(at, amount);
                None
            }
        }
    }

    /// The same without room for more.
    pub(super) fn fitted(mut self) -> Self {
        self.days.shrink_to_fit();
        self.amounts.shrink_to_fit();
        self
    }
}

impl FromIterator<(NaiveDate, BilledAmount)> for Amounts {
    fn from_iter<I: IntoIterator<Item = (NaiveDate, BilledAmount)>>(items: I) -> Self {
        let mut amounts = Self::default();
        for (day, amount) in items {
            amounts.insert(day, amount);
        }
        amounts.fitted()
    }
}

impl Serialize for Amounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Amounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDate;
    use proptest::prelude::*;
    use tollgate_core::spend::BilledAmount;

    use super::Amounts;

    proptest! {
        /// Whatever the order in which they come, they are what a map has, and are written as one.
        #[test]
        fn they_are_a_map(items in proptest::collection::vec((0_u32..40, -9_i64..9), 0..80)) {
            let first: NaiveDate = "2026-01-31".parse().unwrap();
            let (mut map, mut amounts) = (BTreeMap::new(), Amounts::default());
            for (after, micros) in items {
                let (day, amount) = (first + chrono::Days::new(after.into()), BilledAmount::from_micros(micros));
                prop_assert_eq!(amounts.insert(day, amount), map.insert(day, amount));
            }
            prop_assert_eq!(amounts.get(first), map.get(&first).copied());
            prop_assert!(amounts.iter().eq(map.iter().map(|(day, amount)| (*day, *amount))));
            let text = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(&serde_json::to_string(&amounts).unwrap(), &text);
            prop_assert_eq!(serde_json::from_str::<Amounts>(&text).unwrap(), amounts);
        }
    }
}
