//! What a schedule or an alarm has to be done, and that it is done once.

use std::collections::{BTreeMap, BTreeSet};

use lambda_runtime::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tollgate_core::{Timestamp, digest, suggest::did_you_mean};
use tollgate_gate::{Round, check_scope, unavailable};
use tollgate_lambda::{
    problem::Problem,
    trigger::{Alarm, AlarmMetric, Schedule, Trigger},
};
use tollgate_ledger::{Collection, Document, Expect, LedgerError, Put};

use crate::SloGate;

/// The tags by which an alarm names its service to us.
const OWN_TAGS: [&str; 2] = ["tollgate:service", "tollgate.dev/service"];
/// A tag that many have; what it names may be no service of the catalogue.
const SERVICE_TAG: &str = "service";

/// The newest state of an alarm that was handled.
#[derive(Debug, Serialize, Deserialize)]
struct Handled {
    at: Timestamp,
    /// The services that it was about; none where that was not known, so that all were looked at.
    #[serde(default)]
    services: BTreeSet<String>,
}

/// Why all services are looked at.
const UNKNOWN_CHILDREN: &str = "which services a composite alarm is about is not known, so all are looked at: give it a tag `tollgate:service`, or \
     send its children here, too";

impl SloGate {
    /// Does what a trigger asks for.
    ///
    /// # Errors
    /// When it is not for this gate or not in order, or fails.
    pub(crate) async fn act(&self, trigger: Trigger, context: &Context) -> Result<Value, Problem> {
        match trigger {
            Trigger::Schedule(schedule) => self.scheduled(schedule, context).await,
            Trigger::Alarm(alarm) => self.alarmed(&alarm, context).await,
            Trigger::BudgetAlert(_) | Trigger::CostAnomaly(_) => {
                Err(Problem::bad_request("this is about spend: send it to the cost gate".to_owned()))
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
        let key = schedule.dedup_key.unwrap_or_else(|| format!("schedule/request/{}", context.request_id));
        // Targets of one rule may each have a scope of their own.
        let scope = json!([schedule.scope.services, schedule.scope.environments]);
        let key = format!("{key}/{scope}");
        let turn = match self.house.begin(&key, context).await? {
            Ok(turn) => turn,
            Err(already) => return Ok(already),
        };
        let services = self.named(&schedule.scope.services);
        let environments = schedule.scope.environments;
        let round = Round { key, names: services, environments, keeps_place: true, scheduled_at: schedule.time };
        let swept = self.sweep(&round, "schedule", context).await?;
        self.house.finish(&turn, Vec::new()).await?;
        Ok(swept)
    }

    async fn alarmed(&self, alarm: &Alarm, context: &Context) -> Result<Value, Problem> {
        let alarms = Collection::of(&["alarm"]);
        let id = digest::of_bytes(alarm.arn.as_bytes());
        let handled: Option<Document<Handled>> =
            self.house.ledger.document(&alarms, &id).await.map_err(|error| unreadable(&error))?;
        if !alarm.is_newer_than(handled.as_ref().map(|handled| handled.value.at)) {
            return Ok(json!({ "ignored": "this state of the alarm, or a newer one, was handled before" }));
        }
        let mut services = self.concerned(alarm)?;
        if alarm.is_composite() {
            let children = self.of_children(alarm, &alarms).await?;
            // One child that is not known may be about any service.
            match children {
                Some(of_children) => services.extend(of_children),
                None if services.is_empty() => tracing::warn!(alarm = alarm.name, "{UNKNOWN_CHILDREN}"),
                None => {}
            }
        } else if services.is_empty() && is_known(alarm) {
            let reason = format!(
                "alarm `{}` watches no metric of an objective and has no tag `tollgate:service`: no service is concerned",
                alarm.name
            );
            tracing::warn!(reason, "nothing to do");
            return Ok(json!({ "ignored": reason }));
        }
        let key = alarm.dedup_key();
        let turn = match self.house.begin(&key, context).await? {
            Ok(turn) => turn,
            Err(already) => return Ok(already),
        };
        tracing::info!(alarm = alarm.name, state = alarm.state.as_str(), services = services.len(), "an alarm changed");
        let is_about_all = services.is_empty();
        let handled_now = Handled { at: alarm.ordered_at(), services: services.clone() };
        let names = if is_about_all { self.named(&[]) } else { services };
        let round = Round { key, names, environments: Vec::new(), keeps_place: is_about_all, scheduled_at: None };
        let swept = self.sweep(&round, "alarm", context).await?;
        if swept.pointer("/saw/failed") != Some(&json!(0)) {
            let reason = "a service of the alarm could not be looked at, so the alarm is not handled yet";
            return Err(unavailable(reason, &swept));
        }
        let put = Put::new(&alarms, &id, Expect::same(handled.as_ref()), &handled_now);
        self.house.finish(&turn, vec![put.map_err(|error| unavailable("the alarm cannot be noted", &error))?]).await?;
        Ok(swept)
    }

    /// The services that the children of a composite alarm were about: of those that made it change or, where that is not
    /// said, of all in its rule. None where that is not known of one of them, such as one that has no action and so never
    /// came here.
    async fn of_children(&self, alarm: &Alarm, alarms: &Collection) -> Result<Option<BTreeSet<String>>, Problem> {
        let children = if alarm.triggered_by.is_empty() { &alarm.made_of } else { &alarm.triggered_by };
        let mut services = BTreeSet::new();
        for child in children {
            let child: Option<Document<Handled>> = self
                .house
                .ledger
                .document(alarms, &digest::of_bytes(child.as_bytes()))
                .await
                .map_err(|error| unreadable(&error))?;
            let of_child = child.map(|child| child.value.services).unwrap_or_default();
            let mut known =
                of_child.into_iter().filter(|name| self.house.catalogue.services.contains_key(name)).peekable();
            if known.peek().is_none() {
                return Ok(None);
            }
            services.extend(known);
        }
        Ok(Some(services).filter(|services| !services.is_empty()))
    }

    /// The services by these names; all where none is named.
    fn named(&self, names: &[String]) -> BTreeSet<String> {
        if names.is_empty() {
            self.house.catalogue.services.keys().cloned().collect()
        } else {
            names.iter().cloned().collect()
        }
    }

    /// The services that an alarm is about: those that its tags name, and those with an objective on a metric of it.
    ///
    /// # Errors
    /// 400 when one of our own tags names a service that is not there: it would be looked at by nobody.
    fn concerned(&self, alarm: &Alarm) -> Result<BTreeSet<String>, Problem> {
        let catalogue = &self.house.catalogue;
        let is_known = |name: &&String| catalogue.services.contains_key(*name);
        let tag = |tag: &str| alarm.tags.as_ref().and_then(|tags| tags.get(tag));
        let own = OWN_TAGS.iter().filter_map(|name| Some((name, tag(name)?)));
        if let Some((tag, name)) = own.clone().find(|(_, name)| !is_known(name)) {
            let meant = did_you_mean(name, catalogue.services.keys().map(String::as_str));
            let detail = format!("of alarm `{}` names `{name}`, which the catalogue does not have{meant}", alarm.name);
            return Err(Problem::field(format!("the tag {tag}"), detail));
        }
        let tagged = own.map(|(_, name)| name).chain(tag(SERVICE_TAG).filter(is_known)).cloned();
        let is_of = |watched: &AlarmMetric, metric: &tollgate_core::slo::Metric| {
            let dimensions: BTreeMap<_, _> = metric.dimensions.iter().collect();
            watched.namespace == metric.namespace
                && watched.name == metric.name
                && watched.dimensions.iter().collect::<BTreeMap<_, _>>() == dimensions
        };
        // Tags say more than metrics of which some are not known.
        let watched = alarm.metrics.as_deref().unwrap_or_default();
        let slos = catalogue.services.keys().flat_map(|name| catalogue.slos_of(name).map(move |slo| (name, slo)));
        let measured = slos
            .filter(|(_, slo)| slo.metrics().iter().any(|metric| watched.iter().any(|watched| is_of(watched, metric))))
            .map(|(name, _)| name.clone());
        Ok(tagged.chain(measured).collect())
    }
}

/// Is it known what an alarm is about, where neither its tags nor its metrics name a service?
fn is_known(alarm: &Alarm) -> bool {
    alarm.metrics.is_some() && !(alarm.tags_withheld && alarm.tags.is_none())
}

fn unreadable(error: &LedgerError) -> Problem {
    unavailable("what is known of the alarm cannot be read", error)
}
