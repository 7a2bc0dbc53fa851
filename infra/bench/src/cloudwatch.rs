//! A stand-in for CloudWatch that takes a fixed time for each call and has every datapoint that it is asked for.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{Response, StatusCode},
    routing::post,
};
use ciborium::Value;
use tokio::{net::TcpListener, time::Instant};

/// How long each call takes.
pub const CALL: Duration = Duration::from_millis(50);

/// What an answer depends on: start, end, period and the number of queries, which are named `m0`, `m1` and so on.
type Asked = (i64, i64, i64, usize);

/// The stand-in, and what it has counted.
#[derive(Debug, Clone, Default)]
pub struct StandIn {
    answers: Arc<Mutex<HashMap<Asked, Bytes>>>,
    calls: Arc<AtomicU64>,
}

impl StandIn {
    /// Starts to answer, and gives its address.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(&self) -> anyhow::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let routes = Router::new()
            .route("/service/{service}/operation/{operation}", post(answer))
            .layer(axum::extract::DefaultBodyLimit::max(8 << 20))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(address)
    }

    /// The calls since it was last asked.
    pub fn take_calls(&self) -> u64 {
        self.calls.swap(0, Ordering::Relaxed)
    }

    /// Answers are kept, so that the time to write one is not part of a call.
    fn body(&self, asked: Asked) -> anyhow::Result<Bytes> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(body) = answers.get(&asked) {
            return Ok(body.clone());
        }
        let body = written(asked)?;
        answers.insert(asked, body.clone());
        Ok(body)
    }
}

async fn answer(State(stand_in): State<StandIn>, request: Bytes) -> Response<Body> {
    let began = Instant::now();
    stand_in.calls.fetch_add(1, Ordering::Relaxed);
    let body = asked(&request).and_then(|asked| stand_in.body(asked));
    tokio::time::sleep_until(began + CALL).await;
    let (status, body) = match body {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => (StatusCode::BAD_REQUEST, Bytes::from(error.to_string())),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("content-type", axum::http::HeaderValue::from_static("application/cbor"));
    headers.insert("smithy-protocol", axum::http::HeaderValue::from_static("rpc-v2-cbor"));
    response
}

fn asked(request: &[u8]) -> anyhow::Result<Asked> {
    let request: Value = ciborium::from_reader(request)?;
    let time = |name| match field(&request, name)? {
        Value::Tag(1, seconds) => whole(seconds),
        other => whole(other),
    };
    let queries = field(&request, "MetricDataQueries")?.as_array().context("the queries are no list")?;
    let first = queries.first().context("there is no query")?;
    let period = whole(field(field(first, "MetricStat")?, "Period")?)?;
    Ok((time("StartTime")?, time("EndTime")?, period, queries.len()))
}

fn field<'a>(value: &'a Value, name: &str) -> anyhow::Result<&'a Value> {
    let found = value.as_map().and_then(|entries| entries.iter().find(|(key, _)| key.as_text() == Some(name)));
    found.map(|(_, value)| value).with_context(|| format!("there is no `{name}`"))
}

fn whole(value: &Value) -> anyhow::Result<i64> {
    match value {
        Value::Integer(integer) => Ok(i64::try_from(*integer)?),
        // Times are whole seconds.
        Value::Float(seconds) => Ok(*seconds as i64),
        other => anyhow::bail!("`{other:?}` is no number"),
    }
}

/// A thousand events at each datapoint.
fn written((start, end, period, queries): Asked) -> anyhow::Result<Bytes> {
    let step = usize::try_from(period)?;
    let times: Vec<Value> = (start..end).step_by(step).map(|time| Value::Tag(1, Box::new(time.into()))).collect();
    let entry = |name: &str, value: Value| (Value::Text(name.to_owned()), value);
    let values = Value::Array(vec![Value::Float(1000.0); times.len()]);
    let result = |index: usize| {
        Value::Map(vec![
            entry("Id", Value::Text(format!("m{index}"))),
            entry("Label", Value::Text("Requests".to_owned())),
            entry("Timestamps", Value::Array(times.clone())),
            entry("Values", values.clone()),
            entry("StatusCode", Value::Text("Complete".to_owned())),
        ])
    };
    let results = Value::Array((0..queries).map(result).collect());
    let mut body = Vec::new();
    ciborium::into_writer(&Value::Map(vec![entry("MetricDataResults", results)]), &mut body)?;
    Ok(body.into())
}
