//! OpenSLO's "Composite SLO": time slices that are bad for any of several objectives.

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    evidence::EvidenceStatus,
    slo::{
        Background, BudgetUnit, DailyAggregate, KnownTime, ObjectiveDays, Period, Plan, Reach, Slo, burn_trend,
        composite::several_sample::{
            Bad, Good, Idle, Lost, MINUTE, Minute, WEEK, any_of, bad_if, by_minutes, by_slices, data, judged, spent,
        },
        sample::{DAY, END, judging, maintenance, metric, monthly, reason, snapshot},
        slo_fact_with,
    },
};

#[test]
fn bad_minutes_of_either_spend_the_budget_of_both() {
    // 60 of 10,080 minutes are 0.595 %.
    let a = |at: i64| bad_if((END - at) / MINUTE % 168 == 1);
    let b = |at: i64| bad_if((END - at) / MINUTE % 168 == 85);
    let both = data(&[("A", &a), ("B", &b)]);
    let whole = any_of([by_minutes("A"), by_minutes("B")]);
    let fact = judged(&whole, &both);
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    assert_eq!(spent(&judged(&by_minutes("A"), &both)), [Some(595_238); 2]);
    assert_eq!(spent(&fact), [Some(1_190_476); 2]);
    let budget = fact.budget.unwrap();
    let slices = budget.slices.unwrap();
    assert_eq!((budget.total, budget.bad, slices.total, slices.good), (10_080, 120, 10_080, 9_960));
    assert_eq!(fact.budgeting.unit, BudgetUnit::Slices);
    assert_eq!(fact.windows["3d"].slices.as_ref().map(|slices| slices.total), Some(4320));
    // At the same time they are one.
    let together = data(&[("A", &a), ("B", &a)]);
    assert_eq!(spent(&judged(&whole, &together)), [Some(595_238); 2]);
    // In the last hour one minute of either is two of sixty, of a hundredth.
    let last = |back: i64| move |at: i64| bad_if(at == END - back * MINUTE);
    let (ten, twenty) = (last(10), last(20));
    let fact = judged(&whole, &data(&[("A", &ten), ("B", &twenty)]));
    assert_eq!(fact.windows["1h"].burn_rate_micro, Some(3_333_334));
    let parts: Vec<u64> =
        fact.windows["1h"].made_of.as_ref().unwrap().parts.iter().map(|part| part.burn_rate_micro).collect();
    assert_eq!(parts, [1_666_667; 2]);
}

#[test]
fn what_is_not_known_of_one_is_not_known_of_both_unless_the_other_is_bad() {
    let lost = |at: i64| if (END - DAY..END - DAY + 6000).contains(&at) { Lost } else { Good };
    let calm = |_: i64| Good;
    let failing = |at: i64| bad_if((END - DAY..END - DAY + 3000).contains(&at));
    let whole = any_of([by_minutes("A"), by_minutes("B")]);
    let of = |other: &dyn Fn(i64) -> Minute| judged(&whole, &data(&[("A", &lost), ("B", other)]));
    let unknown = of(&calm);
    // A hundred minutes of 100.8.
    assert_eq!(spent(&unknown), [Some(0), Some(992_063)]);
    assert_eq!(unknown.evidence.status, EvidenceStatus::Partial, "{}", reason(&unknown));
    let budget = unknown.budget.unwrap();
    assert_eq!(budget.known, Some(KnownTime { known_seconds: WEEK - 6000, unknown_seconds: 6000 }));
    let half = of(&failing);
    assert_eq!(spent(&half), [Some(496_031), Some(992_063)]);
    assert_eq!(half.budget.unwrap().known.unwrap().unknown_seconds, 3000);
}

#[test]
fn nothing_known_of_one_is_nothing_known_of_both() {
    let whole = any_of([by_minutes("A"), by_minutes("B")]);
    let fact = judged(&whole, &data(&[("A", &|_| Good), ("B", &|_| Lost)]));
    assert_eq!(fact.evidence.status, EvidenceStatus::NoData);
    assert!(fact.budget.is_none() && fact.windows.values().all(|window| window.burn_rate_micro.is_none()));
    let absent = judged(&whole, &data(&[("A", &|_| Good)]));
    assert_eq!(absent.evidence.status, EvidenceStatus::Error, "{}", reason(&absent));
}

