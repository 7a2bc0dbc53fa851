//! What a schedule, a letter of AWS Budgets or a cost anomaly has to be done, and that it is done once.

use std::collections::BTreeSet;

use lambda_runtime::Context;
use serde_json::{Value, json};
use tollgate_core::budget_alert::BudgetAlert;
use tollgate_gate::{Round, bill::Renewal, check_scope};
use tollgate_lambda::{
    problem::Problem,
    trigger::{Schedule, Scope, Trigger, alert_key, anomaly_key},
};

use crate::CostGate;

impl CostGate {
    /// Does what a trigger asks for.
    ///
    /// # Errors
    /// When it is not for this gate or not in order, or fails.
    pub(crate) async fn act(&self, trigger: Trigger, context: &Context) -> Result<Value, Problem> {
        match trigger {
            Trigger::Schedule(schedule) => self.scheduled(schedule, context).await,
            Trigger::BudgetAlert(alert) => {
                let noted = noted(&alert);
                tracing::warn!(alert = %noted, "an alert of AWS Budgets: the bill is looked at");
                self.woken(alert_key(&alert), "budget-alert", noted, context).await
            }
            Trigger::CostAnomaly(anomaly) => {
                let noted = json!({
                    "anomaly": anomaly.id,
                    "about": anomaly.about,
                    "starts_on": anomaly.starts_on,
                    "impact_micros": anomaly.impact_micros,
                    "unread": anomaly.unread.iter().map(ToString::to_string).collect::<Vec<_>>(),
                });
                tracing::warn!(anomaly = %noted, "a cost anomaly: the bill is looked at");
                self.woken(anomaly_key(&anomaly), "cost-anomaly", noted, context).await
            }
            Trigger::Alarm(_) => {
                Err(Problem::bad_request("this is an alarm of CloudWatch: send it to the SLO gate".to_owned()))
            }
            Trigger::Ignored { reason } => {
                tracing::info!(reason, "nothing to do");
                Ok(json!({ "ignored": reason }))
            }
        }
    }

    async fn scheduled(&self, schedule: Schedule, context: &Context) -> Result<Value, Problem> {
        for field in &schedule.unknown {
            tracing::warn!(field, "the schedule's input has a field that nothing reads");
        }
        check_scope(&self.house.catalogue, &schedule.scope)?;
        let names = self.named(&schedule.scope);
        let key = schedule.dedup_key.unwrap_or_else(|| format!("schedule/request/{}", context.request_id));
        // Targets of one rule may each have a scope of their own.
        let key = format!("cost/{key}/{}", json!([schedule.scope.services, schedule.scope.environments]));
        let environments = schedule.scope.environments;
        let round = Round { key, names, environments, keeps_place: true, scheduled_at: None };
        self.once(&round, Renewal::Schedule, "schedule", context).await
    }

    /// What AWS says of itself wakes us up, and decides nothing: the bill does, of which all budgets are told.
    async fn woken(&self, key: String, asked_by: &str, noted: Value, context: &Context) -> Result<Value, Problem> {
        let names = self.named(&Scope::default());
        let round = Round { key, names, environments: Vec::new(), keeps_place: true, scheduled_at: None };
        let mut done = self.once(&round, Renewal::WakeUp, asked_by, context).await?;
        if let Some(done) = done.as_object_mut() {
            done.insert("alert".to_owned(), noted);
        }
        Ok(done)
    }

    async fn once(&self, round: &Round, renewal: Renewal, asked_by: &str, context: &Context) -> Result<Value, Problem> {
        let turn = match self.house.begin(&round.key, context).await? {
            Ok(turn) => turn,
            Err(already) => return Ok(already),
        };
        let checked = self.check(round, renewal, asked_by, context).await?;
        self.house.finish(&turn, Vec::new()).await?;
        Ok(checked)
    }

    /// The budgets that a schedule is about: all, or those that hold one of its services in one of its environments.
    fn named(&self, scope: &Scope) -> BTreeSet<String> {
        let catalogue = &self.house.catalogue;
        let holds_one = |names: &[String], wanted: &[String]| {
            wanted.is_empty() || names.is_empty() || wanted.iter().any(|name| names.contains(name))
        };
        let concerned = catalogue.budgets.iter().filter(|budget| {
            holds_one(&budget.scope.services, &scope.services)
                && holds_one(&budget.scope.environments, &scope.environments)
        });
        concerned.map(|budget| budget.name.clone()).collect()
    }
}

/// What an alert says, for the log and the answer: what of it cannot be read, too.
fn noted(alert: &BudgetAlert) -> Value {
    json!({
        "budget": alert.budget,
        "account": alert.account,
        "about": alert.subject.to_string(),
        "kind": alert.kind.map(|kind| kind.as_str()),
        "amount": alert.amount.as_ref().map(ToString::to_string),
        "budgeted": alert.budgeted.as_ref().map(ToString::to_string),
        "unread": alert.unread.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
