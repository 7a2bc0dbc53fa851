//! Many orders, one after the other, by as few calls as CloudWatch's limits allow and as many at once as are allowed.
//!
//! Orders are read ahead until calls are full. A series is held only until the last order that is in hand and needs it
//! has it, so memory is bounded by the calls in flight and not by how much is ordered.

use std::{
    collections::{BTreeMap, VecDeque},
    iter::Fuse,
    sync::Arc,
};

use futures_util::{
    StreamExt as _,
    future::BoxFuture,
    stream::{FuturesUnordered, Stream, unfold},
};
use tollgate_core::slo::{Metric, Plan, Snapshot, Tier};

use crate::{
    answer::Answer,
    call::{Call, Limit},
    connection::{Connections, Whom},
    held::{Held, Need, Needed},
};

/// Calls that are in flight at once.
pub const CALLS_AT_ONCE: usize = 16;
/// So many calls may go out before one that was begun earlier and is not full yet: what shares a call with many others
/// would keep those that have the rest of it in memory, and all of them from being judged in their time.
const OVERTAKEN_AT_MOST: u64 = CALLS_AT_ONCE as u64 / 2;
/// Orders in hand: what rarely shares a call with others waits for no more of them.
const ORDERS_AHEAD: usize = 512;
/// $0.01 for 1,000 metrics requested: <https://aws.amazon.com/cloudwatch/pricing/>.
const USD_MICROS_PER_METRIC: u64 = 10;

/// Metrics that are judged together, over the time of one plan; each with: are its values measured, and no counts?
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) plan: Plan,
    pub(crate) metrics: Vec<(&'a Metric, bool)>,
}

/// What came of an item. What a call took is in the first of the items that it was for.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) snapshot: Snapshot,
    pub(crate) requests: u64,
    pub(crate) cost_usd_micros: u64,
}

/// An order in hand.
#[derive(Debug)]
struct Turn<'a, P, T> {
    state: State<P, T>,
    items: Vec<Taken<'a>>,
    /// Metrics that are not there yet.
    missing: usize,
}

#[derive(Debug)]
enum State<P, T> {
    Waiting(P),
    Done(P, T),
    Gone,
}

#[derive(Debug)]
struct Taken<'a> {
    plan_index: usize,
    needs: Vec<Need<'a>>,
    requests: u64,
    cost_usd_micros: u64,
}

/// A call that is being filled or in flight, and the turn and item that pay for it.
#[derive(Debug)]
struct Asking<'a> {
    call: Call<'a>,
    needs: Vec<(Need<'a>, usize)>,
    payer: (u64, usize),
    /// How many calls had gone out when it was begun.
    begun_at: u64,
}

struct Gathering<'a, I, P, T, J> {
    connections: Arc<Connections>,
    limit: Limit,
    orders: Fuse<I>,
    judge: J,
    plans: Vec<Arc<Plan>>,
    turns: VecDeque<Turn<'a, P, T>>,
    /// The number of the first of the turns.
    front: u64,
    open: BTreeMap<(Whom, Tier), Asking<'a>>,
    full: VecDeque<Asking<'a>>,
    in_flight: FuturesUnordered<BoxFuture<'a, (Asking<'a>, Answer)>>,
    /// How many calls have gone out.
    sent: u64,
    held: Held<'a>,
}

