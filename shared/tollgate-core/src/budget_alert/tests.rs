use proptest::prelude::*;
use serde_json::{Value, json};

use super::{AlertError, AlertLimit, AlertSubject, BudgetAlert, Comparison, CostAnomaly, Figure};
use crate::{
    budget::StepKind,
    money::{Money, decimal_from_micros},
};

fn usd(micros: i64) -> Figure {
    Figure::Money(Money { micros, currency: "USD".to_owned() })
}

fn limit(side: Comparison, figure: Figure) -> Option<AlertLimit> {
    Some(AlertLimit { side, figure })
}

/// A letter with the given sentence and labelled lines.
fn letter(sentence: &str, lines: &[&str]) -> String {
    format!(
        "AWS Budget Notification November 21, 2026\nAWS Account 111122223333\n\nDear AWS Customer,\n\n{sentence}\n\n{}\n\n\
         [1] https://console.aws.amazon.com/billing/home#/budgets\n",
        lines.join("\n")
    )
}

const DAILY: &str = "You requested that we alert you when the ACTUAL Cost associated with your ci budget is greater than $75 \
                     per day. Yesterday, the ACTUAL Cost associated with this budget is $1,170.10.";
const LINES: [&str; 6] = [
    "Budget Name: ci",
    "Budget Type: Cost",
    "Budgeted Amount: $500.00",
    "Alert Type: ACTUAL",
    "Alert Threshold: > $75.00",
    "ACTUAL Amount: $1,170.10",
];

fn with(change: &str) -> Vec<String> {
    let label = change.split(':').next().unwrap().to_owned();
    LINES.iter().map(|line| if line.starts_with(&label) { change.to_owned() } else { (*line).to_owned() }).collect()
}

fn read_with(change: &str) -> Result<BudgetAlert, AlertError> {
    let lines = with(change);
    BudgetAlert::read(&letter(DAILY, &lines.iter().map(String::as_str).collect::<Vec<_>>()))
}

#[test]
fn a_letter_is_read_by_its_labelled_lines() {
    let alert = BudgetAlert::read(&letter(DAILY, &LINES)).unwrap();
    assert_eq!((alert.budget.as_deref(), alert.account.as_deref()), (Some("ci"), Some("111122223333")));
    assert_eq!(alert.noticed_on, chrono::NaiveDate::from_ymd_opt(2026, 11, 21));
    assert_eq!((alert.kind, &alert.subject), (Some(StepKind::Actual), &AlertSubject::Cost));
    assert_eq!((alert.budgeted, alert.amount), (Some(usd(500_000_000)), Some(usd(1_170_100_000))));
    assert_eq!(alert.unread, []);
    assert_eq!(alert.limit, limit(Comparison::GreaterThan, usd(75_000_000)));
}

/// One whose sentence and lines differ has been sent: the sentence says 1.03, the line 0.5.
#[test]
fn the_sentence_is_not_believed() {
    let sentence = "the FORECASTED Cost associated with your m budget is greater than $0.01 for the current month. The \
                    FORECASTED Cost associated with this budget is $1.03.";
    let alert = BudgetAlert::read(&letter(
        sentence,
        &[
            "Budget Name: Development EC2 Monthly Budget",
            "Budget Type: Cost",
            "Budgeted Amount: $1,234,567.00",
            "Alert Type: FORECASTED",
            "Alert Threshold: > 100%",
            "FORECASTED Amount: $0.5 ",
        ],
    ))
    .unwrap();
    assert_eq!(alert.kind, Some(StepKind::Forecast));
    assert_eq!((alert.amount, alert.budgeted), (Some(usd(500_000)), Some(usd(1_234_567_000_000))));
    assert_eq!(alert.limit, limit(Comparison::GreaterThan, Figure::Share(1_000_000)));
    assert_eq!(alert.budget.as_deref(), Some("Development EC2 Monthly Budget"));
}

