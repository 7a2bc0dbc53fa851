//! `data/keptn/SERVICE.sli.yaml`: where the numbers of an imported Keptn gate come from.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Catalogue,
    layout::{Claim, claim},
};
use crate::{
    data::DataError,
    keptn::{self, KeptnGate},
    slo::openslo::Reader,
};

const SUFFIX: &str = ".sli.yaml";
const FOLDER: &str = "data/keptn/";

/// Is this a file of indicators?
pub(super) fn is_file(file: &str) -> bool {
    matches!(claim(file), Ok(Claim::Indicators(_)))
}

impl Catalogue {
    /// Gates whose indicators nobody says how to read.
    pub(super) fn gates_without_indicators(&self, files: &BTreeMap<String, String>) -> Vec<DataError> {
        let of_keptn = files.keys().filter(|file| file.starts_with(FOLDER));
        let read = of_keptn.filter_map(|file| match claim(file) {
            Ok(Claim::Indicators(service)) => Some(service),
            _ => None,
        });
        let read: BTreeSet<&str> = read.collect();
        let absent = self.keptn.keys().filter(|service| !read.contains(service.as_str()));
        absent
            .map(|service| {
                let file = format!("{FOLDER}{service}{SUFFIX}");
                let message = format!("the gate has no values: write `{file}` with `indicators`, one for each `sli`");
                DataError::new(format!("{FOLDER}{service}.yaml"), None, message)
            })
            .collect()
    }

    pub(super) fn add_indicators(
        &mut self,
        reader: &mut Reader<'_>,
        files: &BTreeMap<String, String>,
        (file, text): (&str, &str),
    ) {
        let Ok(Claim::Indicators(service)) = claim(file) else { return };
        let Some(gate) = self.keptn.get(service) else {
            if files.keys().any(|file| claim(file) == Ok(Claim::Keptn(service))) {
                // What is wrong with the gate itself is told already.
                return;
            }
            let message = format!("there is no gate that reads it: write `{FOLDER}{service}.yaml`, Keptn's `slo.yaml`");
            return reader.errors.push(DataError::new(file, None, message));
        };
        if let Some(slis) = keptn::read_slis(reader, service, file, text) {
            hold(reader, file, gate, &slis);
            self.keptn_slis.insert(service.to_owned(), slis);
        }
    }
}

/// Every objective has an indicator; an indicator without objective is not read.
fn hold(reader: &mut Reader<'_>, file: &str, gate: &KeptnGate, slis: &keptn::KeptnSlis) {
    for objective in gate.objectives.iter().filter(|objective| !slis.indicators.contains_key(&objective.sli)) {
        let message = format!("no indicator `{}`, which the gate judges: write its `metricSource`", objective.sli);
        reader.errors.push(DataError::new(file, None, message));
    }
    let judged = |name: &String| gate.objectives.iter().any(|objective| objective.sli == *name);
    for unread in slis.indicators.keys().filter(|name| !judged(name)) {
        let message = format!("no objective of the gate judges `{unread}`, so it is not read: remove it");
        reader.warnings.push(DataError::new(file, None, message));
    }
}
