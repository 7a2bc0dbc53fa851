use proptest::prelude::*;
use serde_json::{Value, json};

use super::{AlertError, AlertLimit, BudgetAlert, Comparison, CostAnomaly};
use crate::{
    budget::StepKind,
    money::{Money, decimal_from_micros},
};

fn usd(micros: i64) -> Money {
    Money { micros, currency: "USD".to_owned() }
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
    assert_eq!((alert.budget.as_str(), alert.account.as_deref()), ("ci", Some("111122223333")));
    assert_eq!(alert.noticed_on, chrono::NaiveDate::from_ymd_opt(2026, 11, 21));
    assert_eq!(alert.kind, StepKind::Actual);
    assert_eq!((alert.budgeted, alert.amount), (Some(usd(500_000_000)), Some(usd(1_170_100_000))));
    assert_eq!(alert.unread, []);
    assert_eq!(alert.limit, Some(AlertLimit::Amount(Comparison::GreaterThan, usd(75_000_000))));
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
    assert_eq!(alert.kind, StepKind::Forecast);
    assert_eq!((alert.amount, alert.budgeted), (Some(usd(500_000)), Some(usd(1_234_567_000_000))));
    assert_eq!(alert.limit, Some(AlertLimit::Share(Comparison::GreaterThan, 1_000_000)));
    assert_eq!(alert.budget, "Development EC2 Monthly Budget");
}

#[test]
fn order_line_ends_and_missing_asides_do_not_matter() {
    let mut lines = LINES;
    lines.reverse();
    let alert = BudgetAlert::read(&lines.join("\r\n")).unwrap();
    assert_eq!((alert.account, alert.noticed_on, alert.budget.as_str()), (None, None, "ci"));
    let euros = LINES.join("\n").replace('$', "€");
    assert_eq!(BudgetAlert::read(&euros).unwrap().amount.unwrap().currency, "EUR");
    for (written, micros) in
        [("-$5.25", -5_250_000), ("$-5.25", -5_250_000), ("5.25 USD", 5_250_000), ("USD 5.25", 5_250_000)]
    {
        assert_eq!(read_with(&format!("ACTUAL Amount: {written}")).unwrap().amount, Some(usd(micros)), "{written}");
    }
    let below = read_with("Alert Threshold: < $1").unwrap().limit;
    assert_eq!(below, Some(AlertLimit::Amount(Comparison::LessThan, usd(1_000_000))));
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
        assert_eq!((alert.budget.as_str(), alert.kind), ("ci", StepKind::Actual));
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
fn what_cannot_be_read_says_what() {
    for (change, expected) in [
        ("Budget Name: ", "no `Budget Name`"),
        ("Budget Type: RI Utilization", "`Budget Type` should be `Cost`, and is `RI Utilization`"),
        ("Alert Type: PLANNED", "`Alert Type` should be `ACTUAL` or `FORECASTED`"),
        ("Alert Type: FORECASTED", "`ACTUAL Amount` should be left out"),
    ] {
        let error = read_with(change).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{change}: {error}");
    }
    let twice = letter(DAILY, &[&LINES[..], &["Budget Name: another"][..]].concat());
    assert_eq!(BudgetAlert::read(&twice), Err(AlertError::Twice("Budget Name")));
    assert_eq!(BudgetAlert::read("").unwrap_err(), AlertError::Missing("Alert Type"));
    assert!(matches!(BudgetAlert::read(&"x".repeat(300_000)), Err(AlertError::TooLong(300_000))));
    let long = read_with(&format!("Budget Name: \u{1b}[2J{}", "x".repeat(5000))).unwrap_err().to_string();
    assert!(long.len() < 200 && !long.contains(char::is_control), "{long}");
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
    assert_eq!((sns.id.as_str(), sns.impact_micros, sns.impact_ppm), ("7c1f", 160_500_000, Some(535_000)));
    assert_eq!(sns.about.as_deref(), Some("Amazon Simple Storage Service"));
    assert_eq!((sns.starts_on.to_string(), sns.causes[0].account.as_str()), ("2026-11-18".to_owned(), "444455556666"));
    let mut detail = anomaly();
    let about = detail.as_object_mut().unwrap().remove("dimensionalValue").unwrap();
    detail["dimensionValue"] = about;
    let event =
        |detail: Value| json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": detail}).to_string();
    assert_eq!(CostAnomaly::read(&event(detail.clone())), Ok(sns.clone()));
    assert_eq!(CostAnomaly::read(&event(json!(detail.to_string()))), Ok(sns.clone()));
    let fact = sns.fact();
    assert_eq!((fact.id.as_str(), fact.impact_micros), ("7c1f", 160_500_000));
}

#[test]
fn where_nothing_was_expected_there_is_no_share() {
    for share in [None, Some(Value::Null)] {
        let mut anomaly = anomaly();
        let impact = anomaly["impact"].as_object_mut().unwrap();
        impact.remove("totalImpactPercentage");
        impact.extend(share.map(|share| ("totalImpactPercentage".to_owned(), share)));
        assert_eq!(CostAnomaly::read(&anomaly.to_string()).unwrap().impact_ppm, None);
    }
    let long = anomaly().to_string().replace("160.5", "0.12345650000000000000000001");
    assert_eq!(CostAnomaly::read(&long).unwrap().impact_micros, 123_457, "no binary number on the way");
}

#[test]
fn an_anomaly_that_cannot_be_read_says_what() {
    for (field, value, expected) in [
        ("anomalyId", Value::Null, "no `anomalyId`"),
        ("anomalyId", json!(5), "the anomaly cannot be read"),
        ("anomalyStartDate", Value::Null, "no `anomalyStartDate`"),
        ("anomalyStartDate", json!("yesterday"), "`anomalyStartDate` should be a day such as"),
        ("impact", Value::Null, "no `impact`"),
        ("impact", json!({"totalImpact": null}), "no `impact.totalImpact`"),
        ("impact", json!({"totalImpact": true}), "`impact.totalImpact` should be an amount, and is `true`"),
        ("impact", json!({"totalImpact": 1, "totalImpactPercentage": []}), "`impact.totalImpactPercentage` should be"),
    ] {
        let mut anomaly = anomaly();
        anomaly[field] = value;
        let error = CostAnomaly::read(&anomaly.to_string()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{expected}: {error}");
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
        prop_assert_eq!(alert.amount.unwrap().micros, micros.saturating_abs());
        let plain = read_with(&format!("ACTUAL Amount: ${}", decimal_from_micros(cents * 10_000))).unwrap();
        prop_assert_eq!(plain.amount.unwrap().micros, cents * 10_000);
    }

    #[test]
    fn any_text_is_an_alert_or_an_error(text in "(?s).{0,300}", line in "[A-Za-z]{0,8} ?(Amount|Name|Type|Threshold)?:? ?.{0,20}") {
        let letter = letter(&text, &[&LINES[..], &[line.as_str()][..]].concat());
        if let Ok(alert) = BudgetAlert::read(&letter) {
            prop_assert!(!alert.budget.is_empty());
        }
        let _ = BudgetAlert::read(&text).map_err(|error| assert!(!error.to_string().is_empty()));
        let _ = CostAnomaly::read(&text).map_err(|error| assert!(!error.to_string().is_empty()));
    }
}
