//! What was sent held against what was read of it: fields that nothing read. One is a warning; but of a question with `canery` for
//! `canary`, or with `canary` a level too high or too low, what was asked would not be judged, so that is refused.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor, value};
use serde_json::{Value, value::RawValue};
use tollgate_core::suggest::is_near;

use crate::problem::Problem;

/// Fields with these names are for others, and never refused.
const FOR_OTHERS: [&str; 2] = ["x-", "x_"];
/// Shorter names are near too many others.
const SHORTEST: usize = 3;
/// Fields for people, which others have, too: one of them in an object of another's means nothing.
const FOR_PEOPLE: [&str; 2] = ["summary", "links"];
/// So many fields within an unknown one are looked at.
const MOST_INNER: usize = 1000;
/// How many unknown fields a body may have.
const MOST_UNKNOWN: usize = 1000;

/// The names of the fields of a type, or of the variants of an enum, as they stand in JSON.
pub fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // The probe reads nothing and always ends in an error.
    let _ = T::deserialize(Probe(&mut fields));
    fields
}

/// The names of a type's fields.
pub type Names = fn() -> &'static [&'static str];

/// What a body may have that its type does not show.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout {
    /// Fields at the top that are read by themselves.
    pub beside: &'static [&'static str],
    /// The fields of what may be left out, by its name.
    pub within: &'static [(&'static str, Names)],
    /// Fields whose values are of others, with all that is in them.
    pub foreign: &'static [&'static str],
}

/// The paths of the fields that were sent and not read, but for those that are marked as for others.
///
/// # Errors
/// 400, with what to write: where an object was read from a list or a text from an object, since names are the contract; where a
/// field is a letter, a level, or both, away from one that is missing; where more is not known than can be meant.
pub(crate) fn unread(sent: &RawValue, read: &Value, layout: Layout) -> Result<Vec<String>, Problem> {
    let mut walk = Walk { layout, odd: Vec::new(), missing: Vec::new() };
    walk.value(sent, read, "")?;
    walk.odd.iter().try_for_each(|odd| walk.judge(odd))?;
    Ok(walk.odd.iter().map(|Odd { place, name, .. }| join(place, name)).collect())
}

struct Walk<'a> {
    layout: Layout,
    /// Fields that nothing read.
    odd: Vec<Odd<'a>>,
    /// Fields that may be there and are not.
    missing: Vec<Missing>,
}

struct Odd<'a> {
    place: String,
    name: String,
    value: &'a RawValue,
}

struct Missing {
    place: String,
    name: String,
    /// Is there but one such place? Not within lists.
    is_single: bool,
}

impl<'a> Walk<'a> {
    fn value(&mut self, sent: &'a RawValue, read: &Value, place: &str) -> Result<(), Problem> {
        let begins = sent.get().chars().next();
        match read {
            Value::Object(_) if begins == Some('[') => {
                Err(Problem::field(place, "is a list, and should be an object with named fields"))
            }
            Value::Object(_) => self.object(sent, read, place),
            Value::String(_) if begins == Some('{') => Err(Problem::field(place, "is an object, and should be a text")),
            Value::Array(read) => {
                let sent = serde_json::from_str::<Vec<&RawValue>>(sent.get()).unwrap_or_default();
                let mut both = sent.into_iter().zip(read).enumerate();
                both.try_for_each(|(index, (sent, read))| self.value(sent, read, &format!("{place}[{index}]")))
            }
            _ => Ok(()),
        }
    }

    fn object(&mut self, sent: &'a RawValue, read: &Value, place: &str) -> Result<(), Problem> {
        let (Some(sent), Some(read)) = (names(sent), read.as_object()) else { return Ok(()) };
        let beside = if place.is_empty() { self.layout.beside } else { &[] };
        for name in read.keys().map(String::as_str).chain(beside.iter().copied()) {
            if !sent.contains_key(name) {
                self.missing(place, name);
            }
        }
        for (name, value) in sent {
            match read.get(&name) {
                Some(_) if self.layout.foreign.contains(&name.as_str()) => {}
                Some(read) => self.value(value, read, &join(place, &name))?,
                None if beside.contains(&name.as_str()) || is_for_others(&name) => {}
                None if self.odd.len() >= MOST_UNKNOWN => {
                    let detail =
                        format!("the body has more than {MOST_UNKNOWN} fields that are not known: leave them out");
                    return Err(Problem::bad_request(detail));
                }
                None => self.odd.push(Odd { place: place.to_owned(), name, value }),
            }
        }
        Ok(())
    }

    fn missing(&mut self, place: &str, name: &str) {
        let is_single = !place.contains('[');
        self.missing.push(Missing { place: place.to_owned(), name: name.to_owned(), is_single });
        let path = join(place, name);
        for (_, fields) in self.layout.within.iter().filter(|(within, _)| *within == name) {
            let inner = |name: &&str| Missing { place: path.clone(), name: (*name).to_owned(), is_single };
            self.missing.extend(fields().iter().map(inner));
        }
    }

    fn judge(&self, odd: &Odd<'_>) -> Result<(), Problem> {
        let Odd { place, name, value } = odd;
        let path = join(place, name);
        if let Some(meant) = self.meant(place, name) {
            return Err(refused(path, name, &meant));
        }
        for inner in names(value).into_iter().flatten().map(|(name, _)| name).take(MOST_INNER) {
            if let Some(meant) = self.elsewhere(&inner).filter(|_| !FOR_PEOPLE.contains(&inner.as_str())) {
                return Err(refused(join(&path, &inner), name, &meant));
            }
        }
        Ok(())
    }

    /// What a field in a place is meant to be: one that is missing there, or else elsewhere.
    fn meant(&self, place: &str, name: &str) -> Option<String> {
        let plain = plain(name)?;
        let here = self.missing.iter().filter(|missing| missing.place == place);
        let here = here.map(|missing| &missing.name).find(|known| is_near(&plain, known));
        here.cloned().or_else(|| self.elsewhere(name))
    }

    /// The path of a field that is missing and has this name, or nearly.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let plain = plain(name)?;
        let is_meant = |missing: &&Missing| missing.is_single && is_near(&plain, &missing.name);
        self.missing.iter().find(is_meant).map(|missing| join(&missing.place, &missing.name))
    }
}

fn refused(path: String, name: &str, meant: &str) -> Problem {
    Problem::field(path, format!("is not known: write `{meant}`, or `x_{name}` where it is meant for others"))
}

fn is_for_others(name: &str) -> bool {
    FOR_OTHERS.iter().any(|prefix| name.starts_with(prefix))
}

/// A name as fields are written here; none where it is too short to be near another.
fn plain(name: &str) -> Option<String> {
    let mut plain = String::new();
    for letter in name.trim().trim_start_matches(['_', '$', '-']).chars() {
        match letter {
            '-' | ' ' => plain.push('_'),
            letter => plain.extend(letter.to_lowercase()),
        }
    }
    (plain.chars().count() >= SHORTEST).then_some(plain)
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// The fields of an object, whose values are not taken apart: an estimate has many megabytes.
fn names(json: &RawValue) -> Option<BTreeMap<String, &RawValue>> {
    serde_json::from_str(json.get()).ok()
}

struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(Error::custom("nothing to read"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = variants;
        Err(Error::custom("nothing to read"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Error::custom("nothing to read"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
#[path = "spelling_tests.rs"]
mod tests;
