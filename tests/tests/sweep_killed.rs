//! The process of a sweep is killed, as Lambda does when memory or time runs out: the next run goes on, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::json;
use tollgate_e2e::{
    aws_endpoint,
    function::Function,
    letters::{invoke, schedule},
    mailbox::Mailbox,
    sweeps::{publish_all, rest_is_silent},
    telemetry::Traffic,
    valve::Valve,
    world::World,
};

/// Six services, of which `payments-api` burns its budget.
async fn world(mailbox: &Mailbox) -> World {
    let world = World::new().with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic);
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    world
}

/// Kills the process while it asks CloudWatch, and starts another.
async fn killed(gate: &mut Function, mut world: World) -> World {
    let valve = Valve::closed(&aws_endpoint()).await;
    gate.kill().await;
    world = world.with("AWS_ENDPOINT_URL_CLOUDWATCH", &valve.endpoint);
    gate.start_again("slo-gate", &world.environment()).unwrap();
    tokio::select! {
        answer = gate.invoke("a", schedule(0)) => panic!("CloudWatch hangs: {answer:?}"),
        () = valve.reached() => {}
    }
    gate.kill().await;
    world = world.with("AWS_ENDPOINT_URL_CLOUDWATCH", &aws_endpoint());
    gate.start_again("slo-gate", &world.environment()).unwrap();
    world
}

#[tokio::test]
async fn what_a_killed_sweep_did_not_reach_is_looked_at_by_the_next_run() {
    let mailbox = Mailbox::open().await;
    let world = world(&mailbox).await;
    let mut gate = world.slo_gate().await;
    let _world = killed(&mut gate, world).await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!((&swept["saw"]["services"], &swept["saw"]["failed"]), (&json!(6), &json!(0)), "{swept:#}");
    assert_eq!((&swept["saw"]["levels"]["page"], &swept["saw"]["notices"]), (&json!(1), &json!(1)), "{swept:#}");
    assert!(mailbox.next().await.as_str().unwrap().contains("payments-api"));
    assert!(invoke(&gate, "b", schedule(0)).await["done_at"].is_string(), "it is done");
    assert!(mailbox.is_empty().await, "once");
}

/// The service that is looked at alone when the process ends, twice, is left out and told of; the others have their turn.
#[tokio::test]
async fn a_service_that_ends_the_process_each_time_is_left_out_and_told_of() {
    let mailbox = Mailbox::open().await;
    let mut world = world(&mailbox).await;
    let mut gate = world.slo_gate().await;
    for _ in 0..3 {
        world = killed(&mut gate, world).await;
    }
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!((&swept["saw"]["services"], &swept["saw"]["failed"]), (&json!(6), &json!(1)), "{swept:#}");
    assert_eq!(swept["saw"]["levels"]["page"], 1, "the others have their turn: {swept:#}");
    let failures = swept["saw"]["failures"].to_string();
    assert!(failures.contains("checkout-web") && failures.contains("left out for an hour"), "{swept:#}");
    assert!(mailbox.next().await.as_str().unwrap().contains("payments-api"));
}
