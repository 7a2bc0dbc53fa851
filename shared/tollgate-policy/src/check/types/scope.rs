//! What is known at a place in a rule: what its names stand for, and what its conditions leave of each path.

use std::{collections::BTreeMap, rc::Rc};

use super::kind::{Text, Type};

/// Names and paths, as far as something is known of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'a, 's> {
    pub(super) names: BTreeMap<&'a str, Type<'s>>,
    /// What conditions leave of a path such as `input.cost.currency`, in their order.
    pub(super) left: Vec<Left>,
}

/// What a condition leaves of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Left {
    pub(super) path: String,
    pub(super) what: What,
    /// The number of the condition in its body, in whose own check this does not count.
    pub(super) condition: usize,
}

/// What is left.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Defined,
    NotNull,
    /// It is a collection with something in it.
    Filled,
    /// One of these texts.
    OneOf(Vec<Rc<str>>),
    /// None of these texts.
    NoneOf(Vec<Rc<str>>),
    /// Only this kind, by its letter.
    Kind(char),
}

/// The number of conditions that stand outside of the body.
pub(super) const OUTSIDE: usize = usize::MAX;

impl<'a, 's> Scope<'a, 's> {
    /// The value at a path, after all conditions.
    pub(super) fn narrowed(&self, path: &str, mut value: Type<'s>) -> Type<'s> {
        for left in self.left.iter().filter(|left| left.path == path) {
            value = narrow(value, &left.what);
        }
        value
    }

    pub(super) fn is_filled(&self, path: &str) -> bool {
        self.left.iter().any(|left| left.path == path && left.what == What::Filled)
    }

    /// What counts in the check of one condition: what others leave, and of texts only what was said before, so that one
    /// of two that exclude each other is named.
    pub(super) fn beside(&self, condition: usize) -> Self {
        let counts = |left: &&Left| {
            let outside = left.condition == OUTSIDE;
            let of_text = matches!(left.what, What::OneOf(_) | What::NoneOf(_));
            outside || left.condition != condition && (!of_text || left.condition < condition)
        };
        let outside = |left: &Left| Left { condition: OUTSIDE, ..left.clone() };
        Self { names: self.names.clone(), left: self.left.iter().filter(counts).map(outside).collect() }
    }

    /// What is known of an argument, in the names of the function that it is passed to.
    pub(super) fn passed(&self, argument: &str, parameter: &str) -> Vec<Left> {
        let below = |left: &Left| {
            let rest = left.path.strip_prefix(argument)?;
            let whole = rest.is_empty() || rest.starts_with(['.', '[']);
            whole.then(|| Left { path: format!("{parameter}{rest}"), condition: OUTSIDE, ..left.clone() })
        };
        let mut passed: Vec<_> = self.left.iter().filter_map(below).collect();
        passed.sort();
        passed.dedup();
        passed
    }

    pub(super) fn bind(&mut self, name: &'a str, value: Type<'s>) {
        if name != "_" && name != "input" {
            self.names.insert(name, value);
        }
    }
}

fn narrow<'s>(value: Type<'s>, what: &What) -> Type<'s> {
    match what {
        What::Defined => value.present(),
        What::NotNull => value.present().without_null(),
        What::Filled => value,
        What::OneOf(members) => match &value.text {
            Some(Text::OneOf(known)) => {
                let both = known.iter().filter(|known| members.contains(known)).cloned().collect();
                Type { text: Some(Text::OneOf(both)), ..Type::default() }
            }
            _ => Type { text: Some(Text::OneOf(members.iter().cloned().collect())), ..Type::default() },
        },
        What::NoneOf(members) => match &value.text {
            Some(Text::OneOf(known)) => {
                let rest = known.iter().filter(|known| !members.contains(known)).cloned().collect();
                Type { text: Some(Text::OneOf(rest)), ..value }
            }
            _ => value,
        },
        What::Kind(letter) => of_kind(value, *letter),
    }
}

/// Only what is of one kind: `b` are truth values, `0` is null, the others as in [`Type::letters`].
fn of_kind<'s>(value: Type<'s>, letter: char) -> Type<'s> {
    if value.any {
        return match letter {
            'n' => Type::number(),
            't' => Type::text(),
            'b' => Type::truth(),
            'o' => Type::any_object(),
            'a' => Type::array_of(&Type::any()),
            's' => Type::set_of(&Type::any()),
            _ => Type { null: true, ..Type::default() },
        };
    }
    let keep = |is: char| letter == is;
    Type {
        any: false,
        absent: false,
        null: value.null && keep('0'),
        truths: value.truths.into_iter().filter(|_| keep('b')).collect(),
        number: value.number.filter(|_| keep('n')),
        text: value.text.filter(|_| keep('t')),
        array: value.array.filter(|_| keep('a')),
        set: value.set.filter(|_| keep('s')),
        objects: value.objects.into_iter().filter(|_| keep('o')).collect(),
    }
}
