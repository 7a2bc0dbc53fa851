//! The rule of a composite alarm: which alarms it is made of.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>

/// Words of a rule that name no alarm.
const WORDS: [&str; 9] = ["ALARM", "OK", "INSUFFICIENT_DATA", "AND", "OR", "NOT", "TRUE", "FALSE", "AT_LEAST"];

/// No rule is longer.
const MAX_RULE_CHARACTERS: usize = 10_240;

/// The names and ARNs in a rule, each once, in order. What is not sure to be another thing is a name.
pub(super) fn named(rule: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut letters = rule.chars().take(MAX_RULE_CHARACTERS).peekable();
    while let Some(letter) = letters.next() {
        let name = match letter {
            '"' => Some(quoted(&mut letters)),
            '(' | ')' | ',' => None,
            space if space.is_whitespace() => None,
            first => {
                let mut word = String::from(first);
                while let Some(next) = letters.next_if(|next| !next.is_whitespace() && !"(),\"".contains(*next)) {
                    word.push(next);
                }
                (!WORDS.contains(&word.as_str()) && !is_number(&word)).then_some(word)
            }
        };
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// What stands up to the closing quote. A backslash says that the letter after it is part of the name.
fn quoted(letters: &mut impl Iterator<Item = char>) -> String {
    let mut name = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => name.extend(letters.next()),
            letter => name.push(letter),
        }
    }
    name
}

/// Is it a number, or a percentage, of alarms?
fn is_number(word: &str) -> bool {
    word.trim_end_matches('%').bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn every_alarm_of_a_rule_is_named() {
        for (rule, names) in [
            ("ALARM(child)", vec!["child"]),
            ("ALARM(\"a child\") AND NOT OK('b')", vec!["a child", "'b'"]),
            (
                "(ALARM(cpu:high) OR INSUFFICIENT_DATA( arn:aws:cloudwatch:eu-central-1:111122223333:alarm:disk )) AND TRUE",
                vec!["cpu:high", "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:disk"],
            ),
            ("ALARM(\"say \\\"no\\\" (ever), OK\")OR ALARM(OK-rate)", vec!["say \"no\" (ever), OK", "OK-rate"]),
            ("AT_LEAST(2, ALARM, (a, b,c)) OR AT_LEAST(50%, NOT OK, (d, a))", vec!["a", "b", "c", "d"]),
            ("ALARM(a) OR ALARM(a)", vec!["a"]),
            ("ALARM(Störung-1)", vec!["Störung-1"]),
            ("TRUE", vec![]),
            ("", vec![]),
            ("ALARM(\"not closed", vec!["not closed"]),
        ] {
            assert_eq!(named(rule), names, "{rule}");
        }
    }
}
