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
    slo::{BudgetFact, CountsAs, PairFact, SilentMetricFact, Traffic},
};

use super::{
    number::{LEGEND, burn, coarser, end, left, share, sparkline, target},
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
    Column {
        title: "LEFT",
        from_width: 0,
        text: |row| left(row.fact.budget.as_ref().and_then(BudgetFact::known_remaining_ppm)),
    },
    Column { title: "TREND", from_width: 130, text: |row| sparkline(&row.trend_burn_rate_micro) },
    Column { title: "TREND", from_width: 112, text: |row| sparkline(&coarser(&row.trend_burn_rate_micro, 2)) },
    Column { title: "TREND", from_width: 100, text: |row| sparkline(&coarser(&row.trend_burn_rate_micro, 3)) },
    Column { title: "5m", from_width: 90, text: |row| rate(row, "5m") },
    Column { title: "1h", from_width: 0, text: |row| rate(row, "1h") },
    Column { title: "6h", from_width: 90, text: |row| rate(row, "6h") },
    Column { title: "3d", from_width: 0, text: |row| rate(row, "3d") },
    Column { title: "ENDS IN", from_width: 0, text: |row| end(&row.fact.depletion) },
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
    burn(row.fact.windows.get(window).and_then(|window| window.burn_rate_micro))
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
        State::Unknown | State::Inside => known.to_owned(),
    }
}

fn color(row: &Row) -> Color {
    match row.state {
        State::Exhausted | State::Burning => Color::FG_RED,
        State::Unknown => Color::FG_YELLOW,
        State::Inside if row.enough_events => Color::FG_GREEN,
        State::Inside => Color::FG_BLUE,
    }
}

fn is_bad(row: &Row) -> bool {
    matches!(row.state, State::Exhausted | State::Burning)
}

/// Why it is not known, and which pair of windows it exceeds.
fn notes(row: &Row) -> Vec<String> {
    let name = row.name();
    let reason = row.fact.evidence.reason.iter().map(|reason| format!("{name}: {reason}\n"));
    let exceeded = row.fact.pairs.iter().filter(|pair| pair.exceeded == Some(true) && is_bad(row));
    let burning = exceeded.take(1).map(|pair: &PairFact| {
        let PairFact { long, short, factor_micro, severity, .. } = pair;
        let (fast, faster) = (rate(row, long), rate(row, short));
        let limit = burn(Some(*factor_micro));
        format!(
            "{name}: burns {fast} times too fast over {long} and {faster} over {short}, a {severity} above {limit}\n"
        )
    });
    burning.chain(reason).chain(silent(row)).collect()
}

/// Says that nobody asks, where many did, and which metrics count as zero by not being there.
fn silent(row: &Row) -> impl Iterator<Item = String> {
    let name = row.name();
    let time = |at: Timestamp| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let vanished = row.fact.silence.iter().filter(|silence| silence.is_implausible());
    let vanished = vanished.filter_map(|silence| {
        let usual = silence.usual_events.filter(|events| *events > 0)?;
        let (since, usual) = (time(silence.since), count_of(usual));
        let came =
            if silence.events == 0 { "no event".to_owned() } else { format!("only {}", count_of(silence.events)) };
        Some(format!("{name}: {came} since {since}, longer than ever at that time; usually {usual} in it\n"))
    });
    let metrics = row.fact.silent_metrics.iter().map(|silent| match silent.last_at {
        None => {
            format!("{name}: `{}` has never had a datapoint, which counts as {}\n", silent.metric, counts_as(silent))
        }
        Some(at) => {
            let (metric, at, as_what) = (&silent.metric, time(at), counts_as(silent));
            format!("{name}: `{metric}` has had no datapoint since {at}, which counts as {as_what}\n")
        }
    });
    let idle = row
        .fact
        .idle_parts
        .iter()
        .map(|part| format!("{name}: nobody asked `{part}` in the period: it counts as good\n"));
    vanished.chain(metrics).chain(idle).collect::<Vec<_>>().into_iter()
}

fn counts_as(silent: &SilentMetricFact) -> &'static str {
    match silent.counts_as {
        CountsAs::Zero => "zero",
        CountsAs::Idle => "idle",
    }
}

fn count_of(events: u64) -> String {
    count(usize::try_from(events).unwrap_or(usize::MAX), "event")
}

fn summary(rows: &[&Row]) -> String {
    let states = [
        (State::Exhausted, "exhausted"),
        (State::Burning, "burning"),
        (State::Unknown, "not known"),
        (State::Inside, "inside their budget"),
    ];
    let of = |(state, words)| (rows.iter().filter(|row| row.state == state).count(), words);
    let some = states.into_iter().map(of).filter(|(count, _)| *count > 0);
    let counted: Vec<String> = some.map(|(count, words)| format!("{count} {words}")).collect();
    format!("{}: {}", count(rows.len(), "objective"), counted.join(", "))
}
