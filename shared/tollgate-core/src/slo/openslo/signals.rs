//! A source that is an SLO of CloudWatch Application Signals.

use serde_saphyr::Spanned;

use super::{Reader, document, place::Place};
use crate::slo::SignalsSlo;

const LONGEST_ID: usize = 2048;

impl Reader<'_> {
    /// Which SLO of Application Signals, and where it is: its ARN says so, or the source does.
    pub(super) fn signals(&mut self, source: &Spanned<document::Source>) -> Option<SignalsSlo> {
        let outer = match &source.value.metric_source.metric_source_ref {
            Some(reference) => self.data_source(&reference.value)?,
            None => Place::default(),
        };
        let spec = self.source_spec(source, "write `Id`, the name or ARN of the SLO")?;
        let Some(id) = &spec.value.id else {
            return self.refuse(&spec.defined, "no `Id`: write the name or ARN of the SLO");
        };
        let read = [&spec.value.namespace, &spec.value.metric_name, &spec.value.stat, &spec.value.period];
        let stray = read.into_iter().flatten().chain(&spec.value.treat_missing).chain(&spec.value.expression);
        if let Some(stray) = stray.chain(&spec.value.others).next() {
            let message =
                format!("`{}`: a source of type `ApplicationSignals` has `Id`, `Region` and `RoleArn`", stray.value);
            return self.refuse(&stray.defined, message);
        }
        if let Some(account) = &spec.value.account_id {
            return self.refuse(&account.defined, "`AccountId` is part of the SLO's ARN: write that as `Id`");
        }
        let parts: Vec<&str> = id.value.split(':').collect();
        let of_arn = match parts.as_slice() {
            [name] if !name.trim().is_empty() => None,
            ["arn", _, "application-signals", region, account, slo]
                if !region.is_empty() && account.len() == 12 && slo.len() > "slo/".len() && slo.starts_with("slo/") =>
            {
                Some((*region).to_owned())
            }
            _ => {
                let message = format!(
                    "`{}` is no SLO: write its name, or `arn:aws:application-signals:eu-central-1:111122223333:slo/NAME`",
                    id.value
                );
                return self.refuse(&id.defined, message);
            }
        };
        if id.value.len() > LONGEST_ID {
            return self.refuse(&id.defined, format!("the `Id` is longer than {LONGEST_ID} characters"));
        }
        let Place { region, role_arn, .. } = self.place(&spec.value, &outer)?;
        match (of_arn, region) {
            (Some(there), Some(region)) if there != region => {
                let message = format!("the SLO is in `{there}`, not in `{region}`: remove `Region`");
                self.refuse(&id.defined, message)
            }
            (there, region) => Some(SignalsSlo { id: id.value.clone(), region: there.or(region), role_arn }),
        }
    }
}
