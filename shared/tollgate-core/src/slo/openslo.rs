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
//!   Period: 300             # of a metric that has a datapoint only every five minutes; otherwise left out
//!   Region: eu-central-1    # optional, as are AccountId and RoleArn
//!   treatMissing: zero      # of a bad metric, or of the total, that its source omits while there is nothing to count
//! ```
//!
//! as the CloudWatch API has it, also nested in `MetricStat` and `Metric`; each field may begin with a small letter. Or it
//! is arithmetic over several such metrics:
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
//! An SLO of CloudWatch Application Signals is a `ratioMetric` with `rawType: success` and a `raw` source:
//!
//! ```yaml
//! type: ApplicationSignals
//! spec: {Id: checkout-availability}   # its name or ARN; optional: Region and RoleArn
//! ```
//!
//! with `Occurrences` where it is request-based there, `Timeslices` where it is period-based.
//!
//! A metric that has fewer datapoints than one a minute is read by those that it has, as `Period` says: full minutes, of
//! which a day has a whole number. Holes, freshness and slices are then of that length, and a burn window that is shorter
//! is judged over one datapoint. The metrics of one indicator are all read by the longest of their `Period`s.
//!
//! A value (`thresholdMetric`, or a `raw` ratio) is judged by datapoints of one length over the whole period, so that a bad
//! minute counts for as much when it is old: by minutes over up to 14 days, by five minutes over up to 62, as over 30 days
//! or a month, and by hours over more, as long as CloudWatch keeps them; or by its `Period`, if that is longer. In slices
//! that are shorter, or not made of those, by the longest of 60, 300 and 3600 seconds that divides the slice; the days
//! that CloudWatch forgot are those that the scheduled run kept. Counts add up and are taken as fine as they come.
//!
//! Of time without a datapoint nothing is known, unless `treatMissing` says what it means: `zero` of a bad metric or a total
//! that is published only when there is something to count, `idle` of a value that is published only when there is something
//! to measure. `unknown` says that it is published always, so that silence is loss: of a good metric, too, which otherwise has
//! nothing where all that the total counts was bad. An objective about others is a `ratioMetric`
//! with `rawType: success` and a `raw` source of `type: Tollgate`, whose `spec` is `worstOf: [service/name, …]` or
//! `weighted: {service/name: 2, …}`. Several services share the budget of an SLO with the annotation
//! `tollgate.dev/shared-with: payments-api, ledger-db`: it binds them all, and where each has counts of its own, an
//! `expression` adds them up.

use std::sync::Arc;

pub(crate) use document::Source as WrittenSource;
use document::{Document, Header};
pub(crate) use metric::Purpose;
use node::Node;
pub(crate) use reader::Reader;
use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};
use several::Objects;
pub(crate) use source::MetricSource as WrittenMetricSource;

use super::Slo;
use crate::data::{DataError, from_yaml_documents};

mod alerts;
mod composite;
mod document;
mod indicator;
mod metadata;
mod metric;
mod node;
mod place;
mod reader;
mod resolution;
mod several;
mod signals;
mod slo;
mod source;
mod specification;
mod window;

/// The kind of an objective.
const SLO: &str = "SLO";
/// Kinds beside it, in the order in which they are checked.
const KINDS: [&str; 6] = ["Service", "DataSource", "SLI", "AlertNotificationTarget", "AlertCondition", "AlertPolicy"];

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
    let (objectives, errors) = read_as_far(files, &|_| true);
    if errors.is_empty() { Ok(objectives) } else { Err(errors) }
}

/// The same as far as they can be read, and everything that is wrong. `is_service` says which services there are.
pub(crate) fn read_as_far<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    is_service: &dyn Fn(&str) -> bool,
) -> (Objectives, Vec<DataError>) {
    let files: Vec<(&str, &str)> = files.into_iter().collect();
    let (shared, empty) = match documents_of(&files, shared_of) {
        Ok(found) => found,
        Err(errors) => return (Objectives::default(), errors),
    };
    let mut reader = Reader::over(&files, &shared.iter().map(|(file, document)| (*file, document)).collect::<Vec<_>>());
    for kind in KINDS {
        for (file, document) in shared.iter().filter(|(_, document)| document.value.kind == kind) {
            reader.in_file(file, |reader| reader.check(document));
        }
    }
    // Objectives are read file by file: as written, those of an organisation take tens of megabytes.
    let mut errors = Vec::new();
    for (file, text) in &files {
        match objects_of(file, text) {
            Ok(found) => reader.slos(file, found),
            Err(found) => errors.extend(found),
        }
    }
    // What others refer to may be in a file that cannot be read.
    if !errors.is_empty() {
        return (Objectives::default(), errors);
    }
    reader.composites(is_service);
    let slos = std::mem::take(&mut reader.known).into_iter().map(Arc::unwrap_or_clone).collect();
    match settled(reader, empty) {
        Ok(warnings) => (Objectives { slos, warnings }, Vec::new()),
        Err(errors) => (Objectives { slos, warnings: Vec::new() }, errors),
    }
}

