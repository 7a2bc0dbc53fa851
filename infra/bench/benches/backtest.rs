//! How good forecasts are, by kind of spend, day of the month and noise.

#![allow(missing_docs, reason = "a benchmark")]

use std::time::Instant;

use tollgate_bench::backtest::{DAYS, FAMILIES, HELD_PERCENT, NOISE_FLOOR_PPM, Score, WORSE_PERCENT, score};

const SEEDS: u64 = 150;
const NOISES_PPM: [i64; 3] = [20_000, 50_000, 100_000];

fn main() -> anyhow::Result<()> {
    let started = Instant::now();
    println!(
        "mean absolute error of a month's forecast over what came, in percent; {SEEDS} series each. `!`: worse than the best \
         plain way by more than {WORSE_PERCENT} % and {} %, or fewer than {HELD_PERCENT} % held",
        percent(NOISE_FLOOR_PPM)
    );
    let (mut all, mut bad) = (0, 0);
    for noise in NOISES_PPM {
        println!("\nnoise {} % a day", percent(noise));
        println!("{:<22} day  linear  last month  last 7 days |   ours  of best  held   width  unknown", "");
        for family in FAMILIES {
            for day in DAYS {
                let score = score((0..SEEDS).map(|seed| family.series(seed, day, noise)))?;
                println!("{:<22} {day:>3} {}", family.name, line(&score));
                all += 1;
                bad += u32::from(!score.is_near() || !score.holds());
            }
        }
    }
    println!("\n{bad} of {all} miss the goal; {:.1?}", started.elapsed());
    Ok(())
}

fn line(score: &Score) -> String {
    let held = score.held * 100 / score.known.max(1);
    let of_best = (score.ours_ppm * 100).checked_div(score.best_ppm()).unwrap_or(0);
    format!(
        "{:>7} {:>11} {:>12} | {:>6} {of_best:>6} %{}  {held:>3}%{} {:>6} {:>8}",
        percent(score.linear_ppm),
        percent(score.last_month_ppm),
        percent(score.last_seven_days_ppm),
        percent(score.ours_ppm),
        if score.is_near() { ' ' } else { '!' },
        if score.holds() { ' ' } else { '!' },
        percent(score.width_ppm),
        score.unknown,
    )
}

/// Hundredths of a percent.
fn percent(ppm: i64) -> String {
    format!("{}.{:02}", ppm / 10_000, ppm % 10_000 / 100)
}
