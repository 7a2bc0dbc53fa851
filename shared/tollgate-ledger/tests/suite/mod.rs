//! What every store must do. Each test gets two handles on one empty ledger, opened separately.

pub(crate) mod claims;
pub(crate) mod decisions;
pub(crate) mod documents;
pub(crate) mod fixture;
pub(crate) mod history;
pub(crate) mod model;
pub(crate) mod once;
pub(crate) mod outbox;
pub(crate) mod outcomes;
pub(crate) mod overtaking;
pub(crate) mod records;

/// Makes a test of each function of the suite, over the two handles, `ledger` and `other`, that `$open` gives.
#[macro_export]
macro_rules! test_store {
    ($open:path) => {
        $crate::test_store! { $open:
            claims::the_first_claim_is_new_and_the_next_goes_on_with_its_id,
            claims::a_claim_that_is_sent_twice_is_one_claim,
            claims::another_question_under_the_same_key_is_a_conflict,
            claims::keys_that_look_alike_do_not_meet,
            claims::an_expired_claim_is_as_if_it_had_never_been,
            claims::of_sixteen_claims_at_once_one_is_new,
            claims::a_malformed_claim_is_refused,
            records::a_record_is_read_as_it_was_written,
            records::the_first_record_stands,
            records::of_eight_records_at_once_one_stands,
            records::a_record_is_kept_whole_or_not_at_all,
            records::a_huge_record_is_refused_and_a_large_one_kept,
            records::long_names_are_refused,
            records::odd_ids_name_nothing,
            records::odd_texts_are_kept_as_they_are,
            history::is_newest_first_inside_its_window,
            history::says_when_the_limit_kept_something_out,
            history::shows_one_service_in_one_environment,
            history::keys_cannot_be_forged,
            history::reads_on_past_a_large_page,
            history::refusals_show_in_the_history_of_their_own_change_and_fill_no_other,
            overtaking::of_two_that_did_not_see_each_other_one_is_kept,
            overtaking::of_eight_at_once_one_is_kept,
            overtaking::only_what_was_allowed_here_overtakes_only_what_allows,
            overtaking::a_late_record_of_an_earlier_time_overtakes,
            overtaking::what_is_older_than_the_history_overtakes_nothing,
            overtaking::the_newest_of_a_long_history_are_enough,
            outcomes::the_first_outcome_stands_and_shows_in_the_history_alone,
            outcomes::of_eight_outcomes_at_once_one_stands,
            outcomes::an_outcome_of_an_unknown_decision_is_not_kept,
            decisions::come_in_pages_in_both_orders,
            decisions::are_found_across_years,
            decisions::outside_the_span_are_left_out,
            decisions::a_page_cannot_begin_behind_a_thing_that_is_no_id,
            documents::a_document_is_read_as_it_was_written_and_counts_its_versions,
            documents::a_document_is_written_only_over_what_was_expected,
            documents::a_commit_is_kept_whole_or_not_at_all,
            documents::of_eight_writers_at_once_one_wins,
            documents::a_range_of_days_is_read_in_order,
            documents::a_range_reads_on_past_a_large_page,
            documents::collections_that_look_alike_do_not_meet,
            documents::what_cannot_be_kept_is_refused,
            documents::a_value_of_another_type_is_unreadable_and_never_absent,
            outbox::notices_are_pending_in_the_order_of_time_until_they_are_sent,
            outbox::a_notice_that_is_committed_again_is_pending_once,
            once::work_that_is_done_is_not_begun_again,
            once::who_is_asked_again_does_not_wait_for_themselves,
            once::work_whose_worker_crashed_is_begun_again_after_its_lease,
            once::of_eight_that_begin_at_once_one_does,
        }
    };
    ($open:path: $($module:ident::$test:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let stage = $open().await;
            suite::$module::$test(&stage.ledger, &stage.other).await;
        }
    )*};
}