/// Fetches orders and judges each as soon as all of it is there; hands the judgements on in the orders' order. Dropping
/// the stream stops it.
pub(crate) fn gathering<'a, I, P, T, J>(
    connections: Arc<Connections>,
    orders: I,
    limit: Limit,
    judge: J,
) -> impl Stream<Item = (P, T)> + use<'a, I, P, T, J>
where
    I: Iterator<Item = (P, Vec<Item<'a>>)>,
    J: FnMut(&P, Vec<Delivery>) -> T,
{
    let gathering = Gathering {
        connections,
        limit,
        orders: orders.fuse(),
        judge,
        plans: Vec::new(),
        turns: VecDeque::new(),
        front: 0,
        open: BTreeMap::new(),
        full: VecDeque::new(),
        in_flight: FuturesUnordered::new(),
        sent: 0,
        held: Held::default(),
    };
    unfold(gathering, |mut gathering| async move { Some((gathering.next().await?, gathering)) })
}

impl<'a, I, P, T, J> Gathering<'a, I, P, T, J>
where
    I: Iterator<Item = (P, Vec<Item<'a>>)>,
    J: FnMut(&P, Vec<Delivery>) -> T,
{
    async fn next(&mut self) -> Option<(P, T)> {
        loop {
            self.send();
            if let Some(State::Done(..)) = self.turns.front().map(|turn| &turn.state)
                && let Some(Turn { state: State::Done(order, judged), .. }) = self.turns.pop_front()
            {
                self.front += 1;
                return Some((order, judged));
            }
            let (asking, answer) = self.in_flight.next().await?;
            self.take(&asking, answer);
        }
    }

    /// Keeps as many calls in flight as are allowed: full ones, unless there is nothing left to fill them with.
    fn send(&mut self) {
        while self.in_flight.len() < CALLS_AT_ONCE {
            let next = self.overtaken().or_else(|| self.full.pop_front());
            if let Some(asking) = next {
                self.sent += 1;
                let (connections, limit) = (Arc::clone(&self.connections), self.limit);
                self.in_flight.push(Box::pin(async move {
                    let answer = asking.call.fetch(&connections, limit).await;
                    (asking, answer)
                }));
            } else if self.turns.len() < ORDERS_AHEAD
                && let Some((order, items)) = self.orders.next()
            {
                self.accept(order, items);
            } else {
                let Some(asking) = self.oldest().and_then(|key| self.open.remove(&key)) else {
                    return;
                };
                self.full.push_back(asking);
            }
        }
    }

    /// The call that has been filled longest.
    fn oldest(&self) -> Option<(Whom, Tier)> {
        self.open.iter().min_by_key(|(_, asking)| asking.payer).map(|(key, _)| key.clone())
    }

    /// It, once too many have gone out before it.
    fn overtaken(&mut self) -> Option<Asking<'a>> {
        let key = self.oldest()?;
        let is_overtaken = |asking: &Asking<'_>| self.sent - asking.begun_at >= OVERTAKEN_AT_MOST;
        if self.open.get(&key).is_some_and(is_overtaken) { self.open.remove(&key) } else { None }
    }

    fn accept(&mut self, order: P, items: Vec<Item<'a>>) {
        let number = self.front + self.turns.len() as u64;
        let mut turn = Turn { state: State::Waiting(order), items: Vec::new(), missing: 0 };
        for (item_index, item) in items.into_iter().enumerate() {
            let (plan_index, plan) = self.plan(item.plan);
            let need = |(metric, measured)| Need { metric, plan_index, measured };
            let mut needs: Vec<Need<'a>> = item.metrics.into_iter().map(need).collect();
            let mut known = std::collections::HashSet::new();
            needs.retain(|need| known.insert(*need));
            for need in &needs {
                let Needed { first, ready } = self.held.need(*need, &plan, number);
                turn.missing += usize::from(!ready);
                if first {
                    self.ask(*need, &plan, (number, item_index));
                }
            }
            turn.items.push(Taken { plan_index, needs, requests: 0, cost_usd_micros: 0 });
        }
        let complete = turn.missing == 0;
        self.turns.push_back(turn);
        if complete {
            self.finish(number);
        }
    }

    fn plan(&mut self, plan: Plan) -> (usize, Arc<Plan>) {
        let index = self.plans.iter().position(|known| **known == plan).unwrap_or(self.plans.len());
        let plan = self.plans.get(index).map_or_else(|| Arc::new(plan), Arc::clone);
        if index == self.plans.len() {
            self.plans.push(Arc::clone(&plan));
        }
        (index, plan)
    }

    fn ask(&mut self, need: Need<'a>, plan: &Plan, payer: (u64, usize)) {
        let Metric { region, role_arn, resolution, .. } = need.metric;
        for (tier_index, tier) in plan.by(*resolution).tiers().iter().enumerate() {
            let whom: Whom = (region.clone(), role_arn.clone());
            let key = (whom.clone(), *tier);
            let asking = self.open.entry(key.clone()).or_insert_with(|| Asking {
                call: Call { whom, tier: *tier, metrics: Vec::new() },
                needs: Vec::new(),
                payer,
                begun_at: self.sent,
            });
            asking.call.metrics.push(need.metric);
            asking.needs.push((need, tier_index));
            if asking.needs.len() >= Call::metrics_at_most(tier) {
                self.full.extend(self.open.remove(&key));
            }
        }
    }

    fn take(&mut self, asking: &Asking<'a>, mut answer: Answer) {
        let (number, item) = asking.payer;
        if let Some(taken) = self.turn(number).and_then(|turn| turn.items.get_mut(item)) {
            taken.requests += answer.requests;
            taken.cost_usd_micros += answer.metrics_requested * USD_MICROS_PER_METRIC;
        }
        for (index, (need, tier_index)) in asking.needs.iter().enumerate() {
            for number in self.held.take(*need, (*tier_index, &asking.call.tier), &mut answer, index) {
                let Some(turn) = self.turn(number) else {
                    continue;
                };
                turn.missing = turn.missing.saturating_sub(1);
                if turn.missing == 0 {
                    self.finish(number);
                }
            }
        }
    }

    /// All of a turn is there.
    fn finish(&mut self, number: u64) {
        let place = number.checked_sub(self.front).and_then(|place| usize::try_from(place).ok());
        let Some(turn) = place.and_then(|place| self.turns.get_mut(place)) else {
            return;
        };
        let State::Waiting(order) = std::mem::replace(&mut turn.state, State::Gone) else {
            return;
        };
        let deliveries = turn.items.drain(..).filter_map(|taken| {
            let snapshot = self.held.snapshot(&taken.needs, self.plans.get(taken.plan_index)?);
            Some(Delivery { snapshot, requests: taken.requests, cost_usd_micros: taken.cost_usd_micros })
        });
        let judged = (self.judge)(&order, deliveries.collect());
        turn.state = State::Done(order, judged);
    }

    fn turn(&mut self, number: u64) -> Option<&mut Turn<'a, P, T>> {
        let place = number.checked_sub(self.front).and_then(|place| usize::try_from(place).ok())?;
        self.turns.get_mut(place)
    }
}
