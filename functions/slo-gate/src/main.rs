//! The Lambda function `slo-gate`.

use std::sync::Arc;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use slo_gate::SloGate;
use tollgate_gate::config::Config;
use tollgate_lambda::{log, wedged::EndWhenWedged};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    log::start();
    let gate = Arc::new(SloGate::open(Config::from_env()?).await.inspect_err(|error| {
        tracing::error!(%error, "slo-gate cannot start");
    })?);
    let watched = Arc::clone(&gate);
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let gate = Arc::clone(&gate);
        async move { gate.handle(event.payload.get(), &event.context).await }
    });
    Runtime::new(handler).layer(EndWhenWedged::new(move || watched.is_wedged())).run().await
}
