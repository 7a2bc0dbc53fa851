//! Facts drawn from a seed, along the published schema of a gate's facts.
//!
//! What is drawn has the types of the facts; [`Draw::Damaged`] then takes fields away or puts values of other types
//! there, since facts that were recorded by other versions, and mistakes of gathering, look like that.

mod damage;
mod names;
mod numbers;
mod walk;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, anyhow};
use fastrand::Rng;
use serde_json::Value;
use tollgate_core::{catalogue::Catalogue, decision::Gate};
use tollgate_policy::PolicySet;

use self::{numbers::Numbers, walk::Walk};

/// The service whose settings the drawn facts have.
const SERVICE: &str = "payments-api";

/// How facts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Every value is what a healthy service has.
    Calm,
    /// Some elements are calm, some have a few odd values and some many.
    Mixed,
    /// The same, with fields missing, null where they cannot be, or of another type.
    Damaged,
}

/// Draws facts.
#[derive(Debug)]
pub struct Generator {
    schemas: BTreeMap<&'static str, Value>,
    settings: Value,
    numbers: Numbers,
}

impl Generator {
    /// Takes the schemas below the policies' folder and the settings as a gate reads them.
    ///
    /// # Errors
    /// When the schemas or the settings cannot be read.
    pub fn open(folder: &Path, policies: &PolicySet) -> Result<Self> {
        let catalogue = Catalogue::read(policies.data_files()).map_err(|errors| anyhow!("{errors:?}"))?;
        let settings = serde_json::to_value(catalogue.settings_of(SERVICE))?;
        let schemas = Gate::ALL.map(|gate| {
            let file = folder.join(format!("schemas/facts.{}.schema.json", gate.as_str()));
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            Ok((gate.as_str(), serde_json::from_str(&text)?))
        });
        let schemas = schemas.into_iter().collect::<Result<_>>()?;
        Ok(Self { schemas, numbers: Numbers::around(&settings), settings })
    }

    /// Facts of a gate: the same for the same seed and schema.
    pub fn facts(&self, gate: Gate, draw: Draw, seed: u64) -> Value {
        let schema = self.schemas.get(gate.as_str()).unwrap_or(&Value::Null);
        let mut rng = Rng::with_seed(seed);
        let mut facts = Walk::new(schema, &self.settings, &self.numbers, &mut rng, draw).facts();
        if draw == Draw::Damaged {
            damage::some(&mut facts, &mut rng);
        }
        facts
    }

    /// An element of the list that these names lead to, with `*` for any element on the way; none where the schema has
    /// no such list.
    pub fn element(&self, gate: Gate, names: &[&str], draw: Draw, seed: u64) -> Option<Value> {
        let schema = self.schemas.get(gate.as_str())?;
        let mut rng = Rng::with_seed(seed);
        Walk::new(schema, &self.settings, &self.numbers, &mut rng, draw).element(names)
    }
}

#[cfg(test)]
mod tests;
