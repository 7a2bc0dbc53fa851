//! `sprintf` as OPA has it, which is Go's: <https://pkg.go.dev/fmt>. Formats are literal texts that loading has read, so
//! only the verbs that it lets through are known here.

use std::{iter::Peekable, str::Chars};

use regorus::Value;

use super::{
    budget::{Budget, MOST_BYTES},
    shown::{decimal, shown},
};

/// One part of a format.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    Place(Place),
}

/// `%05d`, `%-8s`, `%.2f`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    verb: char,
}

/// More digits than any fraction has.
const MOST_DIGITS: usize = 1_100;

const VERBS: &str = "`%d`, `%s`, `%v`, `%x` or, for a fraction, `%.2f`";

/// Reads a format whose fields are no wider than `widest`.
///
/// # Errors
/// A verb that only one of the engines knows, or a width that takes memory without measure.
pub(crate) fn parts(format: &str, widest: usize) -> Result<Vec<Part>, String> {
    let (mut parts, mut text, mut chars) = (Vec::new(), String::new(), format.chars().peekable());
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let mut place = Place::default();
        while let Some(flag) = chars.next_if(|c| "-+ 0".contains(*c)) {
            match flag {
                '-' => place.minus = true,
                '+' => place.plus = true,
                ' ' => place.space = true,
                _ => place.zero = true,
            }
        }
        place.width = number(&mut chars, widest)?;
        if chars.next_if_eq(&'.').is_some() {
            place.precision = Some(number(&mut chars, widest)?);
        }
        match chars.next() {
            Some('%') if place == Place::default() => text.push('%'),
            Some(verb) if "dsvxf".contains(verb) && !(place.precision.is_some() && "dvx".contains(verb)) => {
                place.verb = verb;
                parts.extend([Part::Text(std::mem::take(&mut text)), Part::Place(place)]);
            }
            Some(verb) => return Err(format!("`%{verb}` is not known to both engines like this: write {VERBS}")),
            None => return Err(format!("the `%` at the end has no verb: write `%%`, or {VERBS}")),
        }
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

fn number(chars: &mut Peekable<Chars<'_>>, widest: usize) -> Result<usize, String> {
    let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
    match digits.parse() {
        Ok(number) if number <= widest => Ok(number),
        Err(_) if digits.is_empty() => Ok(0),
        _ => Err(format!("a field in `sprintf` is wider than {widest}: pad less")),
    }
}

/// How many values a format takes.
pub(crate) fn places(parts: &[Part]) -> usize {
    parts.iter().filter(|part| matches!(part, Part::Place(_))).count()
}

pub(super) fn sprintf(arguments: &[Value]) -> Result<Value, String> {
    let [format, values] = arguments else { return Ok(Value::Undefined) };
    let format = format.as_string().map_err(|_| "`sprintf` takes a text as format".to_owned())?;
    let values = values.as_array().map_err(|_| "`sprintf` takes its values in an array".to_owned())?;
    let mut budget = Budget::new();
    let mut written = String::new();
    let mut left = values.iter();
    for part in parts(format, MOST_BYTES)? {
        match part {
            Part::Text(text) => written.push_str(&text),
            Part::Place(place) => match left.next() {
                Some(value) => written.push_str(&place.write(value, &mut budget)?),
                None => written.push_str(&format!("%!{}(MISSING)", place.verb)),
            },
        }
    }
    let extra: Vec<_> = left.map(|value| extra(value, &mut budget)).collect::<Result<_, _>>()?;
    if !extra.is_empty() {
        written.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    Ok(written.into())
}

fn extra(value: &Value, budget: &mut Budget) -> Result<String, String> {
    let plain = Place { verb: 'v', ..Place::default() };
    Ok(format!("{}={}", kind(value), plain.write(value, budget)?))
}

/// What Go calls the type that OPA hands over.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.as_i64().is_some() => "int64",
        Value::Number(number) if number.is_integer() => "*big.Int",
        Value::Number(_) => "float64",
        _ => "string",
    }
}

