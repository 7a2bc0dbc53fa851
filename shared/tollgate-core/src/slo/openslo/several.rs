//! One object, or a list of them.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_saphyr::Spanned;

/// What a YAML document holds: an object, or a list of objects.
#[derive(Debug)]
pub(super) enum Objects<T> {
    One(T),
    Many(Vec<Spanned<T>>),
}

impl<T> Objects<T> {
    /// The objects with their places.
    pub(super) fn located(document: Spanned<Self>) -> Vec<Spanned<T>> {
        match document.value {
            Self::One(object) => vec![Spanned::new(object, document.referenced, document.defined)],
            Self::Many(objects) => objects,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectsVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectsVisitor<T> {
            type Value = Objects<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with `apiVersion` and `kind`, or a list of them")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Objects<T>, A::Error> {
                let objects = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
                if objects.is_empty() {
                    return Err(Error::custom("the list is empty: write an object, or nothing"));
                }
                Ok(Objects::Many(objects))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Objects<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Objects::One)
            }
        }
        deserializer.deserialize_any(ObjectsVisitor(PhantomData))
    }
}
