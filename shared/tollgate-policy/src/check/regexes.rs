//! Patterns: only what RE2 and the engine read the same way, <https://github.com/google/re2/wiki/Syntax>.

use regex_syntax::ast::{
    AssertionKind, Ast, ClassSetItem, Flag, FlagsItemKind, HexLiteralKind, LiteralKind, RepetitionKind,
    RepetitionRange, Span, Visitor, parse::Parser, visit,
};

/// The most times that RE2 repeats something.
const MOST_TIMES: u32 = 1_000;

/// How large the engine lets a pattern become.
const MOST_BYTES: usize = 100 * 1024;

/// The classes of characters that both know by the same name, and with the same members.
const CATEGORIES: &[&str] = &[
    "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi",
    "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// The pattern as the engine is to read it, where `\d`, `\s`, `\w` and `\b` are ASCII as in RE2.
///
/// # Errors
/// What the two read otherwise, and what to write.
pub(crate) fn as_in_re2(pattern: &str) -> Result<String, String> {
    let ast = Parser::new().parse(pattern).map_err(|error| format!("the pattern cannot be read: {}", error.kind()))?;
    let reader = visit(&ast, Reader { changes: Vec::new(), in_class: 0, pattern })?;
    let (mut text, mut end) = (String::new(), 0);
    for (span, new) in reader {
        text.push_str(pattern.get(end..span.start.offset).unwrap_or_default());
        text.push_str(new);
        end = span.end.offset;
    }
    text.push_str(pattern.get(end..).unwrap_or_default());
    match regex::RegexBuilder::new(&text).size_limit(MOST_BYTES).build() {
        Ok(_) => Ok(text),
        Err(regex::Error::CompiledTooBig(_)) => {
            Err("the pattern is too large for the engine: repeat less, or take parts out".to_owned())
        }
        Err(error) => Err(format!("the pattern cannot be read: {error}")),
    }
}

struct Reader<'p> {
    changes: Vec<(Span, &'static str)>,
    in_class: usize,
    pattern: &'p str,
}

impl Reader<'_> {
    fn perl(&mut self, class: &regex_syntax::ast::ClassPerl) {
        use regex_syntax::ast::ClassPerlKind::{Digit, Space, Word};
        let new = match (&class.kind, class.negated, self.in_class > 0) {
            (Digit, false, false) => "[0-9]",
            (Digit, false, true) => "0-9",
            (Digit, true, _) => "[^0-9]",
            (Space, false, false) => "[\\t\\n\\f\\r ]",
            (Space, false, true) => "\\t\\n\\f\\r ",
            (Space, true, _) => "[^\\t\\n\\f\\r ]",
            (Word, false, false) => "[0-9A-Za-z_]",
            (Word, false, true) => "0-9A-Za-z_",
            (Word, true, _) => "[^0-9A-Za-z_]",
        };
        self.changes.push((class.span, new));
    }

    fn category(&self, class: &regex_syntax::ast::ClassUnicode) -> Result<(), String> {
        use regex_syntax::ast::ClassUnicodeKind::{Named, OneLetter};
        let is_known = match &class.kind {
            OneLetter(letter) => CATEGORIES.contains(&letter.to_string().as_str()),
            Named(name) => CATEGORIES.contains(&name.as_str()),
            _ => false,
        };
        if is_known {
            return Ok(());
        }
        let text = self.pattern.get(class.span.start.offset..class.span.end.offset).unwrap_or_default();
        Err(format!(
            "`{text}` is not the same in both engines: write `\\p{{L}}`, `\\p{{Lu}}`, `\\p{{N}}` or the class itself"
        ))
    }

    fn literal(&self, literal: &regex_syntax::ast::Literal) -> Result<(), String> {
        let text = self.pattern.get(literal.span.start.offset..literal.span.end.offset).unwrap_or_default();
        match literal.kind {
            LiteralKind::HexFixed(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong)
            | LiteralKind::HexBrace(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong) => {
                Err(format!("`{text}` is not known to RE2: write `\\x{{…}}`"))
            }
            LiteralKind::Superfluous => Err(format!("`{text}` needs no backslash, and RE2 takes none: leave it out")),
            _ => Ok(()),
        }
    }
}

