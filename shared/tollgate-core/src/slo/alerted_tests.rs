//! Alerts by their own thresholds, windows and times.

use rust_decimal::Decimal;

use super::{
    Comparison, Quality, Slo, Snapshot,
    alert::BurnAlert,
    alerted::AlertFact,
    sample::{END, judged, plan, requests, slo},
};

fn alert(threshold: &str, comparison: Comparison, lookback_seconds: u64, after_seconds: u64) -> BurnAlert {
    BurnAlert {
        policy: "page-on-call".into(),
        condition: "burns-fast".into(),
        description: None,
        severity: "page".into(),
        comparison,
        threshold: threshold.parse::<Decimal>().unwrap(),
        lookback_seconds,
        after_seconds,
        when_breaching: true,
        when_resolved: false,
        when_no_data: false,
        targets: Vec::new(),
    }
}

fn fact(alert: BurnAlert, data: &Snapshot) -> AlertFact {
    judged(&Slo { alerts: vec![alert], ..slo() }, data).alerts[0].clone()
}

/// All is bad in these minutes before the end of the data.
fn outage(minutes: i64) -> Snapshot {
    requests(&plan(), |minute| minute >= END - minutes * 60)
}

/// Three bad minutes of sixty, at a thousandth: exactly 50 times too fast.
#[test]
fn the_threshold_itself_is_exact() {
    let hour = |threshold, comparison| fact(alert(threshold, comparison, 3600, 0), &outage(3));
    let at = hour("50", Comparison::Gt);
    assert_eq!((at.holds, at.burn_rate_micro, at.threshold_micro), (Some(false), Some(50_000_000), 50_000_000));
    assert_eq!((at.good, at.total), (Some(57 * 60), Some(3600)));
    assert_eq!(hour("50", Comparison::Gte).holds, Some(true));
    assert_eq!(hour("49.9999999999", Comparison::Gt).holds, Some(true));
    assert_eq!(hour("50.0000000001", Comparison::Gte).holds, Some(false));
}

#[test]
fn it_must_have_held_for_its_time() {
    let held = |minutes, after_seconds| fact(alert("14.4", Comparison::Gt, 300, after_seconds), &outage(minutes)).holds;
    assert_eq!([held(10, 0), held(10, 300), held(10, 540)], [Some(true); 3]);
    // Ten minutes ago the window of five minutes had none of it.
    assert_eq!(held(10, 600), Some(false));
    assert_eq!(held(0, 0), Some(false));
}

/// Over two hours a look every two minutes would miss it.
#[test]
fn one_calm_minute_ends_it() {
    for calm in [1, 2, 33, 61, 119] {
        let mut data = requests(&plan(), |_| true);
        let good = data.series.get_mut(&crate::slo::sample::metric("Good")).unwrap();
        let tier = data.plan.tiers()[0];
        let at = tier.index(END - (calm + 1) * 60).unwrap();
        good[0].values[at] = Some(60);
        let held = |after_seconds| fact(alert("999", Comparison::Gt, 60, after_seconds), &data).holds;
        assert_eq!(held(7200), Some(false), "{calm}");
        assert_eq!(held(u64::try_from(calm - 1).unwrap() * 60), Some(true), "{calm}");
    }
}

#[test]
fn what_is_not_known_does_not_hold_and_is_not_denied() {
    let mut data = outage(10);
    for tiers in data.series.values_mut() {
        tiers[0].quality = Quality::Failed("the emulator is away".into());
    }
    assert_eq!(fact(alert("14.4", Comparison::Gt, 300, 0), &data).holds, None);
    let longer_than_the_data = alert("1", Comparison::Gt, 400 * 86_400, 0);
    assert_eq!(fact(longer_than_the_data, &outage(10)).holds, None);
    let silent = BurnAlert { when_breaching: false, ..alert("1", Comparison::Gt, 300, 0) };
    assert!(judged(&Slo { alerts: vec![silent], ..slo() }, &outage(10)).alerts.is_empty());
}