/// Ten bad minutes are ten, whatever slices of five the other is counted in; and one of those is five.
#[test]
fn slices_of_different_lengths_are_cut_as_short_as_the_shorter() {
    let a = |at: i64| bad_if((END - 2 * DAY..END - 2 * DAY + 600).contains(&at));
    let b = |at: i64| bad_if(at.div_euclid(300) == (END - DAY).div_euclid(300));
    let whole = any_of([by_minutes("A"), by_slices("B", 300)]);
    let fact = judged(&whole, &data(&[("A", &a), ("B", &b)]));
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    let budget = fact.budget.unwrap();
    assert_eq!((budget.total, budget.bad), (10_080, 15));
}

/// Of a day that is only kept, its counts say between which numbers the slices lie that were bad for either.
#[test]
fn kept_days_bound_what_they_do_not_show() {
    let day = |at: i64| at.div_euclid(DAY) * DAY;
    let old = day(END - 20 * DAY);
    let period = Period::Rolling { seconds: 28 * 86_400 };
    let long = |name: &str| Slo { period, ..by_minutes(name) };
    let first = |minutes: i64| move |at: i64| bad_if((old..old + minutes * MINUTE).contains(&at));
    let (a, b) = (first(200), first(100));
    let then = data(&[("A", &a), ("B", &b)]);
    // Days were kept while their minutes were there.
    let minutes = |day: i64| {
        let plan = Plan::ending_with(day + DAY + 600, 3 * DAY, Reach::of_lengths([60]));
        let cut = |at: i64, seconds: i64, of: &dyn Fn(i64) -> Minute| {
            (at..at + seconds).step_by(60).filter(|at| of(*at) == Good).count() as u64 * 60
        };
        let mut all = snapshot(&plan, |_, _| None, |_, _| None);
        for (name, of) in [("A", &a as &dyn Fn(i64) -> Minute), ("B", &b)] {
            let own = snapshot(&plan, |at, seconds| Some(cut(at, seconds, of)), |_, s| Some(s.unsigned_abs()));
            all.series
                .extend(own.series.into_iter().map(|(kind, tiers)| (metric(&format!("{name}{}", kind.name)), tiers)));
        }
        all
    };
    let kept = |slo: &Slo| {
        let days = (1..=28).map(|back| {
            let start = day(END - back * DAY);
            let date = chrono::DateTime::from_timestamp(start, 0).unwrap().date_naive();
            DailyAggregate::of(slo, &minutes(start), date).unwrap()
        });
        ObjectiveDays::new(slo, days.collect()).unwrap()
    };
    let background = Background { days: ["A", "B"].map(|name| kept(&long(name))).into() };
    let whole = any_of(["A", "B"].map(long));
    let fact = slo_fact_with(&whole, &then, &judging(), &background);
    // 200 to 300 of 409.2: the day that the period begins in counts whole.
    let [least, most] = spent(&fact).map(Option::unwrap);
    assert_eq!((least / 1000, most / 1000), (488, 732), "{}", reason(&fact));
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial, "{}", reason(&fact));
    assert!(
        reason(&fact).starts_with("1 h 40 min of 28 days 10 h of the period are not known: at least 48.8 %"),
        "{}",
        reason(&fact)
    );
    // All of its days are asked for: what is kept would not say which minutes were bad.
    let midnight = day(END);
    assert!(background.kept_until(&long("A"), midnight).is_some());
    assert_eq!(background.kept_until(&whole, midnight), None);
}

#[test]
fn maintenance_of_one_leaves_its_slices_to_the_other() {
    let exclusion = Arc::new(maintenance("2026-11-20T10:00", "2026-11-20T11:00", None));
    let worked_on = Slo { exclusions: vec![exclusion], ..by_minutes("A") };
    // 2026-11-20T10:00:00Z
    let start = 1_795_168_800;
    let down = |at: i64| bad_if((start..start + 3600).contains(&at));
    let failing = |at: i64| bad_if((start..start + 600).contains(&at));
    let whole = any_of([worked_on.clone(), by_minutes("B")]);
    let fact = judged(&whole, &data(&[("A", &down), ("B", &failing)]));
    assert_eq!(fact.budget.as_ref().map(|budget| (budget.total, budget.bad)), Some((10_080, 10)));
    let both = any_of([worked_on.clone(), Slo { exclusions: worked_on.exclusions, ..by_minutes("B") }]);
    let fact = judged(&both, &data(&[("A", &down), ("B", &failing)]));
    assert_eq!(fact.budget.map(|budget| (budget.total, budget.bad)), Some((10_020, 0)));
}

