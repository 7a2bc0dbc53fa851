//! The rules that are expected to run, and how what runs falls short of them.

use serde::{Deserialize, Serialize};

use super::{Effect, Mode};

/// A rule that is expected to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedRule {
    /// The rule's name: `change.burn_rate`.
    pub rule: String,
    /// The strongest effect that it is expected to have.
    pub effect: Effect,
    /// Whether its findings are expected to count.
    pub mode: Mode,
}

/// How a rule falls short of what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortfall {
    /// No such rule is there.
    Gone,
    /// This is the strongest effect that it has.
    Weaker(Effect),
    /// Its findings do not count.
    InShadow,
}

impl ExpectedRule {
    /// How the rule of this name, with its strongest effect and the mode in force, falls short; none where it does not.
    pub fn shortfall(&self, found: Option<(Effect, Mode)>) -> Option<Shortfall> {
        let Some((effect, mode)) = found else { return Some(Shortfall::Gone) };
        if effect < self.effect {
            return Some(Shortfall::Weaker(effect));
        }
        (mode == Mode::Shadow && self.mode == Mode::Enforce).then_some(Shortfall::InShadow)
    }

    /// A shortfall in words that follow the rule's name.
    pub fn describe(&self, shortfall: Shortfall) -> String {
        let expected = self.effect.as_verb();
        match shortfall {
            Shortfall::Gone => format!("is gone, and is expected to {expected}"),
            Shortfall::Weaker(effect) => format!("can only {}, and is expected to {expected}", effect.as_verb()),
            Shortfall::InShadow => format!("is in shadow, and is expected to {expected}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ExpectedRule, Shortfall};
    use crate::finding::{Effect, Mode};

    #[test]
    fn what_is_gone_weaker_or_in_shadow_falls_short_and_what_is_stricter_does_not() {
        let expected = |effect, mode| ExpectedRule { rule: "change.freeze".into(), effect, mode };
        let approval = expected(Effect::RequireApproval, Mode::Enforce);
        for (found, shortfall) in [
            (None, Some(Shortfall::Gone)),
            (Some((Effect::Warn, Mode::Enforce)), Some(Shortfall::Weaker(Effect::Warn))),
            (Some((Effect::Warn, Mode::Shadow)), Some(Shortfall::Weaker(Effect::Warn))),
            (Some((Effect::Deny, Mode::Shadow)), Some(Shortfall::InShadow)),
            (Some((Effect::RequireApproval, Mode::Enforce)), None),
            (Some((Effect::Deny, Mode::Enforce)), None),
        ] {
            assert_eq!(approval.shortfall(found), shortfall, "{found:?}");
        }
        let in_shadow = expected(Effect::Deny, Mode::Shadow);
        assert_eq!(in_shadow.shortfall(Some((Effect::Deny, Mode::Enforce))), None);
        assert_eq!(in_shadow.shortfall(None), Some(Shortfall::Gone));
    }
}
