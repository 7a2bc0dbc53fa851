use super::common_slice;

#[test]
fn slices_have_the_longest_in_common_that_all_are_made_of() {
    for (lengths, expected) in [
        (vec![], None),
        (vec![0], None),
        (vec![60], Some(60)),
        (vec![300, 60], Some(60)),
        (vec![480, 720], Some(240)),
        (vec![3600, 300, 3600], Some(300)),
    ] {
        assert_eq!(common_slice(lengths.clone()), expected, "{lengths:?}");
    }
}
