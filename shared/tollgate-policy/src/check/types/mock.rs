//! `with input as …`: facts that some schema allows, or the test proves nothing.

use regorus::unstable::WithModifier;

use super::{Checker, fits::Strictness, scope::Scope};
use crate::reference::Reference;

impl<'a, 's> Checker<'a, 's> {
    pub(super) fn mock(&mut self, modifier: &'a WithModifier, scope: &Scope<'a, 's>) {
        let value = self.value(&modifier.r#as, scope);
        let Some(target) = Reference::of(&modifier.refr).filter(|target| target.root == "input") else { return };
        let names = target.names();
        let mut least: Option<Vec<String>> = None;
        for schema in self.mocked.clone() {
            let mut wanted = schema.root();
            for name in names.iter().skip(1) {
                wanted = match schema.field_of(&wanted, name) {
                    Ok(found) => found,
                    Err(message) => return self.report(modifier.refr.span(), message),
                };
            }
            let found = schema.misfits(self.schema, &value, &wanted, Strictness::Part, &mut self.fitting);
            if least.as_ref().is_none_or(|least| found.len() < least.len()) {
                least = Some(found);
            }
        }
        let misfits = least.unwrap_or_default();
        // Facts of another gate differ in much, and in this above all.
        let of_gate = misfits.iter().find(|misfit| misfit.starts_with("`gate`")).cloned();
        for misfit in of_gate.map_or(misfits, |gate| vec![gate]) {
            self.report(modifier.r#as.span(), format!("no facts are like this: {misfit}"));
        }
    }
}