/// Checks files (path, text) against the specification alone: sources of any type, and references to what is in none
/// of the files, are good. What is allowed and hardly meant is returned.
///
/// # Errors
/// Everything that is wrong with the files, by file and line.
pub fn check_syntax<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<DataError>, Vec<DataError>> {
    let files: Vec<(&str, &str)> = files.into_iter().collect();
    let (documents, empty) = documents_of(&files, all_of)?;
    let mut reader =
        Reader::over(&files, &documents.iter().map(|(file, document)| (*file, document)).collect::<Vec<_>>());
    // That a name is there once is asked of what is read, not of what is written.
    reader.warnings.append(&mut reader.errors);
    for (file, document) in &documents {
        reader.in_file(file, |reader| reader.hold(document));
    }
    for (file, text) in &files {
        let objects: Vec<Spanned<Node>> = objects_of(file, text)?;
        reader.in_file(file, |reader| objects.iter().for_each(|object| reader.hold_types(object)));
    }
    settled(reader, empty)
}

/// The warnings of a reader, and others.
fn settled(reader: Reader<'_>, others: Vec<DataError>) -> Result<Vec<DataError>, Vec<DataError>> {
    let Reader { mut errors, mut warnings, .. } = reader;
    warnings.extend(others);
    for found in [&mut errors, &mut warnings] {
        found.sort();
        found.dedup();
    }
    if errors.is_empty() { Ok(warnings) } else { Err(errors) }
}

type Found = Result<Option<Vec<Spanned<Document>>>, Vec<DataError>>;
type Located<'a> = Vec<(&'a str, Spanned<Document>)>;

/// The documents of files, and a warning of each that has none.
fn documents_of<'a>(
    files: &[(&'a str, &'a str)],
    of: impl Fn(&str, &str) -> Found,
) -> Result<(Located<'a>, Vec<DataError>), Vec<DataError>> {
    let (mut documents, mut errors, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    for (file, text) in files {
        match of(file, text) {
            Ok(None) => empty.push(DataError::new(*file, None, "nothing is in it: write an SLO, or remove the file")),
            Ok(Some(found)) => documents.extend(found.into_iter().map(|document| (*file, document))),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok((documents, empty)) } else { Err(errors) }
}

/// What objectives of other files may refer to; none when nothing is in the file at all.
fn shared_of(file: &str, text: &str) -> Found {
    let Some(kinds) = kinds_of(file, text)? else { return Ok(None) };
    if kinds.iter().all(|kind| kind == SLO) {
        return Ok(Some(Vec::new()));
    }
    let all: Vec<Spanned<Document>> = objects_of(file, text)?;
    Ok(Some(all.into_iter().filter(|document| document.value.kind != SLO).collect()))
}

/// All that is in a file; none when nothing is.
fn all_of(file: &str, text: &str) -> Found {
    kinds_of(file, text)?.map(|_| objects_of(file, text)).transpose()
}

/// The kinds of the objects of a file, if they are those of OpenSLO v1; none when nothing is in it.
fn kinds_of(file: &str, text: &str) -> Result<Option<Vec<String>>, Vec<DataError>> {
    let headers: Vec<Spanned<Header>> = objects_of(file, text)?;
    let errors: Vec<DataError> = headers
        .iter()
        .flat_map(|header| wrong_header(&header.value).map(|(at, message)| (at.unwrap_or(header.defined), message)))
        .map(|(at, message)| DataError::at(file, &at, message))
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let kinds = headers.into_iter().filter_map(|header| header.value.kind).map(|kind| kind.value);
    Ok(Some(kinds.collect::<Vec<_>>()).filter(|kinds| !kinds.is_empty()))
}

/// Reads files of other kinds, whose metric sources are written as here and may refer to the data sources of these.
/// What is wrong with those is told where they are read for their own sake.
///
/// Returns errors and warnings, by file and line.
pub(crate) fn read_others<'a>(
    slo_files: impl IntoIterator<Item = (&'a str, &'a str)>,
    others: impl IntoIterator<Item = (&'a str, &'a str)>,
    mut read: impl FnMut(&mut Reader<'_>, &str, &str),
) -> (Vec<DataError>, Vec<DataError>) {
    let others: Vec<(&str, &str)> = others.into_iter().collect();
    let files: Vec<(&str, &str)> = slo_files.into_iter().filter(|_| !others.is_empty()).collect();
    let found = |(file, text): &(&'a str, &'a str)| (*file, shared_of(file, text).ok().flatten().unwrap_or_default());
    let documents: Vec<(&str, Vec<Spanned<Document>>)> = files.iter().map(found).collect();
    let documents: Vec<(&str, &Spanned<Document>)> =
        documents.iter().flat_map(|(file, found)| found.iter().map(move |document| (*file, document))).collect();
    let mut reader = Reader::over(&[files, others.clone()].concat(), &documents);
    reader.errors.clear();
    for (file, text) in others {
        reader.in_file(file, |reader| read(reader, file, text));
    }
    (reader.errors, reader.warnings)
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
    let metadata = match &header.metadata {
        None => Some((None, "no `metadata`: write `metadata: {name: …}`".to_owned())),
        Some(metadata) if metadata.value.name.is_none() => {
            Some((Some(metadata.defined), "no `name`: write it here".to_owned()))
        }
        Some(_) => None,
    };
    version.into_iter().chain(kind).chain(metadata)
}

fn line(at: &Location) -> Option<u64> {
    Some(at.line()).filter(|line| *line > 0)
}

#[cfg(test)]
mod tests;
