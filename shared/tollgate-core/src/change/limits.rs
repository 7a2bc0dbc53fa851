//! Limits of what a caller may send. They bound what is stored, shown in terminals and given to policies.

use super::Change;

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
        name("service", &self.service)?;
        name("environment", &self.environment)?;
        line("id", &self.id, 256)?;
        line("author", &self.author, 256)?;
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
                return Err(error(&path, format!("should be an address that begins with `https://` and is `{link}`")));
            }
        }
        at_most("approvals", self.approvals.len(), MAX_APPROVALS)?;
        for (index, approval) in self.approvals.iter().enumerate() {
            line(&format!("approvals[{index}].by"), &approval.by, 256)?;
            approval.commit.as_ref().map_or(Ok(()), |text| line(&format!("approvals[{index}].commit"), text, 128))?;
        }
        Ok(())
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

/// An address without user information, query and fragment, where tokens and signatures stand.
fn without_credentials(link: &str) -> String {
    let plain = link.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    // Browsers skip further slashes, of both kinds, before the host.
    let rest = rest.trim_start_matches(['/', '\\']);
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = authority.rsplit('@').next().unwrap_or_default();
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}

fn error(path: &str, message: String) -> FieldError {
    FieldError { path: path.to_owned(), message }
}

fn at_most(path: &str, count: usize, max: usize) -> Result<(), FieldError> {
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

/// Text that says something, possibly over several lines.
fn text(path: &str, value: &str, max: usize) -> Result<(), FieldError> {
    let length = value.chars().count();
    if value.trim().is_empty() {
        return Err(error(path, "should not be empty".to_owned()));
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

    fn change(extra: Value) -> Change {
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
            (json!({"author": "x".repeat(257)}), "`author` has 257 characters and may have 256"),
            (json!({"summary": "two\nlines"}), "`summary` should be one line without control characters"),
            (
                json!({"links": ["javascript:alert(1)"]}),
                "`links[0]` should be an address that begins with `https://` and is `javascript:alert(1)`",
            ),
            (json!({"approvals": [{"by": "a"}, {"by": ""}]}), "`approvals[1].by` should not be empty"),
            (json!({"approvals": vec![json!({"by": "a"}); 51]}), "`approvals` has 51 entries and may have 50"),
            (json!({"rollback": {"plan": "\u{0}"}}), "`rollback.plan` should have no control characters"),
        ] {
            assert_eq!(change(extra).check().map_err(|error| error.to_string()), Err(expected.to_owned()));
        }
        assert_eq!(change(json!({"rollback": {"plan": "first\nthen"}})).check(), Ok(()));
    }

    #[test]
    fn credentials_in_links_are_not_kept() {
        let kept = change(json!({
            "links": ["https://me:secret@ci.example.com/run/5?token=abc#x", "https://ci.example.com", "http://h/?q", "https:///me:secret@h/x"],
            "cost": {"infracost": {"secret": 1}},
        }))
        .kept();
        assert_eq!(kept.links, ["https://ci.example.com/run/5", "https://ci.example.com", "http://h/", "https://h/x"]);
        assert_eq!(kept.cost, None);
    }
}
