//! Whether a value can be what a schema wants: an element what a finding is, a test's input what facts are.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    facts::Schema,
    kind::{Facts, Fields, Form, Object, Shared, Text, Type},
};
use crate::suggest::did_you_mean;

/// How a value is held against what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// What is required must be there, as in a finding.
    Whole,
    /// Fields may be missing, as in the facts of a test.
    Part,
}

impl<'s> Schema<'s> {
    /// What does not fit, each with the field that it is about; what the value has of another schema is read there.
    pub(super) fn misfits(
        self,
        of_value: Self,
        value: &Type<'s>,
        wanted: &Type<'s>,
        strictness: Strictness,
        fitting: &mut Fitting<'s>,
    ) -> Vec<String> {
        let mut found = BTreeSet::new();
        Fit { schema: self, of_value, strictness, fitting }.value(value, wanted, "", &mut found);
        found.into_iter().collect()
    }
}

/// Objects that were found to fit a place of a schema, as most of a test's facts are those of another.
pub(super) type Fitting<'s> = BTreeMap<(usize, Facts<'s>), Shared<Fields<'s>>>;

struct Fit<'f, 's> {
    schema: Schema<'s>,
    of_value: Schema<'s>,
    strictness: Strictness,
    fitting: &'f mut Fitting<'s>,
}

impl<'s> Fit<'_, 's> {
    fn value(&mut self, value: &Type<'s>, wanted: &Type<'s>, path: &str, found: &mut BTreeSet<String>) {
        if value.any || wanted.any {
            return;
        }
        let shown = if path.is_empty() { "this".to_owned() } else { format!("`{path}`") };
        let lists = |letter: char| self.strictness == Strictness::Whole && letter == 's' && wanted.array.is_some();
        let other = value.letters().into_iter().any(|letter| !wanted.letters().contains(&letter) && !lists(letter));
        let truth = !value.truths.is_empty() && wanted.truths.is_empty();
        if other || truth {
            let is = Type { null: false, ..value.clone() }.described();
            found.insert(format!("{shown} is {is} and must be {}", wanted.described()));
            return;
        }
        if value.null && !wanted.null {
            let guard = match self.strictness {
                Strictness::Whole => ": test `!= null` before, or leave the field out then (`finding.of` does)",
                Strictness::Part => "",
            };
            found.insert(format!("{shown} can be null and must be {}{guard}", wanted.described()));
        }
        if let (Some(value), Some(wanted)) = (&value.text, &wanted.text) {
            found.extend(text(value, wanted).map(|what| format!("{shown} {what}")));
        }
        if let (Some(value), Some(wanted)) = (value.number, wanted.number)
            && let (Some(literal), Some(least)) = (value.literal, wanted.least)
            && literal < least
        {
            found.insert(format!("{shown} is {literal} and never below {least}"));
        }
        self.items(value, wanted, path, found);
        for object in &value.objects {
            self.object(object, wanted, path, found);
        }
    }

    fn items(&mut self, value: &Type<'s>, wanted: &Type<'s>, path: &str, found: &mut BTreeSet<String>) {
        let Some(wanted) = &wanted.array else { return };
        let path = format!("{path}[]");
        for item in value.array.iter().flat_map(|array| array.items.iter().chain(&array.rest)) {
            self.value(item, &wanted.element(), &path, found);
        }
        if let Some(member) = &value.set {
            self.value(member, &wanted.element(), &path, found);
        }
    }

    fn object(&mut self, object: &Object<'s>, wanted: &Type<'s>, path: &str, found: &mut BTreeSet<String>) {
        if wanted.objects.contains(object) {
            return;
        }
        let pair = match (object, wanted.objects.first()) {
            (Object::Fields(fields), Some(Object::Facts(place))) if wanted.objects.len() == 1 => {
                Some(((fields.place(), *place), fields))
            }
            _ => None,
        };
        if pair.as_ref().is_some_and(|(pair, _)| self.fitting.contains_key(pair)) {
            return;
        }
        let mut here = BTreeSet::new();
        self.fields(object, wanted, path, &mut here);
        if let Some((pair, fields)) = pair.filter(|_| here.is_empty()) {
            self.fitting.insert(pair, fields.clone());
        }
        found.extend(here);
    }

    fn fields(&mut self, object: &Object<'s>, wanted: &Type<'s>, path: &str, found: &mut BTreeSet<String>) {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let fields = self.of_value.fields_of(object);
        for (name, value) in &fields.known {
            match self.schema.field_of(&Type { objects: wanted.objects.clone(), ..Type::default() }, name) {
                // What is left out is never written as null; a test may write it all the same.
                Ok(field) => {
                    let part = self.strictness == Strictness::Part;
                    let field = Type { null: field.null || part && field.absent, ..field };
                    self.value(value, &field, &below(name), found);
                }
                Err(_) => {
                    let known = self.schema.names_in(wanted);
                    let hint = did_you_mean(name, known.iter().map(|known| &**known));
                    let there = format!("; there are `{}`", known.join("`, `"));
                    let hint = if hint.is_empty() { there } else { hint };
                    found.insert(format!("there is no field `{}`{hint}", below(name)));
                }
            }
        }
        if self.strictness == Strictness::Part || fields.rest.is_some() {
            return;
        }
        // Of several that are wanted, one is enough: what the nearest of them lacks is missing.
        let lacks = wanted.objects.iter().filter_map(|wanted| {
            let Object::Facts(wanted) = wanted else { return None };
            let missing = self.schema.names(*wanted).filter(|name| self.schema.requires(*wanted, name));
            Some(missing.filter(|name| !fields.known.contains_key(*name)).collect::<Vec<_>>())
        });
        for name in lacks.min_by_key(Vec::len).unwrap_or_default() {
            found.insert(format!("there is no `{}`: write it", below(name)));
        }
    }
}

