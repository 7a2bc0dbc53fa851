//! Replaces a process whose policy evaluator hangs: after the answer was sent, the process ends and Lambda starts another.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tower::{Layer, Service};

/// Ends the process after an invocation once `is_wedged` says so.
#[derive(Clone)]
pub struct EndWhenWedged {
    is_wedged: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl EndWhenWedged {
    /// `is_wedged` is asked after each answer.
    pub fn new(is_wedged: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { is_wedged: Arc::new(is_wedged) }
    }
}

impl<S> Layer<S> for EndWhenWedged {
    type Service = Ending<S>;

    fn layer(&self, inner: S) -> Ending<S> {
        Ending { inner, is_wedged: Arc::clone(&self.is_wedged) }
    }
}

/// The service that [`EndWhenWedged`] makes.
pub struct Ending<S> {
    inner: S,
    is_wedged: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl<S, Request> Service<Request> for Ending<S>
where
    S: Service<Request>,
    S::Future: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (answer, is_wedged) = (self.inner.call(request), Arc::clone(&self.is_wedged));
        Box::pin(async move {
            let answer = answer.await;
            if is_wedged() {
                tracing::error!("a policy evaluation hangs: this process ends and is replaced");
                std::process::exit(70);
            }
            answer
        })
    }
}
