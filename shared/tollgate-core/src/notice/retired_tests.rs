//! The end of what has left the catalogue.

use super::{
    Level, NoticeKind, retired, step,
    step_tests::{A, B, CONFIG, Watch, report},
};

#[test]
fn what_left_the_catalogue_is_ended_once_and_says_why() {
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Page), (B, Level::Ok)]), Some(NoticeKind::Page));
    let known = watch.state.take().unwrap();
    assert_eq!(retired(known.clone(), &report(0, &[])), None, "an older look ends nothing");
    let ended = retired(known, &report(5, &[])).unwrap();
    let notice = ended.notice.unwrap();
    assert_eq!((notice.kind, notice.open.len()), (NoticeKind::Resolved, 0));
    assert_eq!(
        notice.summary,
        "payments-api in production: slo/availability is looked at no longer: it is not in the \
                                catalogue any more, so nobody watches it"
    );
    assert_eq!(notice.incident_id, step(None, &report(0, &[(A, Level::Page)]), &CONFIG).notice.unwrap().incident_id);
    assert_eq!(retired(ended.state.clone(), &report(10, &[])), None, "it is said once");
    // Back again, it is looked at anew.
    let again = step(Some(ended.state), &report(15, &[(A, Level::Page)]), &CONFIG).notice.unwrap();
    assert_eq!(again.kind, NoticeKind::Page);
    assert_ne!(again.incident_id, notice.incident_id);
}

#[test]
fn nobody_is_told_of_the_end_of_what_nobody_was_told_of() {
    let mut watch = Watch::default();
    watch.see(0, &[(A, Level::Unknown)]);
    assert_eq!(retired(watch.state.take().unwrap(), &report(5, &[])), None);
}

#[test]
fn an_objective_that_is_removed_says_so_when_it_ends() {
    let mut watch = Watch::default();
    watch.see(0, &[(A, Level::Page), (B, Level::Ok)]);
    watch.see(60, &[(B, Level::Ok)]);
    let notice = watch.step(&report(90, &[(B, Level::Ok)])).notice.unwrap();
    assert_eq!(notice.kind, NoticeKind::Resolved);
    assert_eq!(notice.changes[0].reasons[0].rule, "catalogue");
    assert!(notice.text().contains("put it back"), "{}", notice.text());
    assert!(watch.step(&report(200, &[(B, Level::Ok)])).notice.is_none());
}
