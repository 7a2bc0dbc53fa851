//! What every object has: a name, labels, annotations.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_saphyr::Spanned;

use super::{
    Reader,
    document::Metadata,
    node::{Field, FileText, Misfit, Node},
};
use crate::{
    Timestamp,
    suggest::{did_you_mean, is_near},
};

/// The longest label of a DNS name, name of an object, and name of a label or annotation.
const LONGEST_NAME: usize = 63;
/// The longest DNS subdomain.
const LONGEST_PREFIX: usize = 253;
/// The prefix of annotations that are read here.
const OWN: &str = "tollgate.dev";
const SHARED_WITH: &str = "tollgate.dev/shared-with";
const SINCE: &str = "tollgate.dev/since";

impl Reader<'_> {
    /// Holds the name of an object, or of one that is referred to.
    ///
    /// The published SDK takes small letters alone. The text asks that such names be supported *at least*, and has had
    /// examples with capital ones, so those are good.
    pub(super) fn name(&mut self, name: &Spanned<String>) -> Option<String> {
        let text = &name.value;
        let whole = (1..=LONGEST_NAME).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && begins_and_ends(text);
        if whole {
            return Some(text.clone());
        }
        let message = format!("`{text}` is not a name: write up to {LONGEST_NAME} letters, digits and `-` inside");
        self.refuse(&name.defined, message)
    }

    /// The labels of an object, each with one value or several.
    pub(super) fn labels(&mut self, metadata: &Metadata) -> Option<BTreeMap<String, Vec<String>>> {
        let mut labels = Some(BTreeMap::new());
        for (name, node) in self.pairs(metadata.labels.as_ref())? {
            match (self.label_name(&name), self.values(node)) {
                (Some(()), Some(values)) => {
                    labels.as_mut().map(|labels| labels.insert(name.value, values));
                }
                _ => labels = None,
            }
        }
        labels
    }

    /// The services that share the budget of an SLO.
    pub(super) fn shared_with(&mut self, metadata: &Metadata) -> Option<Vec<String>> {
        let mut shared_with = Some(Vec::new());
        for (name, node) in self.pairs(metadata.annotations.as_ref())? {
            if self.annotation_name(&name).is_none() {
                shared_with = None;
            } else if name.value != SINCE && is_meant_for_us(&name.value) {
                let services = self.services(&name, node);
                shared_with = shared_with.zip(services).map(|(all, more)| [all, more].concat());
            }
        }
        shared_with
    }

    /// Since when an SLO is measured, where it says so. A day begins in UTC; who means another zone writes the time.
    pub(super) fn since(&mut self, metadata: &Metadata) -> Option<Option<Timestamp>> {
        let annotations = self.pairs(metadata.annotations.as_ref())?;
        let Some((_, node)) = annotations.into_iter().find(|(name, _)| name.value == SINCE) else { return Some(None) };
        let values = self.values(node)?;
        let text = if let [one] = values.as_slice() { one.trim() } else { "" };
        let day = || Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc());
        let time = || Some(chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc());
        if let Some(since) = day().or_else(time) {
            return Some(Some(since));
        }
        let message = format!(
            "`{SINCE}` is no day and no time: write since when the objective is measured, `2026-11-01` or \
             `2026-11-01T08:30:00Z`"
        );
        self.refuse(&node.defined, message)
    }

    fn services(&mut self, name: &Spanned<String>, node: &Spanned<Node>) -> Option<Vec<String>> {
        if name.value != SHARED_WITH {
            let meant = did_you_mean(&name.value, [SHARED_WITH, SINCE]);
            let message =
                format!("there is no annotation `{}`{meant}: there are `{SHARED_WITH}` and `{SINCE}`", name.value);
            return self.refuse(&name.defined, message);
        }
        let values = self.values(node)?;
        let services = values.iter().flat_map(|value| value.split(',')).map(|name| name.trim().to_owned());
        let services: Vec<String> = services.filter(|service| !service.is_empty()).collect();
        if services.is_empty() {
            let message = format!("`{SHARED_WITH}` names no service: remove it, or write `payments-api, ledger-db`");
            return self.refuse(&node.defined, message);
        }
        Some(services)
    }

    fn pairs<'n>(&mut self, node: Option<&'n Spanned<Node>>) -> Option<Vec<Field<'n>>> {
        let text = self.text();
        self.fitting(node.map_or(Ok(Vec::new()), |node| text.fields(node)))
    }

    fn values(&mut self, node: &Spanned<Node>) -> Option<Vec<String>> {
        let one = |text: FileText<'_>, node| text.value(node).map(|value| value.value);
        let text = self.text();
        self.fitting(match &node.value {
            Node::List(all) => all.iter().map(|node| one(text, node)).collect(),
            _ => one(text, node).map(|value| vec![value]),
        })
    }

    /// Holds what the text says of metadata and what is read here more freely: labels and annotations are texts.
    pub(super) fn hold_metadata(&mut self, metadata: &Metadata) {
        self.name(&metadata.name);
        for (name, node) in self.pairs(metadata.labels.as_ref()).unwrap_or_default() {
            self.label_name(&name);
            let listed = Node::list(node).unwrap_or(std::slice::from_ref(node));
            for value in listed {
                if self.is_text(value) {
                    continue;
                }
                self.complain(&value.defined, "the value of a label is a text, or a list of texts: quote it");
            }
        }
        for (name, node) in self.pairs(metadata.annotations.as_ref()).unwrap_or_default() {
            self.annotation_name(&name);
            if !self.is_text(node) {
                self.complain(&node.defined, "the value of an annotation is one text: quote it");
            }
        }
    }

    fn label_name(&mut self, name: &Spanned<String>) -> Option<()> {
        let message = || {
            format!(
                "`{}` is not the name of a label: write up to {LONGEST_NAME} letters, digits, and `-`, `_`, `.` inside",
                name.value
            )
        };
        if is_qualified(&name.value) { Some(()) } else { self.refuse(&name.defined, message()) }
    }

    fn annotation_name(&mut self, name: &Spanned<String>) -> Option<()> {
        let (prefix, own) =
            name.value.split_once('/').map_or((None, &*name.value), |(prefix, own)| (Some(prefix), own));
        if prefix.is_none_or(is_subdomain) && is_qualified(own) {
            return Some(());
        }
        let message = format!(
            "`{}` is not the name of an annotation: write `name`, or `example.com/name` with a DNS name before it, of up \
             to {LONGEST_NAME} letters, digits, and `-`, `_`, `.` inside",
            name.value
        );
        self.refuse(&name.defined, message)
    }
}

