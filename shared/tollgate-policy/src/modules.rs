//! Parsing: from texts to modules that are where they should be and of bounded depth.

use std::num::NonZeroU32;

use regorus::{
    Engine, PolicyLengthConfig,
    unstable::{Lexer, Module, Ref, Source, TokenKind},
};

use crate::{
    PolicyError,
    module_path::{Place, place},
    reference::Reference,
    rewrite::{self, Edits},
    syntax::deeper_than,
};

/// Brackets in brackets. Each literal in a literal doubles the time that parsing takes.
const MAX_BRACKET_DEPTH: usize = 12;
/// Operators in operators: `a + b + c + …`.
pub(crate) const MAX_EXPRESSION_DEPTH: usize = 200;

/// A parsed file.
#[derive(Debug, Clone)]
pub(crate) struct ParsedModule {
    pub(crate) file: String,
    pub(crate) place: Place,
    pub(crate) module: Ref<Module>,
}

/// Reads files and gives their modules, or everything that is wrong with them. With `bounded` false, what is deep
/// is let through, for tests of what evaluation makes of it.
pub(crate) fn parse<'a>(
    sources: impl IntoIterator<Item = (&'a String, &'a String)>,
    bounded: bool,
) -> Result<Vec<ParsedModule>, Vec<PolicyError>> {
    let mut engine = Engine::new();
    let mut errors = Vec::new();
    let mut places = Vec::new();
    for (file, text) in sources {
        let added = place(file).and_then(|place| {
            check_brackets(file, text, bounded)?;
            engine.add_policy(file.clone(), text.clone()).map_err(|error| located(file, &error))?;
            Ok(place)
        });
        match added {
            Ok(place) => places.push((file, place)),
            Err(error) => errors.push(error),
        }
    }
    let modules = engine.get_modules().iter();
    let parsed: Vec<_> = places
        .into_iter()
        .zip(modules)
        .map(|((file, place), module)| ParsedModule { file: file.clone(), place, module: module.clone() })
        .collect();
    errors.extend(parsed.iter().filter_map(check_package));
    if bounded {
        errors.extend(parsed.iter().filter_map(check_depth));
    }
    if errors.is_empty() { Ok(parsed) } else { Err(errors) }
}

/// Gives an engine what it is to evaluate of modules that were parsed and checked before; with `covering` in a form
/// that tells which lines it evaluates.
pub(crate) fn install(
    engine: &mut Engine,
    modules: &[ParsedModule],
    covering: Option<fn(&ParsedModule, &mut Edits)>,
) -> Result<(), Vec<PolicyError>> {
    // What is put in makes lines longer than the author wrote them.
    engine.set_policy_length_config(PolicyLengthConfig { max_col: NonZeroU32::MAX, ..PolicyLengthConfig::default() });
    for parsed in modules {
        let text = parsed.module.package.span.source.contents();
        let mut edits = rewrite::edits(parsed, text, covering.is_some());
        covering.into_iter().for_each(|more| more(parsed, &mut edits));
        let added = engine.add_policy(parsed.file.clone(), edits.applied(text));
        added.map_err(|error| vec![located(&parsed.file, &error)])?;
    }
    Ok(())
}

fn check_brackets(file: &str, text: &str, bounded: bool) -> Result<(), PolicyError> {
    let source = Source::from_contents(file.to_owned(), text.to_owned()).map_err(|error| located(file, &error))?;
    let mut lexer = Lexer::new(&source);
    let mut depth = 0_usize;
    loop {
        let token = lexer.next_token().map_err(|error| unreadable(text, located(file, &error)))?;
        match (&token.0, token.1.text()) {
            (TokenKind::Eof, _) => return Ok(()),
            (TokenKind::Symbol, "[" | "{" | "(") => depth += 1,
            (TokenKind::Symbol, "]" | "}" | ")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if bounded && depth > MAX_BRACKET_DEPTH {
            let message =
                format!("brackets are nested over {MAX_BRACKET_DEPTH} deep: give inner parts names of their own");
            return Err(PolicyError::new(file, u64::from(token.1.line), message));
        }
    }
}

/// What the engine calls an invalid character may be what OPA reads since version 1.12.
fn unreadable(text: &str, error: PolicyError) -> PolicyError {
    let before = error.line.and_then(|line| usize::try_from(line).ok()).and_then(|line| line.checked_sub(1));
    let line = before.and_then(|before| text.lines().nth(before)).unwrap_or_default();
    if !line.contains("$\"") && !line.contains("$`") {
        return error;
    }
    let message = "string interpolation, `$\"…{x}…\"`, is not part of the engine: write `sprintf(\"…%v…\", [x])`";
    PolicyError { message: message.to_owned(), ..error }
}

fn check_package(parsed: &ParsedModule) -> Option<PolicyError> {
    let package = &parsed.module.package;
    let names = Reference::of(&package.refr).map(|reference| reference.names()).unwrap_or_default();
    let expected = &parsed.place.package;
    (names != *expected).then(|| {
        let (found, expected) = (names.join("."), expected.join("."));
        let message = format!("holds `package {found}`, but its folder says `package {expected}`: make them agree");
        PolicyError::new(&parsed.file, u64::from(package.span.line), message)
    })
}

fn check_depth(parsed: &ParsedModule) -> Option<PolicyError> {
    deeper_than(&parsed.module, MAX_EXPRESSION_DEPTH).map(|line| {
        let message =
            format!("an expression is nested over {MAX_EXPRESSION_DEPTH} deep: split it, or sum over a collection");
        PolicyError::new(&parsed.file, u64::from(line), message)
    })
}

/// Brings the engine's message, which draws the source line, into one line with its place.
pub(crate) fn located(file: &str, error: &dyn std::fmt::Display) -> PolicyError {
    let (place, message) = split_message(&error.to_string());
    match place {
        Some((file, line)) => PolicyError::new(file, line, message),
        None => PolicyError::new(file, None, message),
    }
}

/// File and line of an engine's error, where it has one, and what it says.
pub(crate) fn split_message(text: &str) -> (Option<(String, u64)>, String) {
    let place = text.lines().find_map(|line| {
        let (rest, _column) = line.trim_start().strip_prefix("--> ")?.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        Some((file.to_owned(), line.parse().ok()?))
    });
    let said: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--> ") && !is_drawing(line))
        .map(|line| line.strip_prefix("error: ").unwrap_or(line).trim())
        .filter(|line| !line.is_empty())
        .collect();
    (place, said.join(" "))
}

/// `12 | deny contains x if …` and the `^` below it.
fn is_drawing(line: &str) -> bool {
    let number = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    number.trim_start().starts_with('|')
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_engines_drawing_becomes_a_line() {
        let text = "\n--> change/a/a.rego:3:7\n  |\n3 | x := y z\n  |      ^\nerror: expecting expression";
        let (place, message) = super::split_message(text);
        assert_eq!(place, Some(("change/a/a.rego".into(), 3)));
        assert_eq!(message, "expecting expression");
    }
}
