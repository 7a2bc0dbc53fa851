//! A real function binary, as a process of its own.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::Notify,
    task::JoinHandle,
};

use crate::{
    PATIENCE, agent,
    runtime_api::{Answer, RuntimeApi},
};

/// A running function and the Lambda around it. The process dies with this value.
pub struct Function {
    /// The Lambda around it.
    pub api: RuntimeApi,
    child: Child,
    log: Arc<Log>,
    readers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    more: Notify,
}

/// What a request over HTTP gave.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// The body, when it is JSON.
    pub body: Value,
}

impl Function {
    /// Starts the binary with this environment and nothing else.
    pub async fn start(binary: &str, environment: &[(&str, &str)], authorizer: Value) -> anyhow::Result<Self> {
        let api = RuntimeApi::start(authorizer).await?;
        let (child, log, readers) = spawn(binary, environment, &api)?;
        Ok(Self { api, child, log, readers })
    }

    /// Starts the binary again after it was killed, with the same Lambda around it.
    pub fn start_again(&mut self, binary: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
        (self.child, self.log, self.readers) = spawn(binary, environment, &self.api)?;
        Ok(())
    }

    /// Waits until it asks for work.
    ///
    /// # Errors
    /// With what it logged, when it ends before, or takes too long.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let ended = tokio::select! {
            () = self.api.polled() => return Ok(()),
            status = self.child.wait() => format!("it ended with {}", status?),
            () = tokio::time::sleep(PATIENCE) => "it never asked for work".to_owned(),
        };
        anyhow::bail!("{ended}; it logged\n{}", self.log().join("\n"))
    }

    /// Sends a request to the function URL.
    pub async fn http(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
        let url = format!("http://{}{path}", self.api.address);
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", "application/json").body(body.to_owned()).unwrap();
        tokio::task::spawn_blocking(move || send(request)).await.unwrap()
    }

    /// Asks about a change, with an idempotency key or without.
    pub async fn ask(&self, key: Option<&str>, change: &Value) -> HttpAnswer {
        let headers: Vec<(&str, &str)> = key.map(|key| ("Idempotency-Key", key)).into_iter().collect();
        self.http("POST", "/v1/gates/change", &headers, &json!({"change": change}).to_string()).await
    }

    /// Invokes the function directly, as `cargo lambda invoke` and Step Functions do.
    pub async fn invoke(&self, request_id: &str, payload: Value) -> Option<Answer> {
        // Longer than any test lets it take: a function that is gone never answers.
        let answer = tokio::time::timeout(5 * PATIENCE, self.api.invoke(request_id, payload)).await;
        answer.unwrap_or_else(|_| panic!("it never answered `{request_id}`; it logged\n{}", self.log().join("\n")))
    }

    /// Waits until the log has a line with this text, and gives the line.
    pub async fn logged(&self, text: &str) -> String {
        let found = async {
            loop {
                let more = self.log.more.notified();
                if let Some(line) = self.log.lines.lock().unwrap().iter().find(|line| line.contains(text)) {
                    return line.clone();
                }
                more.await;
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(line) => line,
            Err(_) => panic!("the function never logged `{text}`; it logged\n{}", self.log().join("\n")),
        }
    }

    /// Everything that it wrote so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lines.lock().unwrap().clone()
    }

    /// The most memory it ever held, where the kernel tells.
    pub fn peak_memory_kibibytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Kills it with SIGKILL: no handler, no clean-up.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
        self.api.give_up();
    }

    /// Waits for it to end by itself.
    pub async fn ended(&mut self) -> std::process::ExitStatus {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the function should have ended");
        for reader in std::mem::take(&mut self.readers) {
            reader.await.unwrap();
        }
        status.unwrap()
    }
}

fn spawn(
    binary: &str,
    environment: &[(&str, &str)],
    api: &RuntimeApi,
) -> anyhow::Result<(Child, Arc<Log>, Vec<JoinHandle<()>>)> {
    let mut child = Command::new(crate::binary(binary)?)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", &api.address)
        .env("AWS_LAMBDA_FUNCTION_NAME", binary)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("RUST_BACKTRACE", "0")
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let log = Arc::new(Log::default());
    let stdout = child.stdout.take().map(|out| tokio::spawn(Arc::clone(&log).keep(BufReader::new(out))));
    let stderr = child.stderr.take().map(|out| tokio::spawn(Arc::clone(&log).keep(BufReader::new(out))));
    Ok((child, log, stdout.into_iter().chain(stderr).collect()))
}

impl Log {
    async fn keep(self: Arc<Self>, lines: impl AsyncBufReadExt + Unpin) {
        let mut lines = lines.lines();
        while let Ok(Some(line)) = lines.next_line().await {
            self.lines.lock().unwrap().push(line);
            self.more.notify_waiters();
        }
    }
}

fn send(request: ureq::http::Request<String>) -> HttpAnswer {
    let mut response = agent().run(request).unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    HttpAnswer {
        status: response.status().as_u16(),
        content_type: content_type.to_owned(),
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}
