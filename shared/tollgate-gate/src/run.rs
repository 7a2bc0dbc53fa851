//! The process of a function: opened once, then asked until Lambda ends it.

use std::sync::Arc;

use lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, value::RawValue};
use tollgate_lambda::{log, wedged::EndWhenWedged};

use crate::{House, config::Config};

/// What a gate's process does.
pub trait Function: Sized + Send + Sync + 'static {
    /// Opens it.
    ///
    /// # Errors
    /// When policies or data are not in order, or the configuration cannot be followed. A gate that cannot start decides
    /// nothing.
    fn open(config: Config) -> impl Future<Output = Result<Self, lambda_runtime::Error>>;

    /// What it works with.
    fn house(&self) -> &House;

    /// Answers one event. Over HTTP every problem is an answer; to a direct invocation, a schedule or an event it is a
    /// function error, so that AWS delivers it again.
    ///
    /// # Errors
    /// For all but HTTP, when what was asked is not done.
    fn handle(&self, payload: &str, context: &Context) -> impl Future<Output = Result<Value, Diagnostic>>;
}

/// A thread that is just done is not yet idle, so that a busy run would start one after the other, each with memory of its
/// own: work that blocks is SQLite's, one piece at a time, and the resolution of names.
const BLOCKING_THREADS: usize = 4;

/// Opens a gate and answers events until the process ends.
///
/// # Errors
/// When it cannot start, with the reason in the log.
pub fn run<F: Function>(name: &str) -> Result<(), lambda_runtime::Error> {
    log::start();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.max_blocking_threads(BLOCKING_THREADS).enable_all().build()?.block_on(serve::<F>(name))
}

async fn serve<F: Function>(name: &str) -> Result<(), lambda_runtime::Error> {
    let open = async { F::open(Config::from_env()?).await };
    let gate = Arc::new(open.await.inspect_err(|error| tracing::error!(%error, "{name} cannot start"))?);
    let watched = Arc::clone(&gate);
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let gate = Arc::clone(&gate);
        // Boxed, since the layers around it would otherwise nest deeper than the compiler looks.
        async move { Box::pin(gate.handle(event.payload.get(), &event.context)).await }
    });
    let is_wedged = move || watched.house().evaluator.is_wedged();
    Runtime::new(handler).layer(EndWhenWedged::new(is_wedged)).run().await
}
