//! What values an expression can have: a union of kinds, each as narrow as it is known.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    rc::Rc,
};

use serde_json::Value;

use super::unit::Unit;

/// A part that types share: it is compared by its place first, as most comparisons are with itself.
#[derive(Debug)]
pub(super) struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// Where it lies, for as long as it is held.
    pub(super) fn place(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Ord> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Ord> Eq for Shared<T> {}

impl<T: Ord> PartialOrd for Shared<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for Shared<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        if Rc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.as_ref().cmp(other.0.as_ref()) }
    }
}

/// More members or alternatives than these are no longer told apart.
const MOST_MEMBERS: usize = 64;
const MOST_OBJECTS: usize = 8;

/// The values that an expression can have.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Type<'s> {
    /// It can be anything: nothing else is known.
    pub(super) any: bool,
    /// It can be undefined.
    pub(super) absent: bool,
    pub(super) null: bool,
    pub(super) truths: BTreeSet<bool>,
    pub(super) number: Option<Number>,
    pub(super) text: Option<Text>,
    pub(super) array: Option<Shared<Array<'s>>>,
    pub(super) set: Option<Shared<Type<'s>>>,
    pub(super) objects: BTreeSet<Object<'s>>,
}

/// A number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    /// What it counts, as the name of its field says.
    pub(super) unit: Option<Unit>,
    /// The only value that it has.
    pub(super) literal: Option<i64>,
    /// It is never below this.
    pub(super) least: Option<i64>,
    /// It has a fraction.
    pub(super) fraction: bool,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Text {
    Free(Form),
    OneOf(BTreeSet<Rc<str>>),
}

/// What a text is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Plain,
    /// RFC 3339.
    Time,
    /// `2026-11-21`.
    Date,
}

/// An array: items at known places, and what any others are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Array<'s> {
    pub(super) items: Vec<Type<'s>>,
    pub(super) rest: Option<Type<'s>>,
}

/// A place in a schema, which is itself and equal to no other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'s>(pub(super) &'s Value);

impl PartialEq for Facts<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Facts<'_> {}