fn text(value: &Text, wanted: &Text) -> Option<String> {
    match (value, wanted) {
        (Text::OneOf(values), Text::OneOf(known)) => {
            let odd = values.iter().find(|value| !known.contains(*value))?;
            Some(format!("is never \"{odd}\"{}", members(odd, known)))
        }
        (Text::OneOf(values), Text::Free(form)) => {
            let odd = values.iter().find(|value| !is_written_as(value, *form))?;
            Some(format!("is \"{odd}\" and must be {}", form_described(*form)))
        }
        (Text::Free(Form::Date), Text::Free(Form::Time)) => {
            Some(format!("is a date and must be {}: add `T00:00:00Z`", form_described(Form::Time)))
        }
        _ => None,
    }
}

/// `, did you mean …?`, or all that there are.
pub(super) fn members(odd: &str, known: &BTreeSet<std::rc::Rc<str>>) -> String {
    let hint = did_you_mean(odd, known.iter().map(|known| &**known));
    let all: Vec<_> = known.iter().map(|known| format!("\"{known}\"")).collect();
    format!("{hint}; it is {}", all.join(", ")).replacen(",; ", "; ", 1)
}

fn form_described(form: Form) -> &'static str {
    match form {
        Form::Plain => "a text",
        Form::Time => "a time, such as \"2026-11-21T10:00:00Z\"",
        Form::Date => "a date, such as \"2026-11-21\"",
    }
}

/// Looks the text as it must?
pub(super) fn is_written_as(text: &str, form: Form) -> bool {
    let like = |pattern: &str, text: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(found, wanted)| match wanted {
                b'0' => found.is_ascii_digit(),
                _ => found == wanted,
            })
    };
    match form {
        Form::Plain => true,
        Form::Date => like("0000-00-00", text),
        Form::Time => {
            let (clock, zone) = text.split_at_checked(19).unwrap_or((text, ""));
            let fraction = zone.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
            let zone = fraction.unwrap_or(zone);
            like("0000-00-00T00:00:00", clock) && (zone == "Z" || like("+00:00", zone) || like("-00:00", zone))
        }
    }
}
