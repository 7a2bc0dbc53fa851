//! The text of a path, by which conditions and uses of a value find each other, and of what is shown to people.

use regorus::unstable::{Expr, Ref};

use crate::reference::text;

/// The most of an expression that a message shows.
const MOST_SHOWN_CHARS: usize = 70;

/// The path that an expression is: `slo.windows[pair.long].total`; none where it is more than a path, or leads to many
/// places.
pub(super) fn path(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Var { value, .. } => text(value).filter(|name| *name != "_").map(str::to_owned),
        Expr::RefDot { refr, field: (_, name), .. } => Some(format!("{}.{}", path(refr)?, text(name)?)),
        Expr::RefBrack { refr, index, .. } => {
            let base = path(refr)?;
            match &**index {
                Expr::String { value, .. } | Expr::RawString { value, .. } => Some(format!("{base}.{}", text(value)?)),
                Expr::Number { span, .. } => Some(format!("{base}[{}]", span.text())),
                other => Some(format!("{base}[{}]", path(other)?)),
            }
        }
        _ => None,
    }
}

/// The values on the way to an expression's own: of `slo.budget.total` these are `slo` and `slo.budget`, and of paths in
/// brackets they themselves.
pub(super) fn above(expr: &Expr) -> Vec<&Ref<Expr>> {
    let mut all = Vec::new();
    let mut at = expr;
    while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = at {
        if let Expr::RefBrack { index, .. } = at {
            all.push(index);
        }
        all.push(refr);
        at = refr;
    }
    all
}

/// An expression as it stands in the file, cut where it is long.
pub(super) fn shown(expr: &Expr) -> String {
    let quoted = match expr {
        Expr::String { span, .. } => format!("\"{}\"", span.text()),
        other => other.span().text().to_owned(),
    };
    let first = quoted.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(MOST_SHOWN_CHARS).collect();
    if cut.len() == quoted.len() { cut } else { format!("{}…", cut.trim_end()) }
}

/// The same for a value of which only the name is shown.
pub(super) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var { value, .. } | Expr::RefDot { field: (_, value), .. } => text(value),
        Expr::RefBrack { index, .. } => match &**index {
            Expr::String { value, .. } => text(value),
            _ => None,
        },
        _ => None,
    }
}
