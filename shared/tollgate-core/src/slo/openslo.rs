//! OpenSLO v1 into objectives: what is read, and what is refused with what to write instead.
//!
//! All files of a folder are read together: `indicatorRef`, `metricSourceRef`, `alertPolicyRef` and `conditionRef` find
//! what they name in any of them. A `metricSource` is read from CloudWatch:
//!
//! ```yaml
//! metricSourceRef: telemetry   # optional: a `DataSource` with region, accountId and roleArn in its connectionDetails
//! type: CloudWatch
//! spec:
//!   Namespace: AWS/ApplicationELB
//!   MetricName: HTTPCode_Target_5XX_Count
//!   Dimensions: {LoadBalancer: app/payments/50dc6c495c0c9188}
//!   Stat: Sum               # the default of counts; or SampleCount, TC(…). What is no count: Average, p99, …
//!   Region: eu-central-1    # optional, as are AccountId and RoleArn
//!   treatMissing: zero      # only of a bad metric that its source omits while nothing is bad
//! ```
//!
//! or is arithmetic over several such metrics:
//!
//! ```yaml
//! type: CloudWatch
//! spec:
//!   expression: requests - errors
//!   inputs:
//!     requests: {Namespace: Shop, MetricName: Requests}
//!     errors: {Namespace: Shop, MetricName: Errors, treatMissing: zero}
//! ```
//!
//! Without `treatMissing`, events of which nothing is known count as bad. An objective about others is a `ratioMetric`
//! with `rawType: success` and a `raw` source of `type: Tollgate`, whose `spec` is `worstOf: [service/name, …]` or
//! `weighted: {service/name: 2, …}`. Several services share the budget of an SLO with the annotation
//! `tollgate.dev/shared-with: payments-api, ledger-db`.

use std::{collections::BTreeMap, sync::Arc};

use document::{Document, Header, Objects, Spec};
use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};

use super::Slo;
use crate::data::{DataError, from_yaml_documents};

mod alerts;
mod document;
mod indicator;
mod metric;
mod slo;
mod source;
mod window;

/// Kinds beside `SLO`, in the order in which they are checked.
const KINDS: [&str; 6] = ["Service", "DataSource", "SLI", "AlertNotificationTarget", "AlertCondition", "AlertPolicy"];
const LONGEST_DESCRIPTION: usize = 1050;

/// What the OpenSLO files of a folder come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objectives {
    /// The objectives, in the order of the files.
    pub slos: Vec<Slo>,
    /// What is allowed and hardly meant.
    pub warnings: Vec<DataError>,
}

/// Reads the objectives of one file, of any number of documents.
///
/// # Errors
/// Everything that is wrong with the file, by line.
pub fn parse(file: &str, text: &str) -> Result<Vec<Slo>, Vec<DataError>> {
    read([(file, text)]).map(|objectives| objectives.slos)
}

/// Reads the objectives of files (path, text) that belong together.
///
/// # Errors
/// Everything that is wrong with the files, by file and line.
pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Objectives, Vec<DataError>> {
    read_as(files, false)
}

/// Checks files (path, text) against the specification alone: sources of any type, and references to what is in none
/// of the files, are good. What is allowed and hardly meant is returned.
///
/// # Errors
/// Everything that is wrong with the files, by file and line.
pub fn check_syntax<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<DataError>, Vec<DataError>> {
    read_as(files, true).map(|objectives| objectives.warnings)
}

