//! One evaluation taken in.

use std::collections::BTreeMap;

use super::{
    Change, Level, NOTICE_SCHEMA, Notice, NoticeConfig, NoticeKind, Observation, Open, Report, State, Subject,
    Suppression,
    message::{LISTED, line},
    state::name,
};
use crate::Timestamp;

/// What an evaluation led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What to keep.
    pub state: State,
    /// Must it be kept? Not while all was and is well, when nothing in it would be missed.
    pub keep: bool,
    /// What to send: to be kept together with the state, so that neither is there without the other.
    pub notice: Option<Notice>,
    /// What maintenance kept from going out, said once for each change; the state has it too.
    pub suppressed: Vec<Suppression>,
}

/// Takes in a report. A report that is empty, or not newer than the state, changes nothing.
pub fn step(previous: Option<State>, report: &Report, config: &NoticeConfig) -> Step {
    let was_quiet = previous.as_ref().is_none_or(State::is_quiet);
    let mut state = previous.unwrap_or_else(|| State::new(Timestamp::MIN_UTC));
    let now = report.evaluated_at;
    if now <= state.evaluated_at || report.observations.is_empty() {
        return Step { state, keep: false, notice: None, suppressed: Vec::new() };
    }
    let seen = observe(&mut state, report);
    let maintenance_of = |subject: &str| {
        report.maintenance.as_ref().or_else(|| seen.get(subject).and_then(|seen| seen.maintenance.as_ref()))
    };
    let withheld = due(&state, now, config, &|subject| maintenance_of(subject).is_some());
    let due = due(&state, now, config, &|subject| maintenance_of(subject).is_none());
    let mut step = Step { state, keep: true, notice: None, suppressed: Vec::new() };
    let withheld = withheld.into_iter().filter_map(|(subject, level)| {
        let maintenance = maintenance_of(&subject)?;
        Some(Suppression {
            level,
            at: now,
            decision_id: report.decision_id.clone(),
            maintenance: line(&maintenance.name),
            reason: line(&maintenance.reason),
            subject,
        })
    });
    step.suppressed = step.state.suppress(withheld.collect());
    if !due.is_empty() {
        step.notice = Some(announce(&mut step.state, report, &seen, &due));
    }
    let retired =
        |name: &String, subject: &Subject| !seen.contains_key(name.as_str()) && subject.announced == Level::Ok;
    step.state.subjects.retain(|name, subject| !retired(name, subject));
    step.keep = !(was_quiet && step.state.is_quiet() && step.suppressed.is_empty() && step.notice.is_none());
    step
}

/// Takes in what was seen; of two observations of one subject the weightier. What is no longer named has been retired,
/// and is well from now on.
fn observe<'a>(state: &mut State, report: &'a Report) -> BTreeMap<&'a str, &'a Observation> {
    let now = report.evaluated_at;
    state.evaluated_at = now;
    let mut seen: BTreeMap<&str, &Observation> = BTreeMap::new();
    for observation in &report.observations {
        let place = seen.entry(&observation.subject).or_insert(observation);
        if observation.level.weight() > place.level.weight() {
            *place = observation;
        }
    }
    for (name, subject) in &mut state.subjects {
        let level = match seen.get(name.as_str()) {
            Some(seen) => subject.level_of(seen),
            None => Level::Ok,
        };
        subject.observe(level, now);
    }
    for (name, observation) in &seen {
        let subject = state.subjects.entry((*name).to_owned()).or_insert_with(|| Subject::new(observation.level, now));
        subject.size = observation.size;
    }
    seen
}

