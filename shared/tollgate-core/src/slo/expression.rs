//! Arithmetic over several metrics: `requests - client_errors`, evaluated exactly at each datapoint.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    iter::Peekable,
    vec::IntoIter,
};

use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Zero};
use rust_decimal::Decimal;

use super::{resolution::Resolution, source::Metric};

mod share;

const LONGEST_CHARACTERS: usize = 500;
const MOST_INPUTS: usize = 20;
const DEEPEST: usize = 16;

/// An exact number.
pub type Rational = Ratio<i128>;

/// A formula over named metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    text: String,
    term: Term,
    inputs: BTreeMap<String, Input>,
}

/// A metric that a formula reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The metric.
    pub metric: Metric,
    /// Is a missing datapoint of it zero (`treatMissing: zero`)? Otherwise nothing is known of the datapoint.
    pub absent_is_zero: bool,
}

/// Why a formula has no value at a datapoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// An input has no datapoint.
    #[error("`{0}` has no datapoint")]
    Missing(String),
    /// It divides by zero.
    #[error("it divides by zero")]
    DividedByZero,
    /// Its value, or one on the way to it, is larger than can be held exactly.
    #[error("its value is too large")]
    TooLarge,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Number(Rational),
    Input(String),
    Pair(Box<Term>, Operator, Box<Term>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

impl Term {
    fn note_taken_off<'t>(&'t self, is_taken_off: bool, found: &mut BTreeSet<&'t str>) {
        match self {
            Self::Number(_) => {}
            Self::Input(name) if is_taken_off => drop(found.insert(name)),
            Self::Input(_) => {}
            Self::Pair(left, operator, right) => {
                left.note_taken_off(is_taken_off, found);
                right.note_taken_off(is_taken_off != (*operator == Operator::Minus), found);
            }
        }
    }
}

/// An exact number as a fraction.
pub fn rational(value: Decimal) -> Rational {
    // A decimal has at most 28 digits after the point, and 10^28 is less than 2^127.
    Rational::new(value.mantissa(), 10_i128.pow(value.scale()))
}

impl Expression {
    /// Reads a formula of numbers, names of inputs, `+`, `-`, `*`, `/` and parentheses.
    ///
    /// # Errors
    /// A sentence to follow the formula: when it is none, names an input that is not there, has an input that it does
    /// not name, or is too long or too deep.
    pub fn parse(text: &str, inputs: BTreeMap<String, Input>) -> Result<Self, String> {
        if text.chars().count() > LONGEST_CHARACTERS {
            return Err(format!("has more than {LONGEST_CHARACTERS} characters: publish a metric of its own"));
        }
        if inputs.len() > MOST_INPUTS {
            return Err(format!("has more than {MOST_INPUTS} inputs: publish a metric of its own"));
        }
        let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), named: BTreeSet::new() };
        let term = parser.sum(0)?;
        if let Some(token) = parser.tokens.next() {
            return Err(format!("has `{token}` where it should end or go on with `+`, `-`, `*` or `/`"));
        }
        if let Some(unknown) = parser.named.iter().find(|name| !inputs.contains_key(*name)) {
            return Err(format!("names `{unknown}`, which `inputs` does not have"));
        }
        if let Some(unused) = inputs.keys().find(|name| !parser.named.contains(*name)) {
            return Err(format!("does not name `{unused}` of its `inputs`: use it or remove it"));
        }
        if inputs.is_empty() {
            return Err("reads no metric: name one of its `inputs`".to_owned());
        }
        Ok(Self { text: text.trim().to_owned(), term, inputs })
    }

    /// The metrics that it reads, by the names that it has for them; never empty.
    pub fn inputs(&self) -> &BTreeMap<String, Input> {
        &self.inputs
    }

    /// The inputs that are taken off: `errors` of `requests - errors`.
    pub(super) fn taken_off(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.term.note_taken_off(false, &mut found);
        found
    }

    /// The same formula over the metrics that have these dimensions as well.
    #[must_use]
    pub fn with_dimensions(&self, dimensions: &BTreeMap<String, String>) -> Self {
        let mut expression = self.clone();
        for input in expression.inputs.values_mut() {
            input.metric = input.metric.with_dimensions(dimensions);
        }
        expression
    }

    /// The same formula over metrics whose datapoints are that long.
    #[must_use]
    pub(super) fn by(mut self, resolution: Resolution) -> Self {
        for input in self.inputs.values_mut() {
            input.metric.resolution = resolution;
        }
        self
    }

    /// Its value where its inputs have these values; none where an input has no datapoint.
    ///
    /// # Errors
    /// Why it has no value.
    pub fn evaluate(&self, value: impl Fn(&Metric) -> Option<Rational>) -> Result<Rational, Undefined> {
        self.term.evaluate(&|name| self.input(name, &value))
    }

    fn input(&self, name: &str, value: &impl Fn(&Metric) -> Option<Rational>) -> Option<Rational> {
        let input = self.inputs.get(name)?;
        value(&input.metric).or_else(|| input.absent_is_zero.then(Rational::zero))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Term {
    fn evaluate(&self, value: &impl Fn(&str) -> Option<Rational>) -> Result<Rational, Undefined> {
        let (left, operator, right) = match self {
            Self::Number(number) => return Ok(*number),
            Self::Input(name) => return value(name).ok_or_else(|| Undefined::Missing(name.clone())),
            Self::Pair(left, operator, right) => (left.evaluate(value)?, operator, right.evaluate(value)?),
        };
        let result = match operator {
            Operator::Plus => left.checked_add(&right),
            Operator::Minus => left.checked_sub(&right),
            Operator::Times => left.checked_mul(&right),
            Operator::Over if right.is_zero() => return Err(Undefined::DividedByZero),
            Operator::Over => left.checked_div(&right),
        };
        result.ok_or(Undefined::TooLarge)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(Decimal),
    Name(String),
    Sign(char),
}

impl fmt::Display for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Name(name) => formatter.write_str(name),
            Self::Sign(sign) => sign.fmt(formatter),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        let mut run = |inside: fn(&char) -> bool| {
            let mut word = String::from(first);
            word.extend(std::iter::from_fn(|| rest.next_if(inside)));
            word
        };
        tokens.push(match first {
            ' ' | '\t' | '\n' | '\r' => continue,
            '+' | '-' | '*' | '/' | '(' | ')' => Token::Sign(first),
            '0'..='9' => {
                let number = run(|next| next.is_ascii_alphanumeric() || *next == '.');
                let value = Decimal::from_str_exact(&number);
                Token::Number(value.map_err(|_| format!("has `{number}`, which is not a decimal number"))?)
            }
            'a'..='z' | 'A'..='Z' | '_' => Token::Name(run(|next| next.is_ascii_alphanumeric() || *next == '_')),
            other => return Err(format!("has `{other}`: write names, numbers, `+`, `-`, `*`, `/` and parentheses")),
        });
    }
    Ok(tokens)
}

