//! Reads the documents of several files: what every kind has in common.

use std::{collections::BTreeMap, sync::Arc};

use serde_saphyr::{Location, Spanned};

use super::{
    SLO,
    document::{Document, Spec},
    line,
    node::FileText,
};
use crate::{data::DataError, slo::Slo};

const LONGEST_DESCRIPTION: usize = 1050;

/// Reads the documents of several files.
pub(crate) struct Reader<'a> {
    /// What is not an SLO, by kind and name.
    objects: BTreeMap<(&'a str, &'a str), (&'a str, &'a Spanned<Document>)>,
    pub(crate) file: &'a str,
    pub(crate) errors: Vec<DataError>,
    pub(crate) warnings: Vec<DataError>,
    /// What the files say, by their names.
    texts: BTreeMap<&'a str, &'a str>,
    /// The objectives so far.
    pub(super) known: Vec<Arc<Slo>>,
    /// Are the objectives known that composites are made of?
    pub(super) composites: bool,
    /// Was something left for when they are?
    pub(super) postponed: bool,
    /// May an objective that is not known be there, because it could not be read or says another service?
    pub(super) incomplete: bool,
    /// What was left.
    waiting: Vec<(&'a str, Spanned<Document>)>,
}

impl<'a> Reader<'a> {
    pub(super) fn over(texts: &[(&'a str, &'a str)], documents: &[(&'a str, &'a Spanned<Document>)]) -> Self {
        let mut reader = Self {
            objects: BTreeMap::new(),
            file: "",
            errors: Vec::new(),
            warnings: Vec::new(),
            texts: texts.iter().copied().collect(),
            known: Vec::new(),
            composites: false,
            postponed: false,
            incomplete: false,
            waiting: Vec::new(),
        };
        for &(file, document) in documents {
            let (kind, name) = (document.value.kind.as_str(), &document.value.metadata.name);
            match reader.objects.get(&(kind, name.value.as_str())) {
                None => {
                    reader.objects.insert((kind, &name.value), (file, document));
                }
                Some((first_file, first)) => {
                    let first = DataError::new(*first_file, line(&first.value.metadata.name.defined), "").place();
                    let message =
                        format!("there is a {kind} `{}` in {first} already: give this one another name", name.value);
                    reader.in_file(file, |reader| reader.complain(&name.defined, message));
                }
            }
        }
        reader
    }

    /// Reads the SLOs of a file. Those that are made of others wait for [`composites`](Self::composites).
    pub(super) fn slos(&mut self, file: &'a str, documents: Vec<Spanned<Document>>) {
        for document in documents.into_iter().filter(|document| document.value.kind == SLO) {
            self.in_file(file, |reader| reader.check(&document));
            self.postponed = false;
            let slos = self.in_file(file, |reader| reader.slo(&document));
            if self.postponed {
                self.waiting.push((file, document));
            }
            self.add(slos.unwrap_or_default());
        }
    }

    /// Reads what waits for the objectives that it is made of. One of a service that is not there is hardly what it says.
    pub(super) fn composites(&mut self, is_service: &dyn Fn(&str) -> bool) {
        self.composites = true;
        self.incomplete = !self.errors.is_empty() || self.known.iter().any(|slo| !is_service(&slo.service));
        let mut composites = Vec::new();
        for (file, document) in std::mem::take(&mut self.waiting) {
            composites.extend(self.in_file(file, |reader| reader.slo(&document)).unwrap_or_default());
        }
        self.add(composites);
    }

    fn add(&mut self, slos: Vec<Slo>) {
        for slo in slos {
            if let Some(first) =
                self.known.iter().find(|first| (&first.service, &first.name) == (&slo.service, &slo.name))
            {
                let place = if first.file == slo.file { "line ".to_owned() } else { format!("{}:", first.file) };
                let message = format!(
                    "`{}` has an SLO `{}` in {place}{} already: give this one another name",
                    slo.service, slo.name, first.line
                );
                self.errors.push(DataError::new(&slo.file, slo.line, message));
            }
            self.known.push(Arc::new(slo));
        }
    }

    /// Checks what concerns an object of any kind, and reads those that no SLO may refer to.
    pub(super) fn check(&mut self, document: &Spanned<Document>) {
        let Document { kind, metadata, spec, .. } = &document.value;
        if kind != SLO {
            self.name(&metadata.name);
            self.labels(metadata);
        }
        let Some(spec) = spec else {
            if kind != "Service" {
                self.complain(&document.defined, format!("no `spec` of the {kind}: write one"));
            }
            return;
        };
        let (at, spec) = (spec.defined, &spec.value);
        self.strays(spec, kind);
        let name = &metadata.name;
        match kind.as_str() {
            "DataSource" => self.check_data_source(name, spec, &at),
            // Its sources are judged where an SLO reads them.
            "SLI" => self.hold_indicator(&at, spec),
            "AlertNotificationTarget" if spec.target.is_none() => {
                self.complain(&at, "no `target`: write for example `target: email`");
            }
            "AlertCondition" => {
                self.condition(&name.value, &at, spec);
            }
            "AlertPolicy" => {
                self.policy(&name.value, &at, spec);
            }
            _ => {}
        }
    }

    pub(super) fn strays(&mut self, spec: &Spec, kind: &str) {
        for (field, at) in spec.strays(kind) {
            self.complain(&at, format!("kind `{kind}` has no `{field}`: remove it"));
        }
        if let Some(text) = spec.description.as_ref().filter(|text| text.value.chars().count() > LONGEST_DESCRIPTION) {
            self.complain(
                &text.defined,
                format!("the description has more than {LONGEST_DESCRIPTION} characters: shorten it"),
            );
        }
    }

    pub(super) fn find(&self, kind: &str, name: &str) -> Option<(&'a str, &'a Document)> {
        self.objects.get(&(kind, name)).map(|(file, document)| (*file, &document.value))
    }

    /// The text of the file that is read.
    pub(super) fn text(&self) -> FileText<'a> {
        FileText(self.texts.get(self.file).copied().unwrap_or_default())
    }

    /// Reads something that stands in another file.
    pub(crate) fn in_file<T>(&mut self, file: &'a str, read: impl FnOnce(&mut Self) -> T) -> T {
        let here = std::mem::replace(&mut self.file, file);
        let found = read(self);
        self.file = here;
        found
    }

    pub(crate) fn complain(&mut self, at: &Location, message: impl Into<String>) {
        self.errors.push(DataError::at(self.file, at, message));
    }

    pub(crate) fn refuse<T>(&mut self, at: &Location, message: impl Into<String>) -> Option<T> {
        self.complain(at, message);
        None
    }

    pub(crate) fn warn(&mut self, at: &Location, message: impl Into<String>) {
        self.warnings.push(DataError::at(self.file, at, message));
    }
}