#[test]
fn order_line_ends_and_missing_asides_do_not_matter() {
    let mut lines = LINES;
    lines.reverse();
    let alert = BudgetAlert::read(&lines.join("\r\n")).unwrap();
    assert_eq!((alert.account, alert.noticed_on, alert.budget.as_deref()), (None, None, Some("ci")));
    let euros = LINES.join("\n").replace('$', "€");
    assert_eq!(BudgetAlert::read(&euros).unwrap().amount.unwrap().to_string(), "1170.10 EUR");
    for (written, micros) in
        [("-$5.25", -5_250_000), ("$-5.25", -5_250_000), ("5.25 USD", 5_250_000), ("USD 5.25", 5_250_000)]
    {
        assert_eq!(read_with(&format!("ACTUAL Amount: {written}")).unwrap().amount, Some(usd(micros)), "{written}");
    }
    let below = read_with("Alert Threshold: < $1").unwrap().limit;
    assert_eq!(below, limit(Comparison::LessThan, usd(1_000_000)));
}

/// They come in every currency that AWS bills in, and the gate asks the API for the amounts.
#[test]
fn name_and_type_are_enough_to_wake_and_odd_amounts_are_said() {
    for (change, expected) in [
        ("Budgeted Amount: lots", "`Budgeted Amount` should be an amount such as `$1,234.56`, and is `lots`"),
        ("Budgeted Amount: 100 GB", "`Budgeted Amount` should be an amount"),
        ("Budgeted Amount: $1,23.00", "`Budgeted Amount` should be an amount"),
        ("Budgeted Amount: $1.000,00", "`Budgeted Amount` should be an amount"),
        ("Budgeted Amount: --$1", "`Budgeted Amount` should be an amount"),
        ("Budgeted Amount: €5", "`ACTUAL Amount` should be in the currency of the budget, and is `USD`"),
        ("Alert Threshold: $75", "`Alert Threshold` should be a comparison"),
        ("Alert Threshold: > many", "`Alert Threshold` should be a comparison"),
        ("ACTUAL Amount: $99999999999999", "`ACTUAL Amount` should be an amount"),
        ("ACTUAL Amount:", "no `ACTUAL Amount`"),
        ("Budgeted Amount: ¥120,000", "`Budgeted Amount` should be an amount such as `$1,234.56`, and is `¥120,000`"),
        ("ACTUAL Amount: R$ 12,50", "`ACTUAL Amount` should be an amount such as `$1,234.56`, and is `R$ 12,50`"),
    ] {
        let alert = read_with(change).unwrap();
        assert_eq!((alert.budget.as_deref(), alert.kind), (Some("ci"), Some(StepKind::Actual)));
        let said: Vec<String> = alert.unread.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|said| said.starts_with(expected)), "{change}: {said:?}");
    }
    let masked = BudgetAlert::read(&letter(DAILY, &LINES).replace("111122223333", "XXXXXXXXX")).unwrap();
    assert!(masked.unread[0].to_string().contains("`AWS Account` should be 12 digits"));
    let adjusted = read_with("Budgeted Amount: $500.00 (auto-adjusted)").unwrap();
    assert_eq!((adjusted.budgeted, adjusted.unread), (Some(usd(500_000_000)), Vec::new()));
    let (one, other) = (read_with("ACTUAL Amount: ¥5").unwrap(), read_with("ACTUAL Amount: ¥6").unwrap());
    assert_ne!(one, other, "another state of it");
}