impl PartialOrd for Facts<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Facts<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        std::ptr::from_ref(self.0).cmp(&std::ptr::from_ref(other.0))
    }
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object<'s> {
    /// As the schema says.
    Facts(Facts<'s>),
    /// With these fields, and others where `rest` says so.
    Fields(Shared<Fields<'s>>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fields<'s> {
    pub(super) known: BTreeMap<Rc<str>, Type<'s>>,
    pub(super) rest: Option<Type<'s>>,
}

impl<'s> Type<'s> {
    pub(super) fn any() -> Self {
        Self { any: true, absent: true, ..Self::default() }
    }

    pub(super) fn truth() -> Self {
        Self { truths: [true, false].into(), ..Self::default() }
    }

    pub(super) fn always() -> Self {
        Self { truths: [true].into(), ..Self::default() }
    }

    pub(super) fn number() -> Self {
        Self::of_number(Number::default())
    }

    pub(super) fn of_number(number: Number) -> Self {
        Self { number: Some(number), ..Self::default() }
    }

    pub(super) fn text() -> Self {
        Self::of_text(Text::Free(Form::Plain))
    }

    pub(super) fn of_text(text: Text) -> Self {
        Self { text: Some(text), ..Self::default() }
    }

    pub(super) fn literal(text: &str) -> Self {
        Self::of_text(Text::OneOf([text.into()].into()))
    }

    pub(super) fn array_of(element: &Self) -> Self {
        let rest = Some(element.present());
        Self { array: Some(Shared::new(Array { items: Vec::new(), rest })), ..Self::default() }
    }

    pub(super) fn tuple(items: Vec<Self>) -> Self {
        Self { array: Some(Shared::new(Array { items, rest: None })), ..Self::default() }
    }

    pub(super) fn set_of(element: &Self) -> Self {
        Self { set: Some(Shared::new(element.present())), ..Self::default() }
    }

    pub(super) fn object(fields: Fields<'s>) -> Self {
        Self { objects: [Object::Fields(Shared::new(fields))].into(), ..Self::default() }
    }

    /// An object whose fields are not known.
    pub(super) fn any_object() -> Self {
        Self::object(Fields { known: BTreeMap::new(), rest: Some(Self::any()) })
    }

    /// The same, and it is there.
    pub(super) fn present(&self) -> Self {
        Self { absent: false, ..self.clone() }
    }

    pub(super) fn or_absent(mut self) -> Self {
        self.absent = true;
        self
    }

    pub(super) fn without_null(mut self) -> Self {
        self.null = false;
        self
    }

    /// The same, where one of several numbers is not known.
    pub(super) fn without_literal(mut self) -> Self {
        self.number = self.number.map(|number| Number { literal: None, ..number });
        self
    }

    /// Can it have no value at all?
    pub(super) fn is_empty(&self) -> bool {
        !self.any && !self.null && self.truths.is_empty() && self.letters().is_empty()
    }

    /// The kinds, null and truth values aside, each as a letter: `n`umber, `t`ext, `a`rray, `s`et, `o`bject.
    pub(super) fn letters(&self) -> Vec<char> {
        let kinds = [
            (self.number.is_some(), 'n'),
            (self.text.is_some(), 't'),
            (self.array.is_some(), 'a'),
            (self.set.is_some(), 's'),
            (!self.objects.is_empty(), 'o'),
        ];
        kinds.into_iter().filter(|(is, _)| *is).map(|(_, letter)| letter).collect()
    }

    /// Is it a collection that has something in it?
    pub(super) fn is_surely_filled(&self) -> bool {
        let array = self.array.as_ref().is_none_or(|array| !array.items.is_empty());
        let filled = |object: &Object<'s>| match object {
            Object::Fields(fields) => fields.known.values().any(|value| !value.absent),
            Object::Facts(_) => false,
        };
        !self.any && array && self.set.is_none() && self.objects.iter().all(filled) && !self.letters().is_empty()
    }

    /// Does a condition that is only this always hold?
    pub(super) fn always_holds(&self) -> bool {
        !self.any && !self.absent && !self.truths.contains(&false)
    }

    /// What one of two values can be.
    pub(super) fn or(&self, other: &Self) -> Self {
        if self.any || other.any {
            return Self { absent: self.absent || other.absent, ..Self::any() };
        }
        let mut objects: BTreeSet<_> = self.objects.union(&other.objects).cloned().collect();
        if objects.len() > MOST_OBJECTS {
            objects = Self::any_object().objects;
        }
        Self {
            any: false,
            absent: self.absent || other.absent,
            null: self.null || other.null,
            truths: self.truths.union(&other.truths).copied().collect(),
            number: either(self.number.as_ref(), other.number.as_ref(), Number::or),
            text: either(self.text.as_ref(), other.text.as_ref(), Text::or),
            array: either(self.array.as_ref(), other.array.as_ref(), |a, b| Shared::new(a.or(b))),
            set: either(self.set.as_ref(), other.set.as_ref(), |a, b| Shared::new(a.or(b))),
            objects,
        }
    }

    pub(super) fn any_of(types: impl IntoIterator<Item = Self>) -> Self {
        types.into_iter().fold(Self::default(), |all, one| all.or(&one))
    }

    /// Can a value of this be equal to one of that?
    pub(super) fn may_equal(&self, other: &Self) -> bool {
        if self.any || other.any || self.is_empty() || other.is_empty() {
            return true;
        }
        let texts = match (&self.text, &other.text) {
            (Some(a), Some(b)) => a.may_equal(b),
            _ => false,
        };
        let numbers = match (&self.number, &other.number) {
            (Some(a), Some(b)) => a.literal.zip(b.literal).is_none_or(|(a, b)| a == b),
            _ => false,
        };
        self.null && other.null
            || !self.truths.is_disjoint(&other.truths)
            || texts
            || numbers
            || self.array.is_some() && other.array.is_some()
            || self.set.is_some() && other.set.is_some()
            || !self.objects.is_empty() && !other.objects.is_empty()
    }

    /// Has it a kind in common, null aside?
    pub(super) fn shares_kind(&self, other: &Self) -> bool {
        let common = self.letters().iter().any(|letter| other.letters().contains(letter));
        self.any || other.any || common || !self.truths.is_empty() && !other.truths.is_empty()
    }

    /// What it is, for a sentence: `a number or null`.
    pub(super) fn described(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let named = |letter: char| match letter {
            'n' => "a number",
            't' => "a text",
            'a' => "an array",
            's' => "a set",
            _ => "an object",
        };
        parts.extend(self.letters().into_iter().map(|letter| named(letter).to_owned()));
        if !self.truths.is_empty() {
            parts.push("true or false".to_owned());
        }
        if self.null {
            parts.push("null".to_owned());
        }
        if self.any || parts.is_empty() { "anything".to_owned() } else { parts.join(" or ") }
    }
}

fn either<T: Clone>(a: Option<&T>, b: Option<&T>, both: impl Fn(&T, &T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(both(a, b)),
        (one, other) => one.or(other).cloned(),
    }
}

impl Number {
    pub(super) fn or(&self, other: &Self) -> Self {
        let same = |a: Option<i64>, b: Option<i64>| a.filter(|_| a == b);
        Self {
            unit: self.unit.filter(|_| self.unit == other.unit),
            literal: same(self.literal, other.literal),
            least: self.least.zip(other.least).map(|(a, b)| a.min(b)),
            fraction: self.fraction && other.fraction,
        }
    }
}

impl Text {
    fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) if a.len() + b.len() <= MOST_MEMBERS => {
                Self::OneOf(a.union(b).cloned().collect())
            }
            (Self::Free(a), Self::Free(b)) if a == b => Self::Free(*a),
            _ => Self::Free(Form::Plain),
        }
    }

    fn may_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OneOf(a), Self::OneOf(b)) => !a.is_disjoint(b),
            _ => true,
        }
    }
}

impl<'s> Array<'s> {
    fn or(&self, other: &Self) -> Self {
        if self.items.len() == other.items.len() && self.rest.is_none() && other.rest.is_none() {
            let items = self.items.iter().zip(&other.items).map(|(a, b)| a.or(b)).collect();
            return Self { items, rest: None };
        }
        // An array without items says nothing of those of the other.
        let element = match (self.is_never_filled(), other.is_never_filled()) {
            (true, _) => other.element(),
            (_, true) => self.element(),
            _ => self.element().or(&other.element()),
        };
        Self { items: Vec::new(), rest: Some(element) }
    }

    pub(super) fn is_never_filled(&self) -> bool {
        self.items.is_empty() && self.rest.is_none()
    }

    /// What its items can be.
    pub(super) fn element(&self) -> Type<'s> {
        let all = Type::any_of(self.items.iter().chain(&self.rest).cloned());
        if self.is_never_filled() { Type::any() } else { all.present() }
    }
}
