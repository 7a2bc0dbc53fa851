//! Limits of what a caller may send. They bound what is stored, shown in terminals and given to policies.

use super::{Approval, Change};
use crate::facts::{Rollout, Spending};

const MAX_LINKS: usize = 20;
const MAX_APPROVALS: usize = 50;

/// A field that a change may not have so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {message}")]
pub struct FieldError {
    /// The field: `approvals[0].by`.
    pub path: String,
    /// What was expected and what came.
    pub message: String,
}

impl Change {
    /// Holds the change against the limits.
    ///
    /// # Errors
    /// The first field that is outside.
    pub fn check(&self) -> Result<(), FieldError> {
        self.cost.as_ref().map_or(Ok(()), super::Cost::check)?;
        name("service", &self.service)?;
        name("environment", &self.environment)?;
        line("id", &self.id, 256)?;
        identity("author", &self.author)?;
        for (path, text, max) in
            [("commit", &self.commit, 128), ("incident", &self.incident, 512), ("summary", &self.summary, 1000)]
        {
            text.as_ref().map_or(Ok(()), |text| line(path, text, max))?;
        }
        if let Some(rollback) = &self.rollback {
            text("rollback.plan", &rollback.plan, 4000)?;
        }
        at_most("links", self.links.len(), MAX_LINKS)?;
        for (index, link) in self.links.iter().enumerate() {
            let path = format!("links[{index}]");
            line(&path, link, 2048)?;
            if !(link.starts_with("https://") || link.starts_with("http://")) {
                return Err(error(&path, "should be an address such as `https://ci.example.com/runs/7`".to_owned()));
            }
        }
        approvals(&self.approvals)
    }

    /// The change as it is kept: without the parts of links that carry credentials, and without the raw cost report,
    /// which is a fact of its own.
    #[must_use]
    pub fn kept(mut self) -> Self {
        self.cost = None;
        self.links = self.links.iter().map(|link| without_credentials(link)).collect();
        self
    }
}

impl Rollout {
    /// Holds the question against the limits.
    ///
    /// # Errors
    /// The first field that is outside.
    pub fn check(&self) -> Result<(), FieldError> {
        name("service", &self.service)?;
        name("environment", &self.environment)?;
        self.author.as_ref().map_or(Ok(()), |author| identity("author", author))?;
        self.commit.as_ref().map_or(Ok(()), |commit| line("commit", commit, 128))?;
        approvals(&self.approvals)
    }
}

impl Spending {
    /// Holds the question against the limits.
    ///
    /// # Errors
    /// The first field that is outside; and when it is about both a service and a budget, or about neither.
    pub fn check(&self) -> Result<(), FieldError> {
        let named = |path: &str, value: &Option<String>| value.as_ref().map_or(Ok(()), |value| name(path, value));
        match (&self.service, &self.budget) {
            (None, None) => return Err(error("service", "is missing: name a service or a budget".to_owned())),
            (Some(_), Some(_)) => {
                return Err(error("budget", "cannot stand beside `service`: ask about one of both".to_owned()));
            }
            _ => {}
        }
        named("service", &self.service)?;
        named("budget", &self.budget)?;
        named("environment", &self.environment)?;
        self.author.as_ref().map_or(Ok(()), |author| identity("author", author))?;
        self.commit.as_ref().map_or(Ok(()), |commit| line("commit", commit, 128))?;
        approvals(&self.approvals)
    }
}

fn approvals(approvals: &[Approval]) -> Result<(), FieldError> {
    at_most("approvals", approvals.len(), MAX_APPROVALS)?;
    for (index, approval) in approvals.iter().enumerate() {
        identity(&format!("approvals[{index}].by"), &approval.by)?;
        approval.commit.as_ref().map_or(Ok(()), |text| line(&format!("approvals[{index}].commit"), text, 128))?;
    }
    Ok(())
}

impl super::Cost {
    /// Holds what is said directly against the limits; a report is read as a fact.
    ///
    /// # Errors
    /// When an amount is none.
    pub fn check(&self) -> Result<(), FieldError> {
        let Self::Monthly(monthly) = self else { return Ok(()) };
        amount("cost.monthly.before", &monthly.before)?;
        amount("cost.monthly.after", &monthly.after)
    }
}

/// An address without user information, query and fragment, where tokens and signatures stand.
fn without_credentials(link: &str) -> String {
    let plain = link.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    // Browsers skip further slashes, of both kinds, before the host.
    let rest = rest.trim_start_matches(['/', '\\']);
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = authority.rsplit('@').next().unwrap_or_default();
    if path.is_some_and(|path| path.contains('@')) {
        // It may end a password with a slash in it.
        return format!("{scheme}://withheld");
    }
    let path = path.and_then(|path| path.split(';').next());
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}

pub(crate) fn error(path: &str, message: String) -> FieldError {
    FieldError { path: path.to_owned(), message }
}

pub(crate) fn at_most(path: &str, count: usize, max: usize) -> Result<(), FieldError> {
    if count > max { Err(error(path, format!("has {count} entries and may have {max}"))) } else { Ok(()) }
}

