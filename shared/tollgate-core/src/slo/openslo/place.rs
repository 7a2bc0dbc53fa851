//! Where metrics are: region, account, role; and the data sources that say so for many.

use serde_saphyr::{Location, Spanned};

use super::{
    Reader, document,
    node::{FileText, Misfit, Node},
};

/// Where metrics are, unless they say so themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) region: Option<String>,
    pub(super) account_id: Option<String>,
    pub(super) role_arn: Option<String>,
}

impl Reader<'_> {
    /// A place as it is written, and where it says nothing, as what is around it says.
    pub(super) fn checked_place(
        &mut self,
        region: Option<&Spanned<String>>,
        account: Option<&Spanned<String>>,
        role: Option<&Spanned<String>>,
        outer: &Place,
    ) -> Option<Place> {
        if let Some(account) = account.filter(|account| !is_account(&account.value)) {
            let message = format!("`{}` is not an account of 12 digits: quote it", account.value);
            return self.refuse(&account.defined, message);
        }
        if let Some(region) = region.filter(|region| !is_region(&region.value)) {
            return self.refuse(&region.defined, format!("`{}` is not a region such as `eu-central-1`", region.value));
        }
        if let Some(role) = role.filter(|role| !is_role(&role.value)) {
            let message = format!("`{}` is not a role such as `arn:aws:iam::111122223333:role/telemetry`", role.value);
            return self.refuse(&role.defined, message);
        }
        let own = |found: Option<&Spanned<String>>, outer: &Option<String>| {
            found.map(|found| found.value.clone()).or_else(|| outer.clone())
        };
        Some(Place {
            region: own(region, &outer.region),
            account_id: own(account, &outer.account_id),
            role_arn: own(role, &outer.role_arn),
        })
    }

    /// Where the metrics of a data source are.
    pub(super) fn data_source(&mut self, name: &str) -> Option<Place> {
        let (file, document) = self.find("DataSource", name)?;
        let spec = &document.spec.as_ref()?.value;
        self.in_file(file, |reader| {
            let mut place = Place::default();
            for ConnectionDetails { region, account_id, role_arn, .. } in reader.connection_details(spec)? {
                place = reader.checked_place(region.as_ref(), account_id.as_ref(), role_arn.as_ref(), &place)?;
            }
            Some(place)
        })
    }

    fn connection_details(&mut self, spec: &document::Spec) -> Option<Vec<ConnectionDetails>> {
        let text = self.text();
        let Some(written) = &spec.connection_details else { return Some(Vec::new()) };
        let details = match &written.value {
            Node::List(all) => all.iter().map(|details| ConnectionDetails::of(details, text)).collect(),
            _ => ConnectionDetails::of(written, text).map(|details| vec![details]),
        };
        self.fitting(details)
    }

    /// Checks a data source by itself.
    pub(super) fn check_data_source(&mut self, name: &Spanned<String>, spec: &document::Spec, at: &Location) {
        let Some(kind) = &spec.source_type else {
            return self.complain(at, "no `type` of the data source: write `type: CloudWatch`");
        };
        if !matches!(kind.value.as_str(), "CloudWatch" | "ApplicationSignals") {
            return;
        }
        if self.data_source(&name.value).is_none() {
            return;
        }
        let details = self.connection_details(spec).unwrap_or_default();
        for other in details.iter().flat_map(|details| &details.others) {
            let message = format!(
                "`{}` is not used: a data source has `region`, `accountId` and `roleArn`, and never a secret; remove it",
                other.value
            );
            self.warn(&other.defined, message);
        }
    }
}

/// How to reach a data source; what is not known here is kept by its name only, since it may be a secret.
#[derive(Debug, Default)]
struct ConnectionDetails {
    region: Option<Spanned<String>>,
    account_id: Option<Spanned<String>>,
    role_arn: Option<Spanned<String>>,
    others: Vec<Spanned<String>>,
}

impl ConnectionDetails {
    fn of(node: &Spanned<Node>, text: FileText<'_>) -> Result<Self, Misfit> {
        let mut details = Self::default();
        for (key, value) in text.fields(node)? {
            match key.value.as_str() {
                "region" => details.region = text.optional(value)?,
                "accountId" => details.account_id = text.optional(value)?,
                "roleArn" => details.role_arn = text.optional(value)?,
                _ => details.others.push(key),
            }
        }
        Ok(details)
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Two letters, where in it, and a number; between them there may be what sets a region apart, as in `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    const PARTS: [&str; 9] =
        ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts[..] {
        [land, .., part, number] if (3..=4).contains(&parts.len()) => {
            land.len() == 2
                && parts.iter().take(parts.len() - 1).all(|part| letters(part))
                && PARTS.contains(&part)
                && number.len() == 1
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

fn is_role(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [arn, partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    *arn == "arn"
        && partition.starts_with("aws")
        && is_account(account)
        && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        && !text.contains(char::is_whitespace)
}