#[test]
fn what_cannot_be_read_is_noted_and_the_alert_still_wakes() {
    for (change, expected) in [
        ("Budget Name: ", "no `Budget Name`"),
        ("Alert Type: PLANNED", "`Alert Type` should be `ACTUAL` or `FORECASTED`, and is `PLANNED`"),
        ("Alert Type: FORECASTED", "no `FORECASTED Amount`"),
    ] {
        let alert = read_with(change).unwrap();
        let unread: Vec<String> = alert.unread.iter().map(ToString::to_string).collect();
        assert!(unread.iter().any(|unread| unread == expected), "{change}: {unread:?}");
    }
    let twice = BudgetAlert::read(&letter(DAILY, &[&LINES[..], &["Budget Name: another"][..]].concat())).unwrap();
    assert_eq!((twice.budget, &twice.unread[0]), (None, &AlertError::Twice("Budget Name")));
    let long = read_with(&format!("Budget Name: \u{1b}[2J{}", "x".repeat(5000))).unwrap().unread[0].to_string();
    assert!(long.len() < 200 && !long.contains(char::is_control), "{long}");
    let bare = BudgetAlert::read("AWS Budgets Notification March 5, 2023\nsomething new").unwrap();
    assert_eq!((bare.budget, bare.noticed_on), (None, chrono::NaiveDate::from_ymd_opt(2023, 3, 5)));
    assert_eq!(BudgetAlert::read(""), Err(AlertError::Missing("Budget Name")));
    assert_eq!(BudgetAlert::read("Budget Name: x; token=y"), Err(AlertError::Missing("Budget Type")));
    assert!(matches!(BudgetAlert::read(&"x".repeat(300_000)), Err(AlertError::TooLong(300_000))));
}

#[test]
fn the_type_of_an_alert_is_read_in_any_case() {
    for (written, kind) in [
        ("Actual", StepKind::Actual),
        ("actual", StepKind::Actual),
        ("Forecasted", StepKind::Forecast),
        ("FORECAST", StepKind::Forecast),
    ] {
        let lines = [
            "BUDGET NAME: ci",
            "Budget type: COST",
            "Budgeted amount: $500.00",
            &format!("Alert type: {written}"),
            "Alert threshold: > $75.00",
            "Actual amount: $80.00",
            "Forecasted Amount: $90.00",
        ];
        let alert = BudgetAlert::read(&letter(DAILY, &lines)).unwrap();
        assert_eq!(
            (alert.kind, alert.budget.as_deref(), alert.unread),
            (Some(kind), Some("ci"), Vec::new()),
            "{written}"
        );
        assert_eq!(alert.amount, Some(usd(if kind == StepKind::Actual { 80_000_000 } else { 90_000_000 })));
    }
}

#[test]
fn alerts_about_no_money_are_read_for_what_they_are() {
    let quantity = |micros, unit: &str| Figure::Quantity { micros, unit: unit.to_owned() };
    for (lines, subject, amount, budgeted, limited) in [
        (
            ["Budget Type: Usage", "Budgeted Amount: 1,000 GB", "Alert Threshold: > 800 GB", "ACTUAL Amount: 912.5 GB"],
            AlertSubject::Usage,
            quantity(912_500_000, "GB"),
            quantity(1_000_000_000, "GB"),
            (Comparison::GreaterThan, quantity(800_000_000, "GB")),
        ),
        (
            ["Budget Type: Usage", "Budgeted Usage: 720 Hrs", "Alert Threshold: > 80%", "Actual Usage: 700 Hrs"],
            AlertSubject::Usage,
            quantity(700_000_000, "Hrs"),
            quantity(720_000_000, "Hrs"),
            (Comparison::GreaterThan, Figure::Share(800_000)),
        ),
        (
            ["Budget Type: RI Utilization", "Budgeted Amount: 100 %", "Alert Threshold: < 90%", "ACTUAL Amount: 71.5%"],
            AlertSubject::ReservationUtilization,
            Figure::Share(715_000),
            Figure::Share(1_000_000),
            (Comparison::LessThan, Figure::Share(900_000)),
        ),
        (
            ["Budget Type: RI_COVERAGE", "Target: 80%", "Alert Threshold: less than 80 %", "Actual Coverage: 12.25%"],
            AlertSubject::ReservationCoverage,
            Figure::Share(122_500),
            Figure::Share(800_000),
            (Comparison::LessThan, Figure::Share(800_000)),
        ),
        (
            [
                "Budget Type: Savings Plans Utilization",
                "Budgeted Amount: 95%",
                "Alert Threshold: < 95%",
                "ACTUAL Amount: 0%",
            ],
            AlertSubject::SavingsPlansUtilization,
            Figure::Share(0),
            Figure::Share(950_000),
            (Comparison::LessThan, Figure::Share(950_000)),
        ),
        (
            [
                "Budget Type: SAVINGS_PLANS_COVERAGE",
                "Budgeted Amount: 60%",
                "Alert Threshold: < 60%",
                "ACTUAL Amount: 59%",
            ],
            AlertSubject::SavingsPlansCoverage,
            Figure::Share(590_000),
            Figure::Share(600_000),
            (Comparison::LessThan, Figure::Share(600_000)),
        ),
    ] {
        let text = letter("x", &[&["Budget Name: ri", "Alert Type: ACTUAL"][..], &lines[..]].concat());
        let alert = BudgetAlert::read(&text).unwrap();
        assert_eq!(alert.unread, [], "{text}");
        assert_eq!((alert.subject, alert.amount, alert.budgeted), (subject, Some(amount), Some(budgeted)), "{text}");
        assert_eq!(alert.limit, limit(limited.0, limited.1), "{text}");
    }
    let action =
        BudgetAlert::read(&letter("x", &["Budget Name: ci", "Action Type: IAM", "Action Status: STANDBY"])).unwrap();
    assert_eq!((action.subject, action.budget.as_deref(), action.kind), (AlertSubject::Action, Some("ci"), None));
    let other = read_with("Budget Type: Carbon").unwrap();
    assert_eq!((other.subject.to_string(), other.unread), ("Carbon".to_owned(), Vec::new()));
}