fn read_as<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    syntax_only: bool,
) -> Result<Objectives, Vec<DataError>> {
    let mut documents = Vec::new();
    let mut errors = Vec::new();
    for (file, text) in files {
        match documents_of(file, text) {
            Ok(found) => documents.push((file, found)),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let documents: Vec<(&str, &Spanned<Document>)> = documents
        .iter()
        .flat_map(|(file, documents)| documents.iter().map(move |document| (*file, document)))
        .collect();
    let mut reader = Reader::over(&documents, syntax_only);
    for kind in KINDS {
        for (file, document) in documents.iter().filter(|(_, document)| document.value.kind == kind) {
            reader.in_file(file, |reader| reader.check(document));
        }
    }
    reader.slos(&documents);
    let Reader { mut errors, mut warnings, known, .. } = reader;
    for found in [&mut errors, &mut warnings] {
        found.sort();
        found.dedup();
    }
    let slos = known.into_iter().map(Arc::unwrap_or_clone).collect();
    if errors.is_empty() { Ok(Objectives { slos, warnings }) } else { Err(errors) }
}

fn documents_of(file: &str, text: &str) -> Result<Vec<Spanned<Document>>, Vec<DataError>> {
    let headers: Vec<Spanned<Header>> = objects_of(file, text)?;
    let errors: Vec<DataError> = headers
        .iter()
        .flat_map(|header| wrong_header(&header.value).map(|(at, message)| (at.unwrap_or(header.defined), message)))
        .map(|(at, message)| DataError::new(file, line(&at), message))
        .collect();
    if errors.is_empty() { objects_of(file, text) } else { Err(errors) }
}

fn objects_of<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<Spanned<T>>, Vec<DataError>> {
    let documents: Vec<Spanned<Objects<T>>> = from_yaml_documents(file, text).map_err(|error| vec![error])?;
    Ok(documents.into_iter().flat_map(Objects::located).collect())
}

fn wrong_header(header: &Header) -> impl Iterator<Item = (Option<Location>, String)> {
    let version = match &header.api_version {
        Some(version) if version.value == "openslo/v1" => None,
        Some(version) => {
            let message = format!("`{}` is not supported: write `apiVersion: openslo/v1`", version.value);
            Some((Some(version.defined), message))
        }
        None => Some((None, "no `apiVersion`: write `apiVersion: openslo/v1`".to_owned())),
    };
    let kind = match &header.kind {
        Some(kind) if kind.value == "SLO" || KINDS.contains(&kind.value.as_str()) => None,
        Some(kind) => {
            let known = KINDS.join("`, `");
            Some((Some(kind.defined), format!("there is no kind `{}`: write `SLO`, `{known}`", kind.value)))
        }
        None => Some((None, "no `kind`: write `kind: SLO`".to_owned())),
    };
    version.into_iter().chain(kind)
}

fn line(at: &Location) -> Option<u64> {
    Some(at.line()).filter(|line| *line > 0)
}

/// Reads the documents of several files.
struct Reader<'a> {
    /// What is not an SLO, by kind and name.
    objects: BTreeMap<(&'a str, &'a str), (&'a str, &'a Spanned<Document>)>,
    file: &'a str,
    errors: Vec<DataError>,
    warnings: Vec<DataError>,
    /// Is what cannot be read here, or is elsewhere, good?
    syntax_only: bool,
    /// The objectives so far.
    known: Vec<Arc<Slo>>,
    /// Are the objectives known that composites are made of?
    composites: bool,
    /// Was something left for when they are?
    postponed: bool,
}

impl<'a> Reader<'a> {
    fn over(documents: &[(&'a str, &'a Spanned<Document>)], syntax_only: bool) -> Self {
        let mut reader = Self {
            objects: BTreeMap::new(),
            file: "",
            errors: Vec::new(),
            warnings: Vec::new(),
            syntax_only,
            known: Vec::new(),
            composites: false,
            postponed: false,
        };
        for &(file, document) in documents.iter().filter(|(_, document)| document.value.kind != "SLO") {
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

    /// Reads all SLOs, those that are made of others last.
    fn slos(&mut self, documents: &[(&'a str, &'a Spanned<Document>)]) {
        let mut postponed = Vec::new();
        for &(file, document) in documents.iter().filter(|(_, document)| document.value.kind == "SLO") {
            self.in_file(file, |reader| reader.check(document));
            self.postponed = false;
            let slos = self.in_file(file, |reader| reader.slo(document));
            if self.postponed {
                postponed.push((file, document));
            }
            self.add(slos.unwrap_or_default());
        }
        self.composites = true;
        let mut composites = Vec::new();
        for (file, document) in postponed {
            composites.extend(self.in_file(file, |reader| reader.slo(document)).unwrap_or_default());
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
    fn check(&mut self, document: &Spanned<Document>) {
        let Document { kind, metadata, spec, .. } = &document.value;
        if kind != "SLO" {
            self.name(&metadata.name);
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
            "SLI" => {
                // Its sources are judged where an SLO reads them.
                let syntax_only = std::mem::replace(&mut self.syntax_only, true);
                self.indicator_spec(&at, spec);
                self.syntax_only = syntax_only;
            }
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

    fn strays(&mut self, spec: &Spec, kind: &str) {
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

    fn name(&mut self, name: &Spanned<String>) -> Option<String> {
        let label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let text = &name.value;
        let whole = (1..=63).contains(&text.len()) && text.bytes().all(label);
        if whole && !text.starts_with('-') && !text.ends_with('-') {
            return Some(text.clone());
        }
        let message = format!("`{text}` is not a name: write up to 63 letters, digits and `-` inside");
        self.refuse(&name.defined, message)
    }

    fn find(&self, kind: &str, name: &str) -> Option<(&'a str, &'a Document)> {
        self.objects.get(&(kind, name)).map(|(file, document)| (*file, &document.value))
    }

    /// Reads something that stands in another file.
    fn in_file<T>(&mut self, file: &'a str, read: impl FnOnce(&mut Self) -> T) -> T {
        let here = std::mem::replace(&mut self.file, file);
        let found = read(self);
        self.file = here;
        found
    }

    fn complain(&mut self, at: &Location, message: impl Into<String>) {
        self.errors.push(DataError::new(self.file, line(at), message));
    }

    fn refuse<T>(&mut self, at: &Location, message: impl Into<String>) -> Option<T> {
        self.complain(at, message);
        None
    }

    fn warn(&mut self, at: &Location, message: impl Into<String>) {
        self.warnings.push(DataError::new(self.file, line(at), message));
    }
}

#[cfg(test)]
mod tests;
