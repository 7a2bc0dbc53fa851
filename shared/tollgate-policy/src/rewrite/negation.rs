//! `not` of something with operands: these are evaluated in front of it.

use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Ref};

use super::{Rewriter, each_part, pattern, scope::Bound};

impl<'a> Rewriter<'a> {
    pub(super) fn negation(&mut self, statement: &'a LiteralStmt, expr: &'a Ref<Expr>, bound: &Bound<'a>) {
        let operands = self.hoisted(statement, bound);
        self.pattern(expr);
        let places: Vec<_> = operands.iter().map(|operand| self.tokens.extent(operand)).collect();
        let (Some(first), Some(last)) = (places.first(), places.last()) else {
            return self.parts(expr, bound);
        };
        let whole = self.tokens.exact(&statement.span);
        let end = self.tokens.extent(expr).end;
        let modifiers = self.tokens.on_one_line(&(end..whole.end), &[]);
        let modifiers = if modifiers.is_empty() { modifiers } else { format!(" {modifiers}") };
        let names: Vec<_> = places.iter().map(|place| (place.clone(), self.name())).collect();
        let negated = self.tokens.on_one_line(&(self.tokens.extent(expr).start..end), &names);
        let assign = |at: usize| names.get(at).map(|(_, name)| format!("{name} := ")).unwrap_or_default();
        self.replace(whole.start..first.start, &assign(0));
        for (at, (before, after)) in places.iter().zip(places.iter().skip(1)).enumerate() {
            let next = format!("{modifiers}; {}", assign(at.saturating_add(1)));
            self.edits.replace_before_lines(self.tokens.text, before.end..after.start, &next);
        }
        operands.into_iter().for_each(|operand| self.expr(operand, bound));
        self.edits.replace_before_lines(self.tokens.text, last.end..end, &format!("{modifiers}; not {negated}"));
    }

    /// The operands of a negated expression that may be undefined.
    pub(super) fn hoisted(&self, statement: &'a LiteralStmt, bound: &Bound<'a>) -> Vec<&'a Ref<Expr>> {
        let Literal::NotExpr { expr, .. } = &statement.literal else { return Vec::new() };
        let pattern = pattern(expr).map(|(literal, _)| literal);
        let stays = |operand: &&Ref<Expr>| bound.is_defined(operand) && Some(*operand) != pattern;
        operands(expr).into_iter().filter(|operand| !stays(operand)).collect()
    }

    /// What is in a negated expression of which no operand is taken out.
    fn parts(&mut self, expr: &'a Ref<Expr>, bound: &Bound<'a>) {
        operands(expr).into_iter().for_each(|operand| self.expr(operand, bound));
    }
}

/// What OPA evaluates in front of a negated expression, in the order of the text.
fn operands(expr: &Expr) -> Vec<&Ref<Expr>> {
    match expr {
        Expr::Call { params, .. } => params.iter().collect(),
        // Two references are compared where they are: of these an undefined one is unequal.
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
            [lhs, rhs].into_iter().flat_map(compared).collect()
        }
        Expr::BinExpr { lhs, rhs, .. } | Expr::BoolExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
            vec![lhs, rhs]
        }
        Expr::Membership { key, value, collection, .. } => key.iter().chain([value, collection]).collect(),
        Expr::RefDot { refr, .. } => operands(refr),
        Expr::RefBrack { refr, index, .. } => {
            let mut before = operands(refr);
            before.push(index);
            before
        }
        Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } => {
            let mut parts = Vec::new();
            each_part(expr, &mut |part| parts.push(part));
            parts
        }
        _ => Vec::new(),
    }
}

fn compared(side: &Ref<Expr>) -> Vec<&Ref<Expr>> {
    match &**side {
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => operands(side),
        _ => vec![side],
    }
}