fn anomaly() -> Value {
    json!({
        "accountId": "111122223333", "anomalyId": "7c1f", "anomalyStartDate": "2026-11-18T00:00:00Z",
        "anomalyEndDate": "2026-11-20T00:00:00Z", "dimensionalValue": "Amazon Simple Storage Service",
        "monitorArn": "arn:aws:ce::111122223333:anomalymonitor/9a", "anomalyScore": {"currentScore": 0.5, "maxScore": 0.9},
        "impact": {"maxImpact": 90, "totalActualSpend": 460.5, "totalExpectedSpend": 300, "totalImpact": 160.5,
                   "totalImpactPercentage": 53.5},
        "rootCauses": [{"service": "Amazon Simple Storage Service", "region": "eu-central-1", "linkedAccount": "444455556666",
                        "usageType": "EUC1-TimedStorage-ByteHrs"}],
    })
}

#[test]
fn both_spellings_and_an_inner_text_are_the_same_anomaly() {
    let sns = CostAnomaly::read(&anomaly().to_string()).unwrap();
    assert_eq!((sns.id.as_str(), sns.impact_micros, sns.impact_ppm), ("7c1f", Some(160_500_000), Some(535_000)));
    assert_eq!(sns.about.as_deref(), Some("Amazon Simple Storage Service"));
    assert_eq!((sns.starts_on, sns.causes[0].account.as_str()), (day("2026-11-18"), "444455556666"));
    let mut detail = anomaly();
    let about = detail.as_object_mut().unwrap().remove("dimensionalValue").unwrap();
    detail["dimensionValue"] = about;
    let event =
        |detail: Value| json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": detail}).to_string();
    assert_eq!(CostAnomaly::read(&event(detail.clone())), Ok(sns.clone()));
    assert_eq!(CostAnomaly::read(&event(json!(detail.to_string()))), Ok(sns.clone()));
    assert_eq!(sns.unread, []);
}

#[test]
fn where_nothing_was_expected_there_is_no_share() {
    for share in [None, Some(Value::Null), Some(json!("N/A")), Some(json!(""))] {
        let mut anomaly = anomaly();
        let impact = anomaly["impact"].as_object_mut().unwrap();
        impact.remove("totalImpactPercentage");
        impact.extend(share.map(|share| ("totalImpactPercentage".to_owned(), share)));
        assert_eq!(CostAnomaly::read(&anomaly.to_string()).unwrap().impact_ppm, None);
    }
    let long = anomaly().to_string().replace("160.5", "0.12345650000000000000000001");
    assert_eq!(CostAnomaly::read(&long).unwrap().impact_micros, Some(123_457), "no binary number on the way");
}

fn day(text: &str) -> Option<chrono::NaiveDate> {
    Some(text.parse().unwrap())
}

