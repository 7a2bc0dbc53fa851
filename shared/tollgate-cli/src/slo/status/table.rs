//! Rows as a table that fits, and below it what the numbers do not say.

use tabled::{
    builder::Builder,
    settings::{
        Alignment, Color, Padding, Style,
        object::{Cell, Columns, Rows},
    },
};
use tollgate_aws::TelemetrySource;
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    finding::{Finding, Urgency},
    slo::Traffic,
};

use super::{
    number::{ABSENT, LEGEND, burn, coarser, end, left, share, sparkline, target},
    row::{Relation, Row, State},
};
use crate::policies::count;

/// What a column shows of a row, and from which width of the table on it does.
struct Column {
    title: &'static str,
    from_width: u16,
    text: fn(&Row) -> String,
}

const COLUMNS: [Column; 13] = [
    Column { title: "OBJECTIVE", from_width: 0, text: objective },
    Column { title: "SLI", from_width: 0, text: |row| share(row.share()) },
    Column { title: "TARGET", from_width: 100, text: |row| target(row.fact.target_ppb) },
    Column { title: "LEFT", from_width: 0, text: |row| left(row.known_budget().map(|budget| budget.remaining_ppm)) },
    Column { title: "TREND", from_width: 130, text: |row| sparkline(&row.trend_burn_rate_micro) },
    Column { title: "TREND", from_width: 112, text: |row| sparkline(&coarser(&row.trend_burn_rate_micro, 2)) },
    Column { title: "TREND", from_width: 100, text: |row| sparkline(&coarser(&row.trend_burn_rate_micro, 3)) },
    Column { title: "5m", from_width: 90, text: |row| rate(row, "5m") },
    Column { title: "1h", from_width: 0, text: |row| rate(row, "1h") },
    Column { title: "6h", from_width: 90, text: |row| rate(row, "6h") },
    Column { title: "3d", from_width: 0, text: |row| rate(row, "3d") },
    Column { title: "ENDS IN", from_width: 0, text: ends },
    Column { title: "EVIDENCE", from_width: 0, text: evidence },
];

/// The whole page; coloured, which the stream that it goes to takes out where nobody would see it.
pub(super) fn page(rows: &[Row], now: Timestamp, telemetry: &TelemetrySource, width: u16) -> String {
    let mut page = format!("judged at {} by {telemetry}\n\n", now.format("%Y-%m-%dT%H:%M:%SZ"));
    let (dependencies, own): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.relation == Relation::Dependency);
    let mut write = |text: &str| page.push_str(text);
    write(&table(&own, width));
    if !dependencies.is_empty() {
        write("\nof what it needs:\n");
        write(&table(&dependencies, width));
    }
    let notes: Vec<String> = rows.iter().flat_map(notes).collect();
    if !notes.is_empty() {
        write(&format!("\n{}", notes.concat()));
    }
    let known_trend = columns(width).any(|column| column.title == "TREND");
    write(&format!("\n{}{}\n", if known_trend { format!("{LEGEND}\n") } else { String::new() }, summary(&own)));
    page
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
fn table(rows: &[&Row], width: u16) -> String {
    let whole = aligned(rows, width, false);
    let fits = |line: &str| anstream::adapter::strip_str(line).to_string().chars().count() <= usize::from(width);
    if whole.lines().all(fits) { whole } else { aligned(rows, width, true) }
}

fn aligned(rows: &[&Row], width: u16, broken: bool) -> String {
    let mut builder = Builder::default();
    builder.push_record(columns(width).map(|column| column.title));
    for row in rows {
        let text = |column: &Column| match (column.text)(row) {
            name if broken && column.title == "OBJECTIVE" => name.replacen('/', "/\n  ", 1),
            text => text,
        };
        builder.push_record(columns(width).map(text));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0)).modify(Rows::first(), Color::BOLD);
    for (index, column) in columns(width).enumerate() {
        if !matches!(column.title, "OBJECTIVE" | "TREND" | "EVIDENCE") {
            table.modify(Columns::one(index), Alignment::right());
        }
    }
    let last = columns(width).count().saturating_sub(1);
    for (index, row) in rows.iter().enumerate() {
        table.modify(Cell::new(index + 1, last), color(row));
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    lines.concat()
}

/// Its name; in a second line what it is made of.
fn objective(row: &Row) -> String {
    match &row.made_of {
        Some(made_of) => format!("{}\n  {made_of}", row.name()),
        None => row.name(),
    }
}

fn rate(row: &Row, window: &str) -> String {
    burn(row.burn_rate_micro(window))
}

fn ends(row: &Row) -> String {
    if row.known_budget().is_some() { end(&row.fact.depletion) } else { ABSENT.to_owned() }
}

/// How well it is known, and before that what is bad about what is known.
fn evidence(row: &Row) -> String {
    let known = match row.fact.evidence.status {
        EvidenceStatus::Ok if !row.fact.maintenance.is_empty() => "maintenance",
        EvidenceStatus::Ok if row.fact.traffic == Traffic::None => "no traffic",
        EvidenceStatus::Ok if !row.enough_events && row.state == State::Inside => "few events",
        EvidenceStatus::Ok => "ok",
        EvidenceStatus::NoData => "no data",
        EvidenceStatus::Stale => "stale",
        EvidenceStatus::Partial => "partial",
        EvidenceStatus::Error => "error",
    };
    match row.state {
        State::Exhausted => format!("{known}, exhausted"),
        State::Burning => format!("{known}, burning"),
        State::Held => format!("{known}, held up"),
        State::Unknown | State::Inside => known.to_owned(),
    }
}

fn color(row: &Row) -> Color {
    match row.state {
        State::Exhausted | State::Burning | State::Held => Color::FG_RED,
        State::Unknown => Color::FG_YELLOW,
        State::Inside if row.enough_events => Color::FG_GREEN,
        State::Inside => Color::FG_BLUE,
    }
}

/// What the rules find, without the name that the line begins with.
fn notes(row: &Row) -> Vec<String> {
    let name = row.name();
    let named = [format!("`{}`", row.fact.name), format!("`{}`", row.fact.evidence.id)];
    let line = |finding: &Finding| {
        let rest = named.iter().find_map(|name| finding.message.strip_prefix(name.as_str()));
        let rest = rest.map(|rest| rest.trim_start_matches(':').trim_start()).unwrap_or(&finding.message);
        let urgency = match finding.urgency {
            Some(Urgency::Page) => ", page",
            Some(Urgency::Ticket) => ", ticket",
            None => "",
        };
        format!("{name}{urgency}: {rest}\n")
    };
    row.findings.iter().map(line).collect()
}

fn summary(rows: &[&Row]) -> String {
    let inside = rows.iter().filter(|row| row.state == State::Inside).count();
    let states = [
        (State::Exhausted, "exhausted"),
        (State::Burning, "burning"),
        (State::Held, "held up"),
        (State::Unknown, "not known"),
        (State::Inside, if inside == 1 { "inside its budget" } else { "inside their budgets" }),
    ];
    let of = |(state, words)| (rows.iter().filter(|row| row.state == state).count(), words);
    let some = states.into_iter().map(of).filter(|(count, _)| *count > 0);
    let counted: Vec<String> = some.map(|(count, words)| format!("{count} {words}")).collect();
    format!("{}: {}", count(rows.len(), "objective"), counted.join(", "))
}
