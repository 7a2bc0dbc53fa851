//! Lists of records from outside: what of them could be read, and what could not. One odd record leaves the others standing,
//! and is never left out in silence.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

/// So many odd records are kept one by one; what is above is one more, that counts the rest.
const MOST_UNREADABLE: usize = 50;
/// Fields that records are named by, in answers and in what is kept.
const NAMES: [&str; 3] = ["id", "name", "keys"];
const LONGEST_RECORD: usize = 100;

/// Records, and those that could not be read. Written as a list where all could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<T> {
    /// What could be read.
    pub read: Vec<T>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
}

/// A record that could not be read, and what it may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// What it is called: its id, or its place in the answer.
    pub record: String,
    /// Why it cannot be read.
    pub reason: String,
    /// The accounts that it is about; none where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// The services of AWS that it is about; none where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aws_services: Vec<String>,
    /// The group of the bill that it is of; empty where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
}

impl Unreadable {
    /// A record of which nothing but its name is known.
    pub fn new(record: impl Into<String>, reason: impl Into<String>) -> Self {
        let record = record.into().chars().take(LONGEST_RECORD).collect();
        Self { record, reason: reason.into(), accounts: Vec::new(), aws_services: Vec::new(), keys: Vec::new() }
    }
}

/// Notes one more, up to a bound.
pub(super) fn note(unreadable: &mut Vec<Unreadable>, one: Unreadable) {
    match unreadable.len() {
        0..MOST_UNREADABLE => unreadable.push(one),
        MOST_UNREADABLE => unreadable.push(Unreadable::new("further records", "they cannot be read, either")),
        _ => {}
    }
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self { read: Vec::new(), unreadable: Vec::new() }
    }
}

impl<T> Reading<T> {
    /// Takes in a record, or why it cannot be read.
    pub fn take(&mut self, record: Result<T, Unreadable>) {
        match record {
            Ok(record) => self.read.push(record),
            Err(odd) => note(&mut self.unreadable, odd),
        }
    }

    /// The same without the records that could be read.
    pub(super) fn frame(&self) -> Self {
        Self { read: Vec::new(), unreadable: self.unreadable.clone() }
    }
}

impl<T> From<Vec<T>> for Reading<T> {
    fn from(read: Vec<T>) -> Self {
        Self { read, unreadable: Vec::new() }
    }
}

impl<T: Serialize> Serialize for Reading<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.unreadable.is_empty() {
            return self.read.serialize(serializer);
        }
        let kept = Kept { read: &self.read, unreadable: &self.unreadable };
        kept.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Kept<'a, T> {
    read: &'a [T],
    unreadable: &'a [Unreadable],
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    List(Vec<Value>),
    Both {
        read: Vec<Value>,
        #[serde(default)]
        unreadable: Vec<Unreadable>,
    },
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Reading<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (records, unreadable) = match Written::deserialize(deserializer)? {
            Written::List(records) => (records, Vec::new()),
            Written::Both { read, unreadable } => (read, unreadable),
        };
        let mut reading = Self { read: Vec::with_capacity(records.len()), unreadable };
        for (index, record) in records.into_iter().enumerate() {
            let name = NAMES.iter().find_map(|name| record.get(name)?.as_str()).map(ToOwned::to_owned);
            let odd = |error: serde_json::Error| {
                Unreadable::new(name.unwrap_or_else(|| format!("record {}", index + 1)), error.to_string())
            };
            reading.take(serde_json::from_value(record).map_err(odd));
        }
        Ok(reading)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Reading, Unreadable, note};
    use crate::billing::OpenAnomaly;

    fn anomaly(id: &str) -> serde_json::Value {
        json!({"id": id, "about": "S3", "starts_on": "2026-11-18", "impact_micros": 5, "impact_ppm": null, "accounts": []})
    }

    #[test]
    fn an_odd_record_leaves_the_others_standing_and_is_named() {
        let mut odd = anomaly("b");
        odd["starts_on"] = json!("soon");
        let reading: Reading<OpenAnomaly> =
            serde_json::from_value(json!([anomaly("a"), odd, 7, anomaly("c")])).unwrap();
        assert_eq!(reading.read.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        let named: Vec<_> = reading.unreadable.iter().map(|one| one.record.as_str()).collect();
        assert_eq!(named, ["b", "record 3"]);
        let kept: Reading<OpenAnomaly> = serde_json::from_str(&serde_json::to_string(&reading).unwrap()).unwrap();
        assert_eq!(kept, reading);
        assert!(serde_json::from_value::<Reading<OpenAnomaly>>(json!(7)).is_err());
    }

    #[test]
    fn where_all_can_be_read_it_is_a_list_as_it_always_was() {
        let list = json!([anomaly("a")]);
        let reading: Reading<OpenAnomaly> = serde_json::from_value(list.clone()).unwrap();
        assert_eq!(serde_json::to_value(&reading).unwrap(), list);
    }

    #[test]
    fn many_odd_records_are_bounded_and_the_rest_is_said() {
        let mut unreadable = Vec::new();
        (0..500).for_each(|index| note(&mut unreadable, Unreadable::new(index.to_string(), "odd")));
        assert_eq!((unreadable.len(), unreadable[50].record.as_str()), (51, "further records"));
    }
}
