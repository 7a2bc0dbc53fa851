//! What each team spends, shown to it once a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tollgate_core::{
    Timestamp,
    budget::{Budget, BudgetFact, SpendJudging},
    notice::Showback,
};
use tollgate_gate::{bill::Statement, unavailable};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, Put};

use crate::CostGate;

impl CostGate {
    /// Shows each team what it spends, in the first check of a day of UTC that knows something of it; gives how many were
    /// shown. The day and the notice are kept together, so that nothing is shown twice, also after a restart.
    ///
    /// # Errors
    /// When the ledger fails.
    pub(crate) async fn show_back(&self, bill: &Statement, now: Timestamp) -> Result<u64, Problem> {
        let failed = |error| unavailable("what was shown to a team cannot be kept", &error);
        let (ledger, today) = (&self.house.ledger, now.date_naive());
        let mut teams: BTreeMap<&str, Vec<&Budget>> = BTreeMap::new();
        for budget in &self.house.catalogue.budgets {
            teams.entry(&budget.owner).or_default().push(budget);
        }
        let (Some(first), Some(last)) = (teams.keys().next(), teams.keys().next_back()) else { return Ok(0) };
        let days: Vec<Document<NaiveDate>> = ledger.documents(&shown(), first, last).await.map_err(failed)?;
        let mut count = 0;
        for (team, budgets) in &teams {
            let known = days.iter().find(|day| day.key == *team);
            if known.is_some_and(|day| day.value >= today) {
                continue;
            }
            let look =
                |budget: &&Budget| bill.look(budget, &SpendJudging::of(&self.settings_of(budget), now, false)).fact;
            let facts: Vec<BudgetFact> = budgets.iter().map(look).collect();
            let showback = Showback::of(today, &facts.iter().collect::<Vec<_>>());
            if !showback.says_something() {
                continue;
            }
            let contact = self.house.catalogue.teams.get(*team).and_then(|team| team.contact.as_deref());
            let put = Put::new(&shown(), team, Expect::same(known), &today).map_err(failed)?;
            let commit = Commit { at: now, puts: vec![put], notices: vec![showback.notice(team, contact, now)] };
            match ledger.commit(commit).await.map_err(failed)? {
                Committed::Stored => count += 1,
                Committed::Conflict => tracing::info!(team, "another run shows it what it spends"),
            }
        }
        Ok(count)
    }
}

fn shown() -> Collection {
    Collection::of(&["showback"])
}