#[test]
fn slices_of_a_calendar_month_that_are_to_come_are_part_of_the_budget() {
    let bad = |at: i64| bad_if((END - DAY..END - DAY + 3600).contains(&at));
    let hourly = |name: &str| monthly(by_slices(name, 3600), chrono_tz::UTC);
    let whole = any_of([hourly("A"), hourly("B")]);
    let fact = judged(&whole, &data(&[("A", &bad), ("B", &|_| Good)]));
    let part = judged(&hourly("A"), &data(&[("A", &bad)]));
    assert_eq!(fact.budget.as_ref().map(|budget| (budget.total, budget.bad)), Some((720, 2)), "{}", reason(&fact));
    assert_eq!(spent(&fact), spent(&part));
    assert_eq!(fact.budget.unwrap().known, part.budget.unwrap().known);
}

#[test]
fn the_trend_is_that_of_the_slices() {
    let a = |at: i64| bad_if((END - DAY..END - DAY + 3600).contains(&at));
    let b = |at: i64| bad_if((END - DAY + 3600..END - DAY + 7200).contains(&at));
    let both = data(&[("A", &a), ("B", &b)]);
    let of = |slo: &Slo| burn_trend(slo, &both, &judging(), 7);
    let whole = of(&any_of([by_minutes("A"), by_minutes("B")]));
    // Two hours of a day, of a hundredth; the hours are at the start of the last of seven days.
    assert_eq!(whole[6], Some(8_333_334));
    assert_eq!(of(&by_minutes("A"))[6], Some(4_166_667));
    assert_eq!(whole[..6], [Some(0); 6]);
}

fn minute() -> impl Strategy<Value = Minute> {
    prop_oneof![6 => Just(Good), 2 => Just(Bad), 1 => Just(Lost), 1 => Just(Idle)]
}

/// An hour and a half of minutes that repeat.
fn minutes() -> impl Strategy<Value = Vec<Minute>> {
    prop::collection::vec(minute(), 90)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_union_is_no_less_than_each_and_no_more_than_all(a in minutes(), b in minutes()) {
        let of = |minutes: &Vec<Minute>| {
            let minutes = minutes.clone();
            move |at: i64| minutes[usize::try_from(at / MINUTE % 90).unwrap()]
        };
        let (a, b) = (of(&a), of(&b));
        let both = data(&[("A", &a), ("B", &b)]);
        let [one, other] = ["A", "B"].map(by_minutes);
        let day = |slo: Slo| Slo { period: Period::Rolling { seconds: 86_400 }, ..slo };
        let numbers = |slo: &Slo| {
            let fact = judged(slo, &both);
            let hour = &fact.windows["1h"];
            let [least, most] = spent(&fact);
            [hour.burn_rate_at_most_micro, least, most]
        };
        let (left, right) = (day(one), day(other));
        let whole = day(any_of([left.clone(), right.clone()]));
        let union = numbers(&whole);
        for (at, ((union, left), right)) in union.iter().zip(numbers(&left)).zip(numbers(&right)).enumerate() {
            let (Some(left), Some(right)) = (left, right) else { continue };
            let Some(union) = *union else { continue };
            prop_assert!(union >= left.max(right), "{at}: {union} of {left} and {right}");
            prop_assert!(union <= left + right + 1, "{at}: {union} of {left} and {right}");
        }
        // The order says nothing, and of one with itself comes what it is.
        prop_assert_eq!(numbers(&day(any_of([right, left.clone()]))), union);
        let alone = numbers(&left);
        let twice = day(any_of([left.clone(), Slo { name: "again".into(), ..left.clone() }]));
        prop_assert_eq!(numbers(&twice), alone);
        prop_assert_eq!(judged(&twice, &both).windows["1h"].burn_rate_micro, judged(&left, &both).windows["1h"].burn_rate_micro);
        prop_assert_eq!(judged(&twice, &both).budget.map(|budget| budget.known), judged(&left, &both).budget.map(|budget| budget.known));
    }
}
