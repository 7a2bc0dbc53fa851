use tollgate_core::notice::Notice;
use tollgate_ledger::{Commit, Committed, Ledger};

use super::fixture::{at, notice};

async fn send(ledger: &Ledger, notices: Vec<Notice>) {
    let commit = Commit { at: at(0), puts: Vec::new(), notices };
    assert_eq!(ledger.commit(commit).await.unwrap(), Committed::Stored);
}

pub(crate) async fn notices_are_pending_in_the_order_of_time_until_they_are_sent(ledger: &Ledger, other: &Ledger) {
    send(ledger, vec![notice(20, "c"), notice(0, "a")]).await;
    send(other, vec![notice(10, "b")]).await;
    let all = [notice(0, "a"), notice(10, "b"), notice(20, "c")];
    assert_eq!(other.pending_notices(9).await.unwrap(), all);
    assert_eq!(other.pending_notices(2).await.unwrap(), all[..2]);
    // Reading takes nothing out: whoever reads may crash before it sends.
    assert_eq!(ledger.pending_notices(9).await.unwrap(), all);

    other.mark_sent(&all[0]).await.unwrap();
    other.mark_sent(&all[2]).await.unwrap();
    assert_eq!(ledger.pending_notices(9).await.unwrap(), all[1..2]);
    ledger.mark_sent(&all[0]).await.unwrap();
    assert_eq!(ledger.pending_notices(9).await.unwrap(), all[1..2]);
}

pub(crate) async fn a_notice_that_is_committed_again_is_pending_once(ledger: &Ledger, other: &Ledger) {
    send(ledger, vec![notice(0, "a")]).await;
    send(other, vec![notice(0, "a")]).await;
    assert_eq!(ledger.pending_notices(9).await.unwrap(), [notice(0, "a")]);
}