#[test]
fn what_an_anomaly_does_not_say_is_not_known_and_no_error() {
    for (field, values) in [
        ("anomalyStartDate", [json!(null), json!("N/A"), json!("")]),
        ("anomalyEndDate", [json!(null), json!("N/A"), json!("")]),
        ("dimensionalValue", [json!(null), json!("N/A"), json!(" ")]),
    ] {
        for value in values {
            let mut anomaly = anomaly();
            anomaly[field] = value;
            let read = CostAnomaly::read(&anomaly.to_string()).unwrap();
            assert_eq!(
                (read.id.as_str(), read.impact_micros, read.unread.as_slice()),
                ("7c1f", Some(160_500_000), &[][..])
            );
            let is_there = [read.starts_on.is_some(), read.ends_on.is_some(), read.about.is_some()];
            assert_eq!(is_there.into_iter().filter(|is_there| !is_there).count(), 1, "{field}");
        }
    }
}

#[test]
fn what_cannot_be_read_of_an_anomaly_is_noted_and_it_still_wakes() {
    for (field, value, expected) in [
        ("anomalyStartDate", json!("yesterday"), "`anomalyStartDate` should be a day such as"),
        ("anomalyEndDate", json!([1]), "`anomalyEndDate` should be a day such as"),
        ("impact", Value::Null, "no `impact.totalImpact`"),
        ("impact", json!("much"), "`impact` should be as Cost Anomaly Detection writes it"),
        ("impact", json!({"totalImpact": "N/A"}), "no `impact.totalImpact`"),
        ("impact", json!({"totalImpact": true}), "`impact.totalImpact` should be an amount, and is `true`"),
        ("impact", json!({"totalImpact": 1, "totalImpactPercentage": []}), "`impact.totalImpactPercentage` should be"),
        ("rootCauses", json!({}), "`rootCauses` should be"),
    ] {
        let mut anomaly = anomaly();
        anomaly[field] = value;
        let read = CostAnomaly::read(&anomaly.to_string()).unwrap();
        assert_eq!(read.unread.len(), 1, "{expected}");
        assert!(read.unread[0].to_string().starts_with(expected), "{expected}: {:?}", read.unread);
    }
    for (id, expected) in [(Value::Null, "no `anomalyId`"), (json!(5), "the anomaly cannot be read")] {
        let mut anomaly = anomaly();
        anomaly["anomalyId"] = id;
        assert!(CostAnomaly::read(&anomaly.to_string()).unwrap_err().to_string().starts_with(expected));
    }
    for text in ["", "[]", "5", "{\"detail\": \"{\"}", "Budget Name: x"] {
        assert!(CostAnomaly::read(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_amount_with_its_separators_is_read_exactly(micros in any::<i64>(), cents in 0_i64..1_000_000_000_000) {
        let text = decimal_from_micros(micros.saturating_abs());
        let (whole, fraction) = text.split_once('.').unwrap();
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let alert = read_with(&format!("ACTUAL Amount: ${grouped}.{fraction}")).unwrap();
        prop_assert_eq!(alert.amount.unwrap(), usd(micros.saturating_abs()));
        let plain = read_with(&format!("ACTUAL Amount: ${}", decimal_from_micros(cents * 10_000))).unwrap();
        prop_assert_eq!(plain.amount.unwrap(), usd(cents * 10_000));
    }

    #[test]
    fn any_text_is_an_alert_or_an_error(text in "(?s).{0,300}", line in "[A-Za-z]{0,8} ?(Amount|Name|Type|Threshold)?:? ?.{0,20}") {
        let letter = letter(&text, &[&LINES[..], &[line.as_str()][..]].concat());
        if let Ok(alert) = BudgetAlert::read(&letter) {
            prop_assert!(alert.budget.is_none_or(|name| !name.is_empty()));
        }
        let _ = BudgetAlert::read(&text).map_err(|error| assert!(!error.to_string().is_empty()));
        let _ = CostAnomaly::read(&text).map_err(|error| assert!(!error.to_string().is_empty()));
    }
}
