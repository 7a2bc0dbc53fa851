//! The end of a state that nobody adds to any more: its service, or its environment, has left the catalogue.

use std::collections::BTreeMap;

use super::{
    Level, Report, State,
    step::{Step, announce},
};

/// Ends a state; none when people were told of nothing that is still open, or the report is not newer than the state.
/// Neither waits: whoever comes back is looked at anew.
pub fn retired(mut state: State, report: &Report) -> Option<Step> {
    if report.evaluated_at <= state.evaluated_at {
        return None;
    }
    state.evaluated_at = report.evaluated_at;
    let open = state.subjects.iter().filter(|(_, subject)| subject.announced != Level::Ok);
    let due: Vec<_> = open.map(|(name, _)| (name.clone(), Level::Ok)).collect();
    for name in &due {
        if let Some(subject) = state.subjects.get_mut(&name.0) {
            subject.observe(Level::Ok, report.evaluated_at);
        }
    }
    let notice = (!due.is_empty()).then(|| announce(&mut state, report, &BTreeMap::new(), &due))?;
    state.subjects.clear();
    Some(Step { state, keep: true, notice: Some(notice), suppressed: Vec::new() })
}
