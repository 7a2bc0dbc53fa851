//! Rows as a table that fits, and below it what the numbers do not say.

use tabled::{
    builder::Builder,
    settings::{
        Alignment, Color, Padding, Style,
        object::{Cell, Columns, Rows},
    },
};
use tollgate_core::{
    Timestamp,
    budget::{Enforcement, Standing, StepFact, StepKind},
    evidence::EvidenceStatus,
    money::decimal_from_micros,
};

use super::{
    amount::{ABSENT, LEGEND, Rounded, bar, money, share, step},
    row::{Row, State},
    total::{Total, totals},
};
use crate::{cost::bill::Bill, policies::count};

/// What a column shows of a row, and from which width of the table on it does.
struct Column {
    title: &'static str,
    from_width: u16,
    text: fn(&Row) -> String,
}

const COLUMNS: [Column; 13] = [
    Column { title: "BUDGET", from_width: 0, text: |row| row.fact.name.clone() },
    Column { title: "OWNER", from_width: 112, text: |row| row.fact.owner.clone() },
    Column { title: "SPENT", from_width: 0, text: |row| money(row.fact.spent_micros, Rounded::Up) },
    Column { title: "LIMIT", from_width: 0, text: limit },
    Column { title: "USED", from_width: 0, text: |row| share(row.fact.share_ppm) },
    Column { title: "BAR", from_width: 148, text: |row| bar_of(row, 20) },
    Column { title: "BAR", from_width: 92, text: |row| bar_of(row, 10) },
    Column { title: "GONE", from_width: 0, text: |row| share(elapsed(row).and_then(|ppm| i64::try_from(ppm).ok())) },
    Column { title: "FORECAST", from_width: 136, text: forecast_with_bounds },
    Column { title: "FORECAST", from_width: 92, text: forecast },
    Column { title: "STEPS", from_width: 112, text: steps },
    Column { title: "AS OF", from_width: 172, text: as_of },
    Column { title: "EVIDENCE", from_width: 0, text: evidence },
];

/// The whole page; coloured, which the stream that it goes to takes out where nobody would see it.
pub(super) fn page(rows: &[Row], bill: &Bill, width: u16) -> String {
    let (now, fetched_at) = (written(bill.now), written(bill.snapshot.fetched_at));
    let mut page = format!("judged at {now} by {}, fetched at {fetched_at}", bill.source);
    let mut write = |text: &str| page.push_str(text);
    if bill.paid_requests > 0 {
        let price = i64::try_from(bill.price_usd_micros).map_or_else(|_| ABSENT.to_owned(), decimal_from_micros);
        write(&format!(" with {} paid requests for {price} USD", bill.paid_requests));
    }
    write(&format!("\n\n{}", table(rows, width)));
    let notes: Vec<String> = rows.iter().flat_map(|row| notes(row, bill.snapshot.fetched_at)).collect();
    if !notes.is_empty() {
        write(&format!("\n{}", notes.concat()));
    }
    let totals: Vec<String> = totals(rows).iter().map(total).collect();
    if !totals.is_empty() {
        write(&format!("\n{}", totals.concat()));
    }
    let legend = columns(width).any(|column| column.title == "BAR");
    write(&format!("\n{}{}\n", if legend { format!("{LEGEND}\n") } else { String::new() }, summary(rows)));
    page
}

fn written(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The columns for which there is room; of two of one title the first.
fn columns(width: u16) -> impl Iterator<Item = &'static Column> {
    let mut last = "";
    COLUMNS.iter().filter(move |column| {
        let shown = column.from_width <= width && column.title != last;
        if shown {
            last = column.title;
        }
        shown
    })
}

/// Where it would be too wide, names are broken in two.
fn table(rows: &[Row], width: u16) -> String {
    let whole = aligned(rows, width, false);
    let fits = |line: &str| anstream::adapter::strip_str(line).to_string().chars().count() <= usize::from(width);
    if whole.lines().all(fits) { whole } else { aligned(rows, width, true) }
}

fn aligned(rows: &[Row], width: u16, broken: bool) -> String {
    let mut builder = Builder::default();
    builder.push_record(columns(width).map(|column| column.title));
    for row in rows {
        let text = |column: &Column| match (column.text)(row) {
            name if broken && column.title == "BUDGET" => in_lines(&name),
            text => text,
        };
        builder.push_record(columns(width).map(text));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0)).modify(Rows::first(), Color::BOLD);
    for (index, column) in columns(width).enumerate() {
        if matches!(column.title, "SPENT" | "LIMIT" | "USED" | "GONE" | "FORECAST") {
            table.modify(Columns::one(index), Alignment::right());
        }
    }
    let last = columns(width).count().saturating_sub(1);
    for (index, row) in rows.iter().enumerate() {
        table.modify(Cell::new(index + 1, last), color(row.state));
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    lines.concat()
}

/// A name in lines of about so many letters, broken behind hyphens.
fn in_lines(name: &str) -> String {
    const LETTERS: usize = 16;
    let mut lines = vec![String::new()];
    for part in name.split_inclusive('-') {
        match lines.last_mut() {
            Some(last) if last.is_empty() || last.len() + part.len() <= LETTERS => last.push_str(part),
            _ => lines.push(part.to_owned()),
        }
    }
    lines.join("\n  ")
}