/// What is to be said now of some subjects: these with their new levels. What got worse is, at once; what is no
/// longer known, when it was so in several evaluations. What got better, or is bad in another way, is when it has held; and only when the service as a whole is better for it, or together with other news.
fn due(state: &State, now: Timestamp, config: &NoticeConfig, is_asked: &dyn Fn(&str) -> bool) -> Vec<(String, Level)> {
    let is_news = |subject: &Subject| subject.observed != subject.announced || subject.has_grown();
    let changed = || state.subjects.iter().filter(|(name, subject)| is_news(subject) && is_asked(name));
    let is_worse = |subject: &Subject| subject.has_grown() || subject.observed.weight() > subject.announced.weight();
    // One gap is no news, and would be a thousand notices when CloudWatch itself is away for a moment.
    let is_worse_for_sure = |subject: &Subject| {
        is_worse(subject) && (subject.observed != Level::Unknown || subject.evaluations >= config.hold_evaluations)
    };
    // Losing sight of what is bad is no recovery.
    let is_lost = |subject: &Subject| subject.observed == Level::Unknown && subject.announced == Level::Page;
    let due: Vec<_> = changed()
        .filter(|(_, subject)| is_worse_for_sure(subject) || (!is_lost(subject) && has_held(subject, now, config)))
        .map(|(name, subject)| (name.clone(), subject.observed))
        .collect();
    let weight_after = |(name, subject): (&String, &Subject)| {
        if due.iter().any(|(due, _)| due == name) { subject.observed.weight() } else { subject.announced.weight() }
    };
    let after = state.subjects.iter().map(weight_after).max().unwrap_or_default();
    let is_other = |subject: &Subject| subject.observed.weight() == subject.announced.weight();
    let is_news = |(name, _): &(String, Level)| {
        state.subjects.get(name).is_some_and(|subject| is_worse(subject) || is_other(subject))
    };
    if due.iter().any(is_news) || after < state.announced().weight() { due } else { Vec::new() }
}

fn has_held(subject: &Subject, now: Timestamp, config: &NoticeConfig) -> bool {
    let is_past = |since: Timestamp, seconds: u32| (now - since).num_seconds() >= i64::from(seconds);
    subject.evaluations >= config.hold_evaluations
        && is_past(subject.observed_since, config.hold_seconds)
        && subject.announced_at.is_none_or(|at| is_past(at, config.cooldown_seconds))
}

/// Makes the notice, and remembers that it was made.
pub(super) fn announce(
    state: &mut State,
    report: &Report,
    seen: &BTreeMap<&str, &Observation>,
    due: &[(String, Level)],
) -> Notice {
    let now = report.evaluated_at;
    let mut changes = Vec::new();
    for (name, level) in due {
        let Some(subject) = state.subjects.get_mut(name) else { continue };
        let observation = seen.get(name.as_str()).copied();
        let mut change = Change::new(name, subject.announced, *level, subject.observed_since, observation);
        if observation.is_none() {
            change.reasons = vec![report.ended(name)];
        }
        changes.push(change);
        subject.announced = *level;
        subject.announced_size = subject.size;
        subject.announced_at = Some(now);
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.to.weight()));
    // What stands as it stood has grown.
    let is_news = |change: &&Change| change.to.weight() > change.from.weight() || change.to == change.from;
    let worst_news = changes.iter().filter(is_news).map(|change| change.to);
    let kind = match (worst_news.max_by_key(|level| level.weight()), state.announced()) {
        (Some(Level::Page), _) => NoticeKind::Page,
        (None, Level::Ok) => NoticeKind::Resolved,
        _ => NoticeKind::Ticket,
    };
    let open_since = *state.open_since.get_or_insert(now);
    if kind == NoticeKind::Resolved {
        state.open_since = None;
    }
    state.notices = state.notices.saturating_add(1);
    let (service, environment) = (&report.service, &report.environment);
    let open = state
        .subjects
        .iter()
        .filter(|(name, subject)| subject.announced != Level::Ok && !due.iter().any(|(due, _)| due == *name));
    let open = open.map(|(name, subject)| Open {
        subject: line(name),
        level: subject.announced,
        announced_at: subject.announced_at,
    });
    let headline = changes.first().and_then(|first| seen.get(first.subject.as_str())?.headline.as_deref());
    let summary = Notice::summarise(service, environment, &changes, headline);
    changes.truncate(LISTED);
    Notice {
        schema: NOTICE_SCHEMA.to_owned(),
        id: name("notice", service, environment, now, state.notices),
        incident_id: name("incident", service, environment, open_since, 0),
        kind,
        service: line(service),
        environment: line(environment),
        summary,
        changes,
        open: open.take(LISTED).collect(),
        owner: report.owner.as_deref().map(line),
        contact: report.contact.as_deref().map(line),
        runbook: report.runbook.as_deref().map(line),
        decision_id: report.decision_id.clone(),
        evaluated_at: now,
        showback: None,
    }
}
