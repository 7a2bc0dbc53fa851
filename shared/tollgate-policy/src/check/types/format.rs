//! `sprintf`: as many values as the format has places, each of the kind that its verb writes.

use regorus::unstable::{Expr, Ref};

use super::{Checker, kind::Type, path::shown, unit::Unit};

impl<'a, 's> Checker<'a, 's> {
    pub(super) fn format(&mut self, params: &'a [Ref<Expr>], with: &Type<'s>) {
        let [format, values] = params else { return };
        let (Expr::String { span, .. } | Expr::RawString { span, .. }) = &**format else { return };
        let verbs = verbs(span.text());
        let Some(array) = with.array.as_ref().filter(|array| array.rest.is_none() && with.letters() == ['a']) else {
            return;
        };
        if verbs.len() != array.items.len() {
            let (places, given) = (verbs.len(), array.items.len());
            self.report(span, format!("the format has {places} places, and {given} values are given: make them agree"));
            return;
        }
        for (place, ((verb, percent), value)) in verbs.iter().zip(&array.items).enumerate() {
            let item = match &**values {
                Expr::Array { items, .. } => items.get(place),
                _ => None,
            };
            let what = item.map_or_else(|| format!("value {}", place + 1), |item| shown(item));
            let span = item.map_or(span, |item| item.span());
            if let Some(message) = misfit(*verb, *percent, value, &what) {
                self.report(span, message);
            }
        }
    }
}

fn misfit(verb: char, percent: bool, value: &Type<'_>, what: &str) -> Option<String> {
    if value.any || value.is_empty() || verb == 'v' {
        return None;
    }
    let other = |kind: char| value.letters().iter().any(|letter| *letter != kind) || !value.truths.is_empty();
    let is = value.described();
    match verb {
        _ if value.null => {
            Some(format!("`{what}` can be null, which `%{verb}` cannot write: test `!= null` before, or write `%v`"))
        }
        's' if other('t') => {
            let write = if value.number.is_some() { "`%d`" } else { "`%v`" };
            Some(format!("`{what}` is {is}, and `%s` writes texts: write {write}"))
        }
        'd' if other('n') => Some(format!("`{what}` is {is}, and `%d` writes whole numbers: write `%s` or `%v`")),
        'd' if value.number.is_some_and(|number| number.fraction) => {
            Some(format!("`{what}` has a fraction, and `%d` writes whole numbers: write `%v`"))
        }
        'd' if percent && value.number.is_some_and(|number| number.unit.is_some_and(|unit| unit != Unit::Percent)) => {
            let unit = value.number.and_then(|number| number.unit).map_or("", Unit::described);
            Some(format!("`{what}` counts {unit}, and the text says percent: write `%s` with `format.percent`"))
        }
        _ => None,
    }
}

/// The verb of each place, and whether a percent sign follows it.
fn verbs(format: &str) -> Vec<(char, bool)> {
    let mut found = Vec::new();
    let mut rest = format.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '%' {
            continue;
        }
        let mut verb = rest.next();
        while verb.is_some_and(|flag| flag.is_ascii_digit() || "+-# .".contains(flag)) {
            verb = rest.next();
        }
        if let Some(verb) = verb.filter(|verb| *verb != '%') {
            let mut ahead = rest.clone().skip_while(|letter| *letter == ' ');
            found.push((verb, ahead.next() == Some('%')));
        }
    }
    found
}