/// A name of the catalogue.
fn name(path: &str, value: &str) -> Result<(), FieldError> {
    line(path, value, 128)?;
    let fits = value.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-'));
    if fits {
        Ok(())
    } else {
        Err(error(path, format!("should be a name of letters, digits, `.`, `_` and `-`, and is `{value}`")))
    }
}

/// One line that says something.
fn line(path: &str, value: &str, max: usize) -> Result<(), FieldError> {
    if value.chars().any(char::is_control) {
        return Err(error(path, "should be one line without control characters".to_owned()));
    }
    text(path, value, max)
}

/// Characters that show nothing, or change the order of what is shown: two names that look the same could differ by them.
/// What emoji are joined with is left out.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Who somebody is. Only ASCII: letters of other scripts can look the same and be others.
pub(crate) fn identity(path: &str, value: &str) -> Result<(), FieldError> {
    line(path, value, 256)?;
    if value.chars().all(|letter| letter.is_ascii_graphic() || letter == ' ') {
        Ok(())
    } else {
        Err(error(path, "should be an identity of visible ASCII characters, such as `github:4519`".to_owned()))
    }
}

fn amount(path: &str, value: &str) -> Result<(), FieldError> {
    crate::money::micros_from_decimal(value).map(drop).map_err(|refusal| error(path, refusal.to_string()))
}

/// Text that says something, possibly over several lines.
fn text(path: &str, value: &str, max: usize) -> Result<(), FieldError> {
    let length = value.chars().count();
    if value.trim().is_empty() {
        return Err(error(path, "should not be empty".to_owned()));
    }
    if let Some(letter) = value.chars().find(|letter| is_invisible(*letter)) {
        let code = u32::from(letter);
        return Err(error(path, format!("should have no invisible characters, and has U+{code:04X}")));
    }
    if length > max {
        return Err(error(path, format!("has {length} characters and may have {max}")));
    }
    if value.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t' | '\r')) {
        return Err(error(path, "should have no control characters".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::change::Change;

    fn change(extra: &Value) -> Change {
        let mut change =
            json!({"id": "pay/1", "service": "pay", "environment": "production", "type": "normal", "author": "a"});
        for (field, value) in extra.as_object().unwrap() {
            change[field] = value.clone();
        }
        serde_json::from_value(change).unwrap()
    }

    #[test]
    fn fields_outside_the_limits_are_named() {
        for (extra, expected) in [
            (json!({"id": " "}), "`id` should not be empty"),
            (json!({"id": "a\u{1b}[2J"}), "`id` should be one line without control characters"),
            (
                json!({"service": "pay/../x"}),
                "`service` should be a name of letters, digits, `.`, `_` and `-`, and is `pay/../x`",
            ),
            (json!({"author": "github:1\u{200b}"}), "`author` should have no invisible characters, and has U+200B"),
            (
                json!({"author": "ｇithub:1"}),
                "`author` should be an identity of visible ASCII characters, such as `github:4519`",
            ),
            (json!({"summary": "a\u{202e}b"}), "`summary` should have no invisible characters, and has U+202E"),
            (
                json!({"cost": {"monthly": {"currency": "USD", "before": "abc", "after": "1"}}}),
                "`cost.monthly.before` `abc` is not a decimal amount such as `123.45`",
            ),
            (json!({"author": "x".repeat(257)}), "`author` has 257 characters and may have 256"),
            (json!({"summary": "two\nlines"}), "`summary` should be one line without control characters"),
            (
                json!({"links": ["javascript:alert(1)"]}),
                "`links[0]` should be an address such as `https://ci.example.com/runs/7`",
            ),
            (json!({"approvals": [{"by": "a"}, {"by": ""}]}), "`approvals[1].by` should not be empty"),
            (json!({"approvals": vec![json!({"by": "a"}); 51]}), "`approvals` has 51 entries and may have 50"),
            (json!({"rollback": {"plan": "\u{0}"}}), "`rollback.plan` should have no control characters"),
        ] {
            assert_eq!(change(&extra).check().map_err(|error| error.to_string()), Err(expected.to_owned()));
        }
        assert_eq!(change(&json!({"rollback": {"plan": "first\nthen"}})).check(), Ok(()));
    }

    #[test]
    fn credentials_in_links_are_not_kept() {
        let kept = change(&json!({
            "links": ["https://me:secret@ci.example.com/run/5?token=abc#x", "https://ci.example.com", "http://h/?q", "https:///me:secret@h/x", "https://me:p/w@h/x", "https://h/a;token=secret"],
            "cost": {"infracost": {"secret": 1}},
        }))
        .kept();
        assert_eq!(
            kept.links,
            [
                "https://ci.example.com/run/5",
                "https://ci.example.com",
                "http://h/",
                "https://h/x",
                "https://withheld",
                "https://h/a"
            ]
        );
        assert_eq!(kept.cost, None);
    }
}
