use super::{DAYS, FAMILIES, score};

const SEEDS: u64 = 10;
const NOISE_PPM: i64 = 30_000;

/// What FinOps teams may rely on, for each kind of spend and day.
#[test]
fn forecasts_are_no_worse_than_plain_ways_and_their_intervals_hold() {
    let mut bad = Vec::new();
    for family in FAMILIES {
        for day in DAYS {
            let score = score((0..SEEDS).map(|seed| family.series(seed, day, NOISE_PPM))).unwrap();
            if !score.is_near() || !score.holds() || score.known < 5 {
                bad.push(format!("{} on day {day}: {score:?}", family.name));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
