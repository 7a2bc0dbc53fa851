//! Facts as they were judged.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::value::RawValue;

use super::Facts;
use crate::digest;

/// Facts with the JSON that was judged. A record keeps that JSON to the byte, so that its digest still fits and the same is
/// judged again when a later version knows more fields than it has.
#[derive(Debug, Clone)]
pub struct RecordedFacts {
    value: Facts,
    json: Box<RawValue>,
}

impl RecordedFacts {
    /// Writes facts down.
    ///
    /// # Errors
    /// Only if they cannot be written as JSON.
    pub fn of(value: Facts) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(&value).map(|json| Self { value, json })
    }

    /// What they say, as this version reads it.
    pub fn value(&self) -> &Facts {
        &self.value
    }

    /// What was judged.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Digest of what was judged: `sha256:…`.
    pub fn digest(&self) -> String {
        digest::of_bytes(self.json().as_bytes())
    }
}

impl PartialEq for RecordedFacts {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Serialize for RecordedFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RecordedFacts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let value = serde_json::from_str(json.get()).map_err(D::Error::custom)?;
        Ok(Self { value, json })
    }
}

#[cfg(test)]
mod tests {
    use super::RecordedFacts;
    use crate::{digest, facts::Facts, fold};

    #[test]
    fn what_was_judged_is_kept_to_the_byte() {
        let now = RecordedFacts::of(fold::tests::facts().into()).unwrap();
        // An older version knew a field less, wrote one that is gone, and spaced otherwise.
        let older = now.json().replacen("\"upcoming\":[],", "", 1).replacen("{", "{ \"gone\": 1.50, ", 1);
        let read: RecordedFacts = serde_json::from_str(&older).unwrap();
        assert_eq!((read.json(), read.digest()), (older.as_str(), digest::of_bytes(older.as_bytes())));
        assert_eq!(serde_json::to_string(&read).unwrap(), older);
        assert_eq!(read.value(), now.value());
        assert_ne!(read, now);
        assert!(serde_json::from_str::<RecordedFacts>("{\"gate\": \"change\"}").is_err());
        assert!(matches!(read.value(), Facts::Change(_)));
    }
}
