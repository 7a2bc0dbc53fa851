//! The elements of a rule's sets: what a finding must be, before one is ever produced.

use regorus::unstable::{Expr, Ref};
use serde_json::Value;

use super::{
    Checker,
    fits::{Fitting, Strictness},
    kind::Type,
    path::shown,
};

/// What a finding's fields are, generated from the type that elements are read into.
pub(super) fn schema() -> Value {
    crate::element::schema()
}

impl<'a, 's> Checker<'a, 's> {
    pub(super) fn finding(&mut self, set: &str, key: &'a Ref<Expr>, element: &Type<'s>) {
        if !element.any && element.objects.is_empty() && !element.is_empty() {
            let is = element.described();
            let message = format!(
                "an element of `{set}` is an object, and this is {is}: write `{{\"message\": {}}}`",
                shown(key)
            );
            return self.report(key.span(), message);
        }
        let wanted = self.element.root();
        let mut misfits = self.element_misfits(element, &wanted);
        // A message under another name is missing under its own.
        if misfits.iter().any(|misfit| misfit.starts_with("there is no field")) {
            misfits.retain(|misfit| !misfit.starts_with("there is no `"));
        }
        for misfit in misfits {
            let hint = if misfit.contains("`msg`") { ": a finding's text is its `message`" } else { "" };
            self.report(key.span(), format!("this is not what a finding is: {misfit}{hint}"));
        }
        let asks = element.objects.iter().any(|object| self.schema.fields_of(object).known.contains_key("approval"));
        if asks && set != "require_approval" {
            let message = format!("only a finding of `require_approval` has an `approval`, and this is one of `{set}`");
            self.report(key.span(), message);
        }
    }

    fn element_misfits(&self, element: &Type<'s>, wanted: &Type<'s>) -> Vec<String> {
        // What fits as part of some facts need not be a whole finding.
        self.element.misfits(self.schema, element, wanted, Strictness::Whole, &mut Fitting::new())
    }
}
