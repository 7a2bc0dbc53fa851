//! Formulas that are a share of counts: `bad / all`, `(all - good) / all`, `1 - good / all`.

use num_rational::Ratio;
use num_traits::{CheckedSub, One};

use super::{Expression, Operator, Rational, Term};
use crate::slo::Metric;

/// A share of counts: what is divided, by what, and is it taken from all?
struct Parts<'a> {
    marked: &'a Term,
    whole: &'a Term,
    rest: bool,
}

impl Expression {
    /// Is it a share of counts that are only added and subtracted, either of the count of `events` or of a sum that has
    /// all that is divided in it?
    pub fn is_share(&self, events: Option<&Metric>) -> bool {
        let Some(Parts { marked, whole, .. }) = self.term.parts() else { return false };
        let counts = self.inputs.values().all(|input| input.metric.counts());
        let of_events = match whole {
            Term::Input(name) => self.inputs.get(name).is_some_and(|input| Some(&input.metric) == events),
            Term::Number(_) | Term::Pair(..) => false,
        };
        counts && (of_events || marked.names().iter().all(|name| whole.names().contains(name)))
    }

    /// Of a share of counts: the count that is meant, and the whole; none where either is not known.
    pub fn counts(&self, value: impl Fn(&Metric) -> Option<Rational>) -> Option<(Rational, Rational)> {
        let Parts { marked, whole, rest } = self.term.parts()?;
        let of = |name: &str| self.input(name, &value);
        let (marked, whole) = (marked.evaluate(&of).ok()?, whole.evaluate(&of).ok()?);
        let marked = if rest { whole.checked_sub(&marked)? } else { marked };
        Some((marked, whole))
    }
}

impl Term {
    fn parts(&self) -> Option<Parts<'_>> {
        let Self::Pair(left, operator, right) = self else { return None };
        match (left.as_ref(), operator) {
            (Self::Number(one), Operator::Minus) if *one == Ratio::one() => {
                right.parts().map(|parts| Parts { rest: !parts.rest, ..parts })
            }
            (_, Operator::Over) if left.is_sum() && right.is_sum() => {
                Some(Parts { marked: left, whole: right, rest: false })
            }
            _ => None,
        }
    }

    /// Is it made of inputs, `+` and `-` alone?
    fn is_sum(&self) -> bool {
        match self {
            Self::Number(_) => false,
            Self::Input(_) => true,
            Self::Pair(left, operator, right) => {
                matches!(operator, Operator::Plus | Operator::Minus) && left.is_sum() && right.is_sum()
            }
        }
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Input(name) => vec![name],
            Self::Pair(left, _, right) => [left.names(), right.names()].concat(),
        }
    }
}
