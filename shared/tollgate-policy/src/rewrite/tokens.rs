//! The tokens of a file, and which of them an expression stands on.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use regorus::{
    Source,
    unstable::{Expr, Lexer, Span, TokenKind},
};

/// Bytes of a file, from the first to behind the last.
pub(super) type Bytes = Range<usize>;

/// The tokens of a file in their order.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    /// Where each stands, quotes included.
    places: Vec<Bytes>,
    /// Where the bracket is that a closing one closes, and the other way round.
    partners: BTreeMap<usize, Bytes>,
    /// Where the brackets of calls begin, which belong to no argument.
    calls: BTreeSet<usize>,
}

impl<'a> Tokens<'a> {
    /// The tokens of a text that was parsed before; nothing of what cannot be read.
    pub(super) fn of(text: &'a str) -> Self {
        let (mut places, mut partners, mut open) = (Vec::new(), BTreeMap::new(), Vec::new());
        if let Ok(source) = Source::from_contents("rewritten".to_owned(), text.to_owned()) {
            let mut lexer = Lexer::new(&source);
            while let Ok(token) = lexer.next_token() {
                let quotes = usize::from(matches!(token.0, TokenKind::String | TokenKind::RawString));
                let bytes = bytes(&token.1);
                if token.0 == TokenKind::Eof {
                    break;
                }
                let place = bytes.start.saturating_sub(quotes)..bytes.end.saturating_add(quotes);
                match token.1.text() {
                    "(" | "[" | "{" | "set(" if quotes == 0 => open.push(place.clone()),
                    ")" | "]" | "}" if quotes == 0 => {
                        if let Some(opened) = open.pop() {
                            partners.insert(opened.start, place.clone());
                            partners.insert(place.start, opened);
                        }
                    }
                    _ => {}
                }
                places.push(place);
            }
        }
        Self { text, places, partners, calls: BTreeSet::new() }
    }

    /// Remembers that the bracket behind this name opens a call.
    pub(super) fn call(&mut self, function: &Expr) {
        let end = self.exact(function.span()).end;
        self.calls.extend(self.after(end).filter(|next| self.slice(next) == "(").map(|next| next.start));
    }

    pub(super) fn slice(&self, bytes: &Bytes) -> &'a str {
        self.text.get(bytes.clone()).unwrap_or_default()
    }

    /// The whole tokens that a span touches.
    pub(super) fn exact(&self, span: &Span) -> Bytes {
        let bytes = bytes(span);
        let first = self.places.partition_point(|place| place.end <= bytes.start);
        let last = self.places.partition_point(|place| place.start < bytes.end.max(bytes.start.saturating_add(1)));
        let start = self.places.get(first).map_or(bytes.start, |place| place.start);
        let end = last.checked_sub(1).and_then(|last| self.places.get(last)).map_or(bytes.end, |place| place.end);
        start.min(end)..end
    }

    /// An expression with the brackets around it alone: of `(a | b)` all, of `f(a)` only `a` for the argument.
    pub(super) fn extent(&self, expr: &Expr) -> Bytes {
        let mut bytes = self.inner(expr);
        while let (Some(before), Some(after)) = (self.before(bytes.start), self.after(bytes.end)) {
            if self.slice(&before) != "(" || self.slice(&after) != ")" || self.calls.contains(&before.start) {
                break;
            }
            bytes = before.start..after.end;
        }
        bytes
    }

    /// An expression alone. The engine has an object begin with its last field, and an empty set end too late.
    fn inner(&self, expr: &Expr) -> Bytes {
        let bytes = self.exact(expr.span());
        match expr {
            Expr::Object { .. } => match self.partners.get(&bytes.end.saturating_sub(1)) {
                Some(open) => open.start..bytes.end,
                None => bytes,
            },
            Expr::Set { items, .. } if items.is_empty() => match self.partners.get(&bytes.start) {
                Some(close) => bytes.start..close.end,
                None => bytes,
            },
            _ => bytes,
        }
    }

    /// The token in front of a place.
    pub(super) fn before(&self, start: usize) -> Option<Bytes> {
        self.places
            .partition_point(|place| place.end <= start)
            .checked_sub(1)
            .and_then(|at| self.places.get(at))
            .cloned()
    }

    /// The token behind a place.
    pub(super) fn after(&self, end: usize) -> Option<Bytes> {
        self.places.get(self.places.partition_point(|place| place.start < end)).cloned()
    }

    /// Whether a name stands among some bytes, other than as a field.
    pub(super) fn mention(&self, within: &Bytes, name: &str) -> bool {
        let first = self.places.partition_point(|place| place.start < within.start);
        let tokens = self.places.iter().skip(first).take_while(|place| place.end <= within.end);
        tokens
            .map(|place| (place, self.slice(place)))
            .any(|(place, text)| text == name && self.before(place.start).is_none_or(|dot| self.slice(&dot) != "."))
    }

    /// The text of some bytes on one line, with names in the place of parts of it.
    pub(super) fn on_one_line(&self, within: &Bytes, replaced: &[(Bytes, String)]) -> String {
        let (mut line, mut end) = (String::new(), within.start);
        let first = self.places.partition_point(|place| place.start < within.start);
        for place in self.places.iter().skip(first).take_while(|place| place.end <= within.end) {
            let part = replaced.iter().find(|(bytes, _)| bytes.start <= place.start && place.end <= bytes.end);
            let start = part.map_or(place.start, |(bytes, _)| bytes.start);
            if place.start > start {
                continue;
            }
            let gap = self.slice(&(end..start));
            line.push_str(if gap.contains(['\n', '#']) { " " } else { gap });
            line.push_str(part.map_or_else(|| self.slice(place), |(_, name)| name));
            end = part.map_or(place.end, |(bytes, _)| bytes.end);
        }
        line
    }
}

/// The bytes of a span.
pub(super) fn bytes(span: &Span) -> Bytes {
    let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
    number(span.start)..number(span.end)
}