/// By recursive descent; sums and products take what is to their left first.
struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    named: BTreeSet<String>,
}

impl Parser {
    fn sum(&mut self, depth: usize) -> Result<Term, String> {
        let mut left = self.product(depth)?;
        while let Some(operator) = self.operator(&[('+', Operator::Plus), ('-', Operator::Minus)]) {
            left = Term::Pair(Box::new(left), operator, Box::new(self.product(depth)?));
        }
        Ok(left)
    }

    fn product(&mut self, depth: usize) -> Result<Term, String> {
        let mut left = self.factor(depth)?;
        while let Some(operator) = self.operator(&[('*', Operator::Times), ('/', Operator::Over)]) {
            left = Term::Pair(Box::new(left), operator, Box::new(self.factor(depth)?));
        }
        Ok(left)
    }

    fn factor(&mut self, depth: usize) -> Result<Term, String> {
        if depth > DEEPEST {
            return Err(format!("is nested deeper than {DEEPEST} parentheses and signs"));
        }
        match self.tokens.next() {
            Some(Token::Number(number)) => Ok(Term::Number(rational(number))),
            Some(Token::Name(name)) => {
                self.named.insert(name.clone());
                Ok(Term::Input(name))
            }
            Some(Token::Sign('-')) => {
                let negated = self.factor(depth + 1)?;
                Ok(Term::Pair(Box::new(Term::Number(Rational::zero())), Operator::Minus, Box::new(negated)))
            }
            Some(Token::Sign('(')) => {
                let inside = self.sum(depth + 1)?;
                match self.tokens.next() {
                    Some(Token::Sign(')')) => Ok(inside),
                    Some(token) => Err(format!("has `{token}` where `)` should stand")),
                    None => Err("ends before `)`".to_owned()),
                }
            }
            Some(token) => Err(format!("has `{token}` where a name or a number should stand")),
            None => Err("ends where a name or a number should stand".to_owned()),
        }
    }

    fn operator(&mut self, known: &[(char, Operator)]) -> Option<Operator> {
        let of = |token: &Token| known.iter().find(|(sign, _)| *token == Token::Sign(*sign)).map(|(_, found)| *found);
        let operator = self.tokens.peek().and_then(of)?;
        self.tokens.next();
        Some(operator)
    }
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;