impl Reader<'_> {
    /// What fits; what does not is said.
    pub(super) fn fitting<T>(&mut self, read: Result<T, Misfit>) -> Option<T> {
        read.map_err(|Misfit { at, message }| self.complain(&at, message)).ok()
    }
}

/// Is an annotation's prefix ours, or a slip of the keyboard away from it?
fn is_meant_for_us(name: &str) -> bool {
    let prefix = name.split_once('/').map_or("", |(prefix, _)| prefix);
    let is_own =
        |name: &str| [SHARED_WITH, SINCE].iter().any(|known| known.split_once('/').is_some_and(|(_, own)| own == name));
    is_near(&prefix.to_ascii_lowercase(), OWN)
        || prefix.starts_with("tollgate") && name.rsplit('/').next().is_some_and(is_own)
}

/// A name as those of labels are: `[a-z0-9A-Z]` at both ends, with `-`, `_` and `.` between.
fn is_qualified(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(inside) && begins_and_ends(name)
}

/// DNS labels with dots between.
fn is_subdomain(prefix: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label =
        |label: &str| (1..=LONGEST_NAME).contains(&label.len()) && label.bytes().all(inside) && begins_and_ends(label);
    prefix.len() <= LONGEST_PREFIX && prefix.split('.').all(is_label)
}

fn begins_and_ends(text: &str) -> bool {
    let is_alphanumeric = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    is_alphanumeric(text.bytes().next()) && is_alphanumeric(text.bytes().next_back())
}
