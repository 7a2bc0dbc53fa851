//! What is in a value: its fields, its items, its members.

use std::rc::Rc;

use super::{
    facts::Schema,
    kind::{Array, Fields, Number, Object, Text, Type},
};
use crate::suggest::did_you_mean;

impl<'s> Schema<'s> {
    /// What `value.name` is.
    ///
    /// # Errors
    /// When no such value has a field of this name: what is wrong.
    pub(super) fn field_of(self, base: &Type<'s>, name: &str) -> Result<Type<'s>, String> {
        if base.any {
            return Ok(Type::any());
        }
        let mut found = Vec::new();
        let mut lacking = base.absent || base.null || base.letters() != ['o'];
        for object in &base.objects {
            match self.in_object(object, name) {
                Some(field) => found.push(field),
                None => lacking = true,
            }
        }
        // The members of a set are named by themselves.
        found.extend(base.set.as_ref().map(|member| member.present().or_absent()));
        if found.is_empty() && !base.is_empty() {
            return Err(self.unknown(base, name));
        }
        let found = Type::any_of(found);
        Ok(if lacking { found.or_absent() } else { found })
    }

    fn in_object(self, object: &Object<'s>, name: &str) -> Option<Type<'s>> {
        match object {
            Object::Facts(facts) => self.field(*facts, name),
            Object::Fields(fields) => {
                fields.known.get(name).cloned().or_else(|| fields.rest.clone().map(Type::or_absent))
            }
        }
    }

    fn unknown(self, base: &Type<'s>, name: &str) -> String {
        let known = self.names_in(base);
        if known.is_empty() {
            return match base.letters().as_slice() {
                ['a'] => format!("this is a list, and has no `{name}`: take its items with `some … in …`"),
                _ => format!("the facts have nothing below this, so no `{name}`"),
            };
        }
        let hint = did_you_mean(name, known.iter().map(|known| &**known));
        let hint = if hint.is_empty() { format!("; there are `{}`", known.join("`, `")) } else { hint };
        format!("the facts have no `{name}` here{hint}")
    }

    /// The names of all fields that it can have.
    pub(super) fn names_in(self, base: &Type<'s>) -> Vec<Rc<str>> {
        let mut names: Vec<Rc<str>> = Vec::new();
        for object in &base.objects {
            match object {
                Object::Facts(facts) => names.extend(self.names(*facts).map(Rc::from)),
                Object::Fields(fields) => names.extend(fields.known.keys().cloned()),
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// What `value[index]` is.
    ///
    /// # Errors
    /// When there can be nothing at this place.
    pub(super) fn at(self, base: &Type<'s>, index: &Type<'s>) -> Result<Type<'s>, String> {
        let names = match &index.text {
            Some(Text::OneOf(names)) if index.letters() == ['t'] => names,
            _ => return Ok(self.at_some(base, index)?.or_absent()),
        };
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            match self.field_of(base, name) {
                Ok(field) => found.push(field),
                Err(message) => missing.push(message),
            }
        }
        // A table that a rule has written need not have an entry for everything.
        let of_table = base.objects.iter().all(|object| matches!(object, Object::Fields(_)));
        match missing.into_iter().next() {
            Some(message) if !of_table || found.is_empty() => Err(message),
            Some(_) => Ok(Type::any_of(found).or_absent()),
            None => Ok(Type::any_of(found)),
        }
    }

    fn at_some(self, base: &Type<'s>, index: &Type<'s>) -> Result<Type<'s>, String> {
        if let (Some(array), Some(Number { literal: Some(place), .. })) = (&base.array, &index.number) {
            let item = usize::try_from(*place).ok().and_then(|place| array.items.get(place));
            if let Some(item) = item.filter(|_| base.letters() == ['a']) {
                return Ok(item.clone());
            }
        }
        self.each(base).map(|(_, value)| value)
    }

    /// What `some key, value in …` gives.
    ///
    /// # Errors
    /// When there is nothing to look into.
    pub(super) fn each(self, base: &Type<'s>) -> Result<(Type<'s>, Type<'s>), String> {
        if base.any {
            return Ok((Type::any().present(), Type::any().present()));
        }
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        if let Some(array) = &base.array {
            keys.push(Type::number());
            values.push(array.element());
        }
        if let Some(member) = &base.set {
            keys.push((**member).clone());
            values.push((**member).clone());
        }
        for object in &base.objects {
            let (key, value) = self.each_field(object);
            keys.push(key);
            values.push(value);
        }
        if values.is_empty() && !base.is_empty() {
            return Err("the facts have a single value here, nothing to look into".to_owned());
        }
        Ok((Type::any_of(keys), Type::any_of(values).present()))
    }

    fn each_field(self, object: &Object<'s>) -> (Type<'s>, Type<'s>) {
        let (names, rest): (Vec<Rc<str>>, _) = match object {
            Object::Facts(facts) => (self.names(*facts).map(Rc::from).collect(), self.rest(*facts, "")),
            Object::Fields(fields) => (fields.known.keys().cloned().collect(), fields.rest.clone()),
        };
        let known = names.iter().filter_map(|name| self.in_object(object, name));
        let values = Type::any_of(known.chain(rest.clone()));
        let keys = match rest {
            None if !names.is_empty() => Type::of_text(Text::OneOf(names.into_iter().collect())),
            _ => Type::text(),
        };
        (keys, values)
    }

    /// What `object.union(a, b)` is: the fields of both, those of the second in front.
    pub(super) fn merged(self, a: &Type<'s>, b: &Type<'s>) -> Type<'s> {
        if a.any || b.any || a.objects.len() * b.objects.len() > 4 {
            return Type::any_object();
        }
        let pairs = a.objects.iter().flat_map(|a| b.objects.iter().map(move |b| (a, b)));
        let both = pairs.map(|(a, b)| Type::object(self.merged_objects(a, b)));
        Type::any_of(both)
    }

    fn merged_objects(self, a: &Object<'s>, b: &Object<'s>) -> Fields<'s> {
        let mut all = self.fields_of(a);
        let over = self.fields_of(b);
        for (name, value) in over.known {
            let merged = match all.known.get(&name) {
                Some(below) if !below.objects.is_empty() && !value.objects.is_empty() => self.merged(below, &value),
                Some(below) if value.absent => below.or(&value.present()),
                _ => value,
            };
            all.known.insert(name, merged);
        }
        all.rest = match (all.rest, over.rest) {
            (Some(a), Some(b)) => Some(a.or(&b)),
            (one, other) => one.or(other),
        };
        all
    }

    /// The fields of an object, each by its name.
    pub(super) fn fields_of(self, object: &Object<'s>) -> Fields<'s> {
        match object {
            Object::Fields(fields) => (**fields).clone(),
            Object::Facts(facts) => Fields {
                known: self
                    .names(*facts)
                    .filter_map(|name| Some((Rc::from(name), self.field(*facts, name)?)))
                    .collect(),
                rest: self.rest(*facts, ""),
            },
        }
    }

    /// What `array.concat(a, b)` is.
    pub(super) fn joined(a: &Array<'s>, b: &Array<'s>) -> Array<'s> {
        if a.rest.is_none() && b.rest.is_none() {
            return Array { items: a.items.iter().chain(&b.items).cloned().collect(), rest: None };
        }
        let filled = [a, b].into_iter().filter(|array| !array.is_never_filled());
        Array { items: Vec::new(), rest: Some(Type::any_of(filled.map(Array::element))) }
    }
}
