//! The test against published cases and against SciPy.
//!
//! Published: the example of SciPy's documentation of `scipy.stats.mannwhitneyu` (ages at diagnosis), and
//! both two-sample examples of R's documentation of `wilcox.test` (Hollander & Wolfe 1973, 69f; `airquality`). The others
//! were computed with SciPy 1.17.1, `mannwhitneyu(canary, baseline, method=…)`.

use super::{
    exact, metric,
    normal::{Significance, ZSquared},
    ranks::Ranked,
};

/// Twice U, the two-sided p-value in parts per million rounded up, and whether it was counted exactly.
fn test(baseline: &[f64], canary: &[f64]) -> (u128, u32, bool) {
    let ranked = Ranked::of(baseline, canary);
    match exact::p_value(ranked) {
        Some(share) => (ranked.twice_u, metric::ppm(share), true),
        None => (ranked.twice_u, ZSquared::of(ranked).p_value_ppm(), false),
    }
}

fn floats(numbers: impl IntoIterator<Item = u32>) -> Vec<f64> {
    numbers.into_iter().map(f64::from).collect()
}

#[test]
fn scipys_example_of_age_at_diagnosis() {
    let males = [19.0, 22.0, 16.0, 29.0, 24.0];
    let females = [20.0, 11.0, 17.0, 12.0];
    // U = 17 for the males, 3 for the females; p = 0.1111 exactly, 0.11135 by the approximation.
    assert_eq!(test(&females, &males), (34, 111_112, true));
    assert_eq!(test(&males, &females), (6, 111_112, true));
    assert_eq!(ZSquared::of(Ranked::of(&females, &males)).p_value_ppm(), 111_347);
}

#[test]
fn rs_example_of_permeability() {
    let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    let early = [1.15, 0.88, 0.90, 0.74, 1.21];
    // W = 35; one-sided p = 0.1272, so two-sided 0.2544.
    assert_eq!(test(&early, &term), (70, 254_413, true));
    assert_eq!(ZSquared::of(Ranked::of(&early, &term)).p_value_ppm(), 244_624);
}

#[test]
fn rs_example_of_ozone_which_has_ties() {
    let may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37];
    let august =
        [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85];
    // W = 127.5, p = 0.0001208.
    assert_eq!(test(&floats(august), &floats(may)), (255, 121, false));
}

#[test]
fn larger_samples_and_ties_agree_with_scipy() {
    let baseline = || floats((0..60).map(|i| i * 37 % 101));
    let canary = |by: u32| floats((0..70).map(move |i| i * 53 % 97 + by));
    assert_eq!(test(&baseline(), &canary(6)), (4449, 562_503, false));
    assert_eq!(test(&baseline(), &canary(20)), (5508, 2_273, false));
    let of = |zeros: usize, ones: usize| [vec![0.0; zeros], vec![1.0; ones]].concat();
    assert_eq!(test(&of(20, 5), &of(12, 13)), (825, 20_251, false));
    assert_eq!(test(&[1.5, 2.5, 2.5, 4.0], &[2.5, 3.0, 4.5, 5.0, 6.0]), (34, 105_365, false));
}

#[test]
fn the_exact_distribution_ends_where_rs_does() {
    let shifted = |count: u32| (floats((0..count).map(|i| 2 * i)), floats((0..count).map(|i| 2 * i + 31)));
    let (baseline, canary) = shifted(49);
    assert_eq!(test(&baseline, &canary), (3680, 3, true));
    let (baseline, canary) = shifted(50);
    assert_eq!(test(&baseline, &canary), (3810, 7, false));
}

#[test]
fn separate_samples_have_the_smallest_p_value() {
    assert_eq!(test(&floats(1..9), &floats(9..17)), (128, 156, true));
    assert_eq!(test(&floats(1..5), &floats(5..9)), (32, 28_572, true));
}

#[test]
fn significance_is_decided_at_the_boundary_without_rounding() {
    let of = |zeros: usize, ones: usize| [vec![0.0; zeros], vec![1.0; ones]].concat();
    let z = ZSquared::of(Ranked::of(&of(20, 5), &of(12, 13)));
    // p = 0.020251: sure enough for 95 %, just not for 98 %.
    assert!(Significance::of(950_000).unwrap().reached(&z));
    assert!(!Significance::of(980_000).unwrap().reached(&z));
    // 2 of 20 arrangements, exactly the tenth that 90 % ask for.
    let share = exact::p_value(Ranked::of(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])).unwrap();
    assert!(Significance::of(900_000).unwrap().meets(share));
    assert!(!Significance::of(950_000).unwrap().meets(share));
}

#[test]
fn the_critical_values_are_those_at_which_p_meets_alpha() {
    for (confidence_ppm, alpha_ppm) in [(900_000, 100_000), (950_000, 50_000), (980_000, 20_000), (990_000, 10_000)] {
        let significance = Significance::of(confidence_ppm).unwrap();
        for distance in 0..2_000 {
            let ranked = Ranked { baseline: 100, canary: 100, twice_u: 10_000 + distance, ties: 0 };
            let z = ZSquared::of(ranked);
            assert_eq!(significance.reached(&z), z.p_value_ppm() <= alpha_ppm, "{confidence_ppm} {distance}");
        }
    }
}

#[test]
fn datapoints_that_are_all_equal_say_nothing() {
    assert_eq!(test(&[7.0; 60], &[7.0; 60]), (3600, 1_000_000, false));
    assert_eq!(test(&[0.0, -0.0], &[-0.0, 0.0]), (4, 1_000_000, false));
    assert!(!Significance::of(900_000).unwrap().reached(&ZSquared::of(Ranked::of(&[7.0; 60], &[7.0; 60]))));
}