impl Visitor for Reader<'_> {
    type Output = Vec<(Span, &'static str)>;
    type Err = String;

    fn finish(mut self) -> Result<Self::Output, String> {
        self.changes.sort_by_key(|(span, _)| span.start.offset);
        Ok(self.changes)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::ClassPerl(class) => self.perl(class),
            Ast::ClassUnicode(class) => self.category(class)?,
            Ast::ClassBracketed(class) => {
                let text = self.pattern.get(class.span.start.offset..).unwrap_or_default();
                if text.starts_with("[--") || text.starts_with("[^--") {
                    return Err("`--` is the beginning of a range to RE2 alone: write `\\-`".to_owned());
                }
            }
            Ast::Literal(literal) => self.literal(literal)?,
            Ast::Flags(flags) => known_flags(&flags.flags)?,
            Ast::Group(group) => group.flags().map_or(Ok(()), known_flags)?,
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::WordBoundary => self.changes.push((assertion.span, "(?-u:\\b)")),
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText => {}
                _ => return Err("only `\\b` of the word boundaries means the same in both engines".to_owned()),
            },
            Ast::Repetition(repetition) => {
                if matches!(*repetition.ast, Ast::Repetition(_)) {
                    return Err(
                        "a repetition is repeated, which RE2 does not take: put brackets around the inner one, \
                                or leave one out"
                            .to_owned(),
                    );
                }
                let most = match &repetition.op.kind {
                    RepetitionKind::Range(
                        RepetitionRange::Exactly(most)
                        | RepetitionRange::AtLeast(most)
                        | RepetitionRange::Bounded(_, most),
                    ) => *most,
                    _ => 0,
                };
                if most > MOST_TIMES {
                    return Err(format!("RE2 repeats up to {MOST_TIMES} times: repeat less"));
                }
            }
            _ => {}
        }
        if let Ast::ClassBracketed(_) = ast {
            self.in_class = self.in_class.saturating_add(1);
        }
        Ok(())
    }

    fn visit_post(&mut self, ast: &Ast) -> Result<(), String> {
        if let Ast::ClassBracketed(_) = ast {
            self.in_class = self.in_class.saturating_sub(1);
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Perl(class) => self.perl(class),
            ClassSetItem::Unicode(class) => self.category(class)?,
            ClassSetItem::Literal(literal) => self.literal(literal)?,
            ClassSetItem::Bracketed(_) => {
                return Err(
                    "`[` in `[…]` is only itself to RE2: write `\\[`, or put the classes side by side".to_owned()
                );
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &regex_syntax::ast::ClassSetBinaryOp) -> Result<(), String> {
        Err("`&&`, `--` and `~~` in `[…]` are only characters to RE2: write the class out".to_owned())
    }
}

fn known_flags(flags: &regex_syntax::ast::Flags) -> Result<(), String> {
    let unknown = flags.items.iter().any(|item| match &item.kind {
        FlagsItemKind::Negation => false,
        FlagsItemKind::Flag(flag) => {
            !matches!(flag, Flag::CaseInsensitive | Flag::MultiLine | Flag::DotMatchesNewLine | Flag::SwapGreed)
        }
    });
    if unknown { Err("RE2 knows the flags `i`, `m`, `s` and `U`: leave out others".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::as_in_re2;

    #[test]
    fn classes_are_ascii() {
        for (pattern, expected) in [
            (r"^\d+$", "^[0-9]+$"),
            (r"[\d_]\w", "[0-9_][0-9A-Za-z_]"),
            (r"\bpay\s\D", r"(?-u:\b)pay[\t\n\f\r ][^0-9]"),
            (r"[^\S]", r"[^[^\t\n\f\r ]]"),
            (r"(?i)^REL-\p{Lu}\PN[\pL]", r"(?i)^REL-\p{Lu}\PN[\pL]"),
            (r"^(?i:v?)[0-9]{1,3}\.(a|b)*?$", r"^(?i:v?)[0-9]{1,3}\.(a|b)*?$"),
        ] {
            assert_eq!(as_in_re2(pattern).unwrap(), expected);
        }
    }

    #[test]
    fn what_only_one_of_them_reads_is_refused() {
        for pattern in [
            "a*+",
            "a**",
            "a{2}{3}",
            "[a-z&&[^b]]",
            "[a--b]",
            "[--z]",
            "[^--z]",
            r"\p{Greek}",
            r"\p{Letter}",
            r"[\pC]",
            "[^]]{1000}",
            "[[a]]",
            r"\B",
            r"\u0041",
            "(?x) a",
            "a{1001}",
            "(",
            r"\Qa",
            "(?=a)",
            r"\<a",
            r"\b{start}",
            r"\@",
        ] {
            assert!(as_in_re2(pattern).is_err(), "{pattern}: {:?}", as_in_re2(pattern));
        }
    }
}
