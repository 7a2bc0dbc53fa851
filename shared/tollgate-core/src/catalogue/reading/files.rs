//! Files of services, teams, maintenance and freezes, into the catalogue.

use std::sync::Arc;

use serde::Deserialize;

use super::Reading;
use crate::{
    catalogue::{
        Freeze,
        calendar::Calendar,
        entries::{ServiceEntry, TeamEntry},
    },
    data::{DataError, from_yaml},
    names::{Declared, Kind, shown},
    slo::{Exclusion, ExclusionEntry},
};

/// `data/maintenance/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Maintenance {
    maintenance: Vec<ExclusionEntry>,
}

impl Reading<'_> {
    pub(super) fn service(
        &mut self,
        stem: &str,
        file: &str,
        text: &str,
        seen: &mut Declared,
    ) -> Result<(), Vec<DataError>> {
        let entry: ServiceEntry = from_yaml(file, text).map_err(|error| vec![error])?;
        let at = DataError::at(file, &entry.name.defined, "");
        let (service, mut wrong) = entry.read(file, &mut self.references);
        wrong.extend(misnamed(&service.name, stem, &at).or_else(|| seen.add(Kind::Service, &service.name, &at)));
        service.environments.iter().for_each(|name| self.known.add(Kind::Environment, name));
        self.known.add(Kind::Service, &service.name);
        self.catalogue.services.insert(service.name.clone(), service);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    pub(super) fn team(
        &mut self,
        stem: &str,
        file: &str,
        text: &str,
        seen: &mut Declared,
    ) -> Result<(), Vec<DataError>> {
        let entry: TeamEntry = from_yaml(file, text).map_err(|error| vec![error])?;
        let at = DataError::at(file, &entry.name.defined, "");
        let (team, mut wrong) = entry.read(file);
        wrong.extend(misnamed(&team.name, stem, &at).or_else(|| seen.add(Kind::Team, &team.name, &at)));
        self.known.add(Kind::Team, &team.name);
        self.catalogue.teams.insert(team.name.clone(), team);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    pub(super) fn maintenance(&mut self, file: &str, text: &str, seen: &mut Declared) -> Result<(), Vec<DataError>> {
        let read: Maintenance = from_yaml(file, text).map_err(|error| vec![error])?;
        let mut wrong = Vec::new();
        for entry in read.maintenance {
            let at = DataError::at(file, &entry.name.defined, "");
            wrong.extend(seen.add(Kind::Maintenance, &entry.name.value, &at));
            match Exclusion::read(file, entry, &mut self.references) {
                Ok(exclusion) => self.catalogue.maintenance.push(Arc::new(exclusion)),
                Err(error) => wrong.push(error),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    pub(super) fn calendar(&mut self, file: &str, text: &str, seen: &mut Declared) -> Result<(), Vec<DataError>> {
        let read: Calendar = from_yaml(file, text).map_err(|error| vec![error])?;
        let mut wrong = Vec::new();
        for entry in read.freezes {
            let at = DataError::at(file, &entry.name.defined, "");
            self.known.add(Kind::Freeze, &entry.name.value);
            wrong.extend(seen.add(Kind::Freeze, &entry.name.value, &at));
            match Freeze::read(file, entry, &mut self.references) {
                Ok(freeze) => self.catalogue.freezes.push(freeze),
                Err(error) => wrong.push(error),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

fn misnamed(name: &str, stem: &str, at: &DataError) -> Option<DataError> {
    let message = format!("the entry is named `{}`: the file should be `{name}.yaml`", shown(name));
    (name != stem).then(|| DataError { message, ..at.clone() })
}