impl Place {
    fn write(&self, value: &Value, budget: &mut Budget) -> Result<String, String> {
        // A width is paid for before it is written.
        budget.take(self.width)?;
        let text = match (self.verb, value) {
            ('v' | 'd', Value::Number(number)) if number.is_integer() => self.digits(&decimal(value)),
            // Go's large numbers write themselves.
            ('s', Value::Number(_)) if kind(value) == "*big.Int" => self.digits(&decimal(value)),
            ('v', Value::Number(number)) => self.padded(&shortest(number.as_f64().unwrap_or_default())),
            ('x', Value::Number(number)) if number.as_i64().is_some() => {
                self.digits(&hex(number.as_i64().unwrap_or_default()))
            }
            ('f', Value::Number(number)) if !number.is_integer() => self.digits(&format!(
                "{:.*}",
                self.precision.unwrap_or(6).min(MOST_DIGITS),
                number.as_f64().unwrap_or_default()
            )),
            ('s' | 'v', value) if kind(value) == "string" => {
                let text = plain(value, budget)?;
                self.padded(&self.precision.map_or_else(|| text.clone(), |most| text.chars().take(most).collect()))
            }
            ('x', value) if kind(value) == "string" => {
                self.padded(&plain(value, budget)?.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            // Go writes these with what was meant for another type, which nobody means.
            ('x', Value::Number(_)) => return Err("`%x` takes a whole number or a text".to_owned()),
            (verb, value) if self.width > 0 || self.precision.is_some_and(|_| kind(value) == "string") => {
                return Err(format!("`%{verb}` with a width is given {}", extra(value, budget)?));
            }
            (verb, Value::Number(number)) if number.is_integer() => {
                let digits = decimal(value);
                let width = self.precision.unwrap_or_default().saturating_add(usize::from(digits.starts_with('-')));
                let filled = Self { zero: true, width, ..Self::default() };
                format!("%!{verb}({}={})", kind(value), filled.digits(&digits))
            }
            (verb, value) => format!("%!{verb}({})", extra(value, budget)?),
        };
        budget.take(text.len())?;
        Ok(text)
    }

    /// A number's digits, whose sign comes before the zeros that fill it up.
    fn digits(&self, digits: &str) -> String {
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None if self.plus => ("+", digits),
            None if self.space => (" ", digits),
            None => ("", digits),
        };
        if !self.zero || self.minus {
            return self.padded(&format!("{sign}{digits}"));
        }
        let zeros = self.width.saturating_sub(sign.len().saturating_add(digits.len()));
        format!("{sign}{}{digits}", "0".repeat(zeros))
    }

    fn padded(&self, text: &str) -> String {
        let fill = self.width.saturating_sub(text.chars().count());
        match (self.minus, self.zero) {
            (true, _) => format!("{text}{}", " ".repeat(fill)),
            (false, true) => format!("{}{text}", "0".repeat(fill)),
            (false, false) => format!("{}{text}", " ".repeat(fill)),
        }
    }
}

fn plain(value: &Value, budget: &mut Budget) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.to_string()),
        other => shown(other, budget),
    }
}

fn hex(number: i64) -> String {
    let digits = format!("{:x}", number.unsigned_abs());
    if number < 0 { format!("-{digits}") } else { digits }
}

/// Go's `%v` of a fraction: as few digits as say which it is, with an exponent for the very large and small.
fn shortest(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
        _ => format!("{number}"),
    }
}

#[cfg(test)]
mod tests {
    use regorus::Value;

    use super::{parts, sprintf};

    /// As OPA 1.20.2 has them.
    #[test]
    fn it_writes_what_go_writes() {
        for (format, values, expected) in [
            ("%d", "[-5]", "-5"),
            ("%d", "[null]", "%!d(string=null)"),
            ("%d", "[\"a\"]", "%!d(string=a)"),
            ("%d", "[1.5]", "%!d(float64=1.5)"),
            ("%s", "[5]", "%!s(int64=5)"),
            ("%.2f", "[64]", "%!f(int64=64)"),
            ("%.2f", "[5]", "%!f(int64=05)"),
            ("%.2f", "[-1]", "%!f(int64=-01)"),
            ("%s", "[18446744073709551615]", "18446744073709551615"),
            ("%.2f", "[0.125]", "0.12"),
            ("%f", "[1.5]", "1.500000"),
            ("%04d|%-4d|%4d|%+d|% d", "[-5, 5, 5, 5, 5]", "-005|5   |   5|+5| 5"),
            ("%5s|%-5s|%.1s", "[\"é\", \"b\", \"cd\"]", "    é|b    |c"),
            ("%v %v %v", "[true, [1, \"a\"], {\"k\": null}]", "true [1, \"a\"] {\"k\": null}"),
            ("%v %v", "[0.00001, 123456789.125]", "1e-05 1.23456789125e+08"),
            ("%x %x", "[255, \"hi\"]", "ff 6869"),
            ("%d%%", "[7]", "7%"),
            ("%d %d", "[1]", "1 %!d(MISSING)"),
            ("%d", "[1, 2, \"x\"]", "1%!(EXTRA int64=2, string=x)"),
        ] {
            let values = Value::from_json_str(values).unwrap();
            assert_eq!(sprintf(&[format.into(), values]).unwrap(), expected.into(), "{format}");
        }
    }

    #[test]
    fn formats_are_read_at_load() {
        for (format, said) in
            [("%", "no verb"), ("%q", "`%q` is not"), ("%100d", "wider"), ("%.100f", "wider"), ("%.2d", "not known")]
        {
            assert!(parts(format, 99).unwrap_err().contains(said), "{format}");
        }
    }
}