fn limit(row: &Row) -> String {
    let currency = row.fact.currency.as_deref().map(|currency| format!(" {currency}")).unwrap_or_default();
    format!("{}{currency}", money(row.fact.limit_micros, Rounded::Down))
}

fn elapsed(row: &Row) -> Option<u64> {
    row.fact.period.as_ref().map(|period| period.elapsed_ppm)
}

fn bar_of(row: &Row, cells: u64) -> String {
    bar(row.fact.share_ppm, elapsed(row), cells)
}

fn forecast(row: &Row) -> String {
    money(row.fact.forecast.as_ref().map(|forecast| forecast.mean_micros), Rounded::Up)
}

fn forecast_with_bounds(row: &Row) -> String {
    let bounds = row.fact.forecast.as_ref().and_then(|forecast| forecast.low_micros.zip(forecast.high_micros));
    let Some((low, high)) = bounds else { return forecast(row) };
    let (low, high) = (money(Some(low), Rounded::Down), money(Some(high), Rounded::Up));
    format!("{} ({low} to {high})", forecast(row))
}

fn as_of(row: &Row) -> String {
    row.fact.evidence.as_of.map_or_else(|| ABSENT.to_owned(), |time| time.format("%Y-%m-%d %H:%M").to_string())
}

/// `75% approve` of what was spent, `→75% approve` of the forecast.
fn steps(row: &Row) -> String {
    let written = |reached: &StepFact| format!("{} {}", step(reached.share_ppm), reached.enforcement.as_str());
    let of = |reached: &StepFact| match reached.kind {
        StepKind::Actual => written(reached),
        StepKind::Forecast => format!("→{}", written(reached)),
    };
    let reached: Vec<String> = row.reached().map(of).collect();
    reached.join("\n")
}

/// How well it is known, and before that what is bad about what is known.
fn evidence(row: &Row) -> String {
    let known = match row.fact.evidence.status {
        EvidenceStatus::Ok if row.fact.standing == Standing::InsideEstimated => "estimated",
        EvidenceStatus::Ok => "ok",
        EvidenceStatus::NoData => "no data",
        EvidenceStatus::Stale => "stale",
        EvidenceStatus::Partial => "partial",
        EvidenceStatus::Error => "error",
    };
    match (row.state, row.fact.enforcement) {
        (State::Over, _) => format!("{known}, over"),
        (State::HeldUp, Some(enforcement)) => format!("{known}, {}", enforcement.as_str()),
        (State::HeldUp | State::Unknown | State::Inside, _) => known.to_owned(),
    }
}

fn color(state: State) -> Color {
    match state {
        State::Over | State::HeldUp => Color::FG_RED,
        State::Unknown => Color::FG_YELLOW,
        State::Inside => Color::FG_GREEN,
    }
}

/// What holds changes up and until when, when the amount is used up, and what is not known.
fn notes(row: &Row, fetched_at: Timestamp) -> Vec<String> {
    let fact = &row.fact;
    let mut notes = Vec::new();
    let until = fact.period.as_ref().map(|period| format!(" until {}", period.end_day)).unwrap_or_default();
    match fact.enforcement {
        Some(Enforcement::Freeze | Enforcement::Approve) if fact.services_held == 0 => {
            notes.push("nothing waits for it: no service is known to spend it (`tollgate cost check`)".to_owned());
        }
        Some(Enforcement::Freeze) => notes.push(format!("only fixes and rollbacks go ahead{until}")),
        Some(Enforcement::Approve) => notes.push(format!("changes wait for `{}`{until}", fact.owner)),
        Some(Enforcement::Inform) | None => {}
    }
    let used_up = fact.exhausted_on.zip(fact.period.as_ref()).filter(|(day, period)| *day < period.end_day);
    notes.extend(used_up.map(|(day, _)| format!("used up on {day} at the rate of the last weeks")));
    notes.extend(fact.evidence.reason.clone());
    let older = fact.evidence.as_of.filter(|as_of| *as_of < fetched_at && fact.evidence.is_ok());
    notes.extend(older.map(|as_of| format!("as it was at {}", written(as_of))));
    let forecast = fact.forecast_evidence.reason.as_ref().filter(|_| fact.evidence.is_ok());
    notes.extend(forecast.map(|reason| format!("no forecast: {reason}")));
    let part = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
    notes.extend(row.gaps.iter().filter_map(|gap| Some(format!("{}: {}", part(&gap.id), gap.reason.as_ref()?))));
    notes.into_iter().map(|note| format!("{}: {note}\n", fact.name)).collect()
}

fn total(total: &Total) -> String {
    let Total { currency, first_day, end_day, budgets, .. } = total;
    let (spent, limit) = (money(total.spent_micros, Rounded::Up), money(total.limit_micros, Rounded::Down));
    format!("{budgets} budgets of services from {first_day} to before {end_day}: {spent} of {limit} {currency}\n")
}

fn summary(rows: &[Row]) -> String {
    let states = [
        (State::Over, "over"),
        (State::HeldUp, "held up"),
        (State::Unknown, "not known"),
        (State::Inside, "inside their amount"),
    ];
    let of = |(state, words)| (rows.iter().filter(|row| row.state == state).count(), words);
    let some = states.into_iter().map(of).filter(|(count, _)| *count > 0);
    let counted: Vec<String> = some.map(|(count, words)| format!("{count} {words}")).collect();
    format!("{}: {}", count(rows.len(), "budget"), counted.join(", "))
}
