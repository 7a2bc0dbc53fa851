//! The services that a sweep looks at.

use crate::{telemetry::Traffic, world::World};

/// Traffic for all services that are watched, of which one has its own.
pub async fn publish_all(world: &World, payments: Traffic) {
    world.publish("payments-api", payments).await;
    for service in ["ledger-db", "fraud-scoring", "checkout-web", "notifications", "search-api"] {
        // Little enough for four nines.
        world.publish(service, Traffic { bad_ppm: 0, ..Traffic::HEALTHY }).await;
    }
}

/// Leaves only those in the catalogue, without budgets and maintenance.
pub fn rest_is_silent(world: &World) {
    for service in ["card-payment", "fraud-model", "settlement-export", "telemetry"] {
        std::fs::remove_file(world.policies().join(format!("data/services/{service}.yaml"))).unwrap();
        std::fs::remove_file(world.policies().join(format!("data/slos/{service}.yaml"))).unwrap();
    }
    for folder in ["maintenance", "budgets"] {
        std::fs::remove_dir_all(world.policies().join("data").join(folder)).unwrap();
    }
}
