//! A stand-in for Lambda: the Runtime API that a function polls, and a function URL in front of it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};

/// What the function answered: a payload, or a function error.
pub type Answer = Result<Value, Value>;

/// The stand-in; it ends with the test's runtime.
#[derive(Clone)]
pub struct RuntimeApi {
    /// `127.0.0.1:PORT`
    pub address: String,
    shared: Arc<Shared>,
}

struct Shared {
    queue: mpsc::UnboundedSender<Invocation>,
    next: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
    authorizer: Value,
    swallow_answers: Mutex<bool>,
    seconds: Mutex<u64>,
    polls: watch::Sender<usize>,
    init_errors: Mutex<Vec<Value>>,
}

struct Invocation {
    id: String,
    payload: Value,
}

impl RuntimeApi {
    /// Starts on a free port. `authorizer` is what AWS would say of callers of the function URL.
    pub async fn start(authorizer: Value) -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (queue, next) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            queue,
            next: AsyncMutex::new(next),
            waiting: Mutex::default(),
            authorizer,
            swallow_answers: Mutex::new(false),
            seconds: Mutex::new(120),
            polls: watch::Sender::new(0),
            init_errors: Mutex::default(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next_invocation))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .fallback(function_url)
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, shared })
    }

    /// How much time the next invocations have.
    pub fn give_seconds(&self, seconds: u64) {
        *self.shared.seconds.lock().unwrap() = seconds;
    }

    /// Hands a payload to the function under a request id, and waits for what it answers. `None` when the answer was
    /// dropped: the function died, or answers are swallowed.
    pub async fn invoke(&self, request_id: &str, payload: Value) -> Option<Answer> {
        self.shared.invoke(request_id.to_owned(), payload).await
    }

    /// Whether answers are lost on their way, as when Lambda goes away before it read them.
    pub fn swallow_answers(&self, swallow: bool) {
        *self.shared.swallow_answers.lock().unwrap() = swallow;
    }

    /// Gives up what the function has not answered, as Lambda does when the process dies.
    pub fn give_up(&self) {
        self.shared.waiting.lock().unwrap().clear();
    }

    /// Waits until the function asks for its first invocation.
    pub async fn polled(&self) {
        let _ = self.shared.polls.subscribe().wait_for(|count| *count > 0).await;
    }

    /// What the function said when it could not start.
    pub fn init_errors(&self) -> Vec<Value> {
        self.shared.init_errors.lock().unwrap().clone()
    }
}

impl Shared {
    async fn invoke(&self, id: String, payload: Value) -> Option<Answer> {
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(id.clone(), sender);
        self.queue.send(Invocation { id, payload }).ok()?;
        answer.await.ok()
    }

    fn answer(&self, id: &str, answer: Answer) -> StatusCode {
        let sender = self.waiting.lock().unwrap().remove(id);
        if !*self.swallow_answers.lock().unwrap()
            && let Some(sender) = sender
        {
            let _ = sender.send(answer);
        }
        StatusCode::ACCEPTED
    }
}

async fn next_invocation(State(shared): State<Arc<Shared>>) -> Response {
    shared.polls.send_modify(|count| *count += 1);
    let Some(Invocation { id, payload }) = shared.next.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + Duration::from_secs(*shared.seconds.lock().unwrap());
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:000000000000:function:test".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-0-0".to_owned()),
    ];
    (headers, payload.to_string()).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    shared.answer(&id, Ok(serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    shared.answer(&id, Err(serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    shared.init_errors.lock().unwrap().push(serde_json::from_slice(&body).unwrap_or(Value::Null));
    StatusCode::ACCEPTED
}

/// Turns a request into payload format 2.0, as a function URL does, and the function's answer into a response.
async fn function_url(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 6 << 20).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let payload = json!({
        "version": "2.0",
        "rawPath": parts.uri.path(),
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": lower_case(&parts.headers),
        "requestContext": {
            "http": {"method": parts.method.as_str(), "path": parts.uri.path(), "protocol": "HTTP/1.1"},
            "domainName": "abc.lambda-url.eu-central-1.on.aws",
            "authorizer": shared.authorizer,
        },
        "body": String::from_utf8_lossy(&body),
        "isBase64Encoded": false,
    });
    let request_id = format!("url-{}", ulid::Ulid::generate());
    match shared.invoke(request_id, payload).await {
        Some(Ok(answer)) => {
            let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(502);
            let headers: HeaderMap = answer["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((name.parse().ok()?, value.as_str()?.parse().ok()?)))
                .collect();
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, headers, answer["body"].as_str().unwrap_or_default().to_owned()).into_response()
        }
        Some(Err(_)) | None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn lower_case(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
