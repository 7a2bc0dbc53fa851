//! Which file of `data` is read as what. A file that is nothing is refused: what it says would be in force nowhere.

use crate::{names, settings::Level, stray::stray, suggest::did_you_mean};

/// What a data file is, by its path; with the name of what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim<'a> {
    Service(&'a str),
    Team(&'a str),
    Objectives,
    Canary(&'a str),
    Keptn(&'a str),
    /// Where the numbers of a Keptn gate come from.
    Indicators(&'a str),
    Budgets,
    Maintenance,
    Calendar,
    Waivers,
    Callers,
    Settings(Level<'a>),
    /// `data.json` or `data.yaml` beside `data`, which the rules read as they stand.
    Document,
}

impl Claim<'_> {
    /// Can there be only one such file?
    pub(super) const fn is_one(&self) -> bool {
        !matches!(
            self,
            Self::Objectives | Self::Budgets | Self::Maintenance | Self::Calendar | Self::Waivers | Self::Document
        )
    }
}

const FOLDERS: [&str; 10] =
    ["services", "teams", "slos", "keptn", "budgets", "canaries", "maintenance", "calendars", "waivers", "settings"];
const SLIS: &str = ".sli";

/// Says what a file is.
///
/// # Errors
/// Why it is nothing, and what to do.
pub(crate) fn claim(file: &str) -> Result<Claim<'_>, String> {
    let Some(rest) = file.strip_prefix("data/") else { return Ok(Claim::Document) };
    let (folder, name) = rest.split_once('/').unwrap_or(("", rest));
    if !folder.is_empty() && !FOLDERS.contains(&folder) {
        let meant = did_you_mean(folder, FOLDERS);
        return Err(format!("`{folder}` is not read by anything{meant}: {}", known()));
    }
    let stem = stem(name)?;
    let last = stem.rsplit('/').next().unwrap_or(stem);
    match folder {
        "services" => plain(last).map(Claim::Service),
        "teams" => plain(last).map(Claim::Team),
        "slos" => Ok(Claim::Objectives),
        "budgets" => Ok(Claim::Budgets),
        "maintenance" => Ok(Claim::Maintenance),
        "calendars" => Ok(Claim::Calendar),
        "waivers" => Ok(Claim::Waivers),
        "canaries" => flat(stem, "a canary's file", "canaries").map(Claim::Canary),
        "keptn" => flat(stem, "a Keptn gate", "keptn")
            .map(|stem| stem.strip_suffix(SLIS).map_or(Claim::Keptn(stem), Claim::Indicators)),
        "settings" => level(stem).map(Claim::Settings),
        _ if stem == "callers" => Ok(Claim::Callers),
        _ => {
            let meant = did_you_mean(name, FOLDERS.into_iter().chain(["callers.yaml"]));
            Err(format!("`{name}` is not read by anything{meant}: {}", known()))
        }
    }
}

fn known() -> String {
    let folders: Vec<String> = FOLDERS.iter().map(|folder| format!("`{folder}`")).collect();
    format!("the data are {} and `callers.yaml`", folders.join(", "))
}

/// The name without its ending, which is `.yaml` or `.yml`.
fn stem(name: &str) -> Result<&str, String> {
    let last = name.rsplit('/').next().unwrap_or(name);
    if let Some(why) = stray(last) {
        return Err(why);
    }
    if let Some(stem) =
        name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).filter(|_| !last.starts_with('.'))
    {
        return Ok(stem);
    }
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    Err(format!("data are read from files that end in `.yaml` or `.yml`: rename it to `{stem}.yaml`, or remove it"))
}

fn plain(name: &str) -> Result<&str, String> {
    names::refusal(name).map_or(Ok(name), Err)
}

fn flat<'a>(stem: &'a str, what: &str, folder: &str) -> Result<&'a str, String> {
    let form = || format!("{what} is named after its service: `data/{folder}/SERVICE.yaml`");
    if stem.contains('/') { Err(form()) } else { plain(stem) }
}

fn level(stem: &str) -> Result<Level<'_>, String> {
    match stem.split_once('/') {
        None if stem == "defaults" => Ok(Level::Defaults),
        None if stem == "organisation" => Ok(Level::Organisation),
        Some(("teams", team)) => plain(team).map(Level::Team),
        Some(("services", service)) => plain(service).map(Level::Service),
        _ => {
            let first = stem.split('/').next().unwrap_or(stem);
            let meant = did_you_mean(first, ["defaults", "organisation", "teams", "services"]);
            let levels = "`defaults.yaml`, `organisation.yaml`, `teams/<team>.yaml` or `services/<service>.yaml`";
            Err(format!("not a layer of settings{meant}: it should be {levels}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, claim};
    use crate::settings::Level;

    #[test]
    fn a_file_is_what_its_path_says() {
        for (file, expected) in [
            ("data/services/pay.yaml", Claim::Service("pay")),
            ("data/teams/of/money.yml", Claim::Team("money")),
            ("data/slos/pay.yml", Claim::Objectives),
            ("data/keptn/pay.yaml", Claim::Keptn("pay")),
            ("data/keptn/pay.sli.yml", Claim::Indicators("pay")),
            ("data/canaries/pay.yaml", Claim::Canary("pay")),
            ("data/callers.yml", Claim::Callers),
            ("data/settings/organisation.yml", Claim::Settings(Level::Organisation)),
            ("data/settings/teams/money.yml", Claim::Settings(Level::Team("money"))),
            ("data.json", Claim::Document),
        ] {
            assert_eq!(claim(file).unwrap(), expected, "{file}");
        }
    }

    #[test]
    fn a_file_that_is_nothing_is_refused_with_what_was_meant() {
        for (file, expected) in [
            ("data/team/money.yaml", "`team` is not read by anything, did you mean `teams`?"),
            ("data/Calendars/c.yaml", "did you mean `calendars`?"),
            ("data/caller.yaml", "did you mean `callers.yaml`?"),
            ("data/services/pay.json", "rename it to `pay.yaml`"),
            ("data/services/pay.YAML", "rename it to `pay.yaml`"),
            ("data/services/pay", "rename it to `pay.yaml`"),
            ("data/services/.pay.yaml", "data are read from files"),
            ("data/services/pay.yaml~", "remove it"),
            ("data/settings/defaults.yaml.yaml", "rename it to `defaults.yaml`"),
            ("data/settings/services/x.json", "rename it to `x.yaml`"),
            ("data/settings/team/money.yaml", "did you mean `teams`?"),
            ("data/settings/organization.yaml", "did you mean `organisation`?"),
            ("data/settings/teams/a/b.yaml", "`a/b` is not a name"),
            ("data/keptn/pay/slo.yaml", "named after its service"),
            ("data/services/p\u{430}y.yaml", "`p\\u{430}y` is not a name"),
        ] {
            let refused = claim(file).unwrap_err();
            assert!(refused.contains(expected), "{file}: {refused}");
        }
    }
}
