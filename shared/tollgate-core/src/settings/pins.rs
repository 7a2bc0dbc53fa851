//! What a layer pins: settings that no layer below it may loosen, though they are declared to be loosenable.

/// The pins of the layers so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Pins(Vec<(Vec<String>, String)>);

impl Pins {
    pub(super) fn add(&mut self, path: &[&str], file: &str) {
        self.0.push((path.iter().map(|&part| part.to_owned()).collect(), file.to_owned()));
    }

    /// The file that pins a threshold, or the group that it is in.
    pub(super) fn over(&self, path: &[&str]) -> Option<&str> {
        let holds =
            |pinned: &[String]| path.len() >= pinned.len() && pinned.iter().zip(path).all(|(pin, part)| pin == part);
        self.0.iter().find(|(pinned, _)| holds(pinned)).map(|(_, file)| file.as_str())
    }
}

/// What a pin names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pin<'a> {
    /// A threshold or a group of them, by its path.
    Threshold(Vec<&'a str>),
    /// The mode of a rule.
    Mode(&'a str),
}

/// Reads `thresholds.GROUP.NAME` or `modes.RULE`.
pub(super) fn read(text: &str) -> Option<Pin<'_>> {
    match text.split_once('.')? {
        ("thresholds", path) => Some(Pin::Threshold(path.split('.').collect())),
        ("modes", rule) => Some(Pin::Mode(rule)),
        _ => None,
    }
}
