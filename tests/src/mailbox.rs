//! A topic and a queue of the emulator: what is published to the one can be read from the other.

use std::time::Instant;

use serde_json::Value;

use crate::PATIENCE;

/// A topic that keeps what it is sent.
pub struct Mailbox {
    /// The topic's ARN.
    pub topic: String,
    queue_url: String,
}

impl Mailbox {
    /// A topic and a queue of their own.
    pub async fn open() -> Self {
        let name = format!("tollgate-{}", ulid::Ulid::generate());
        let topic = call("sns", &[("Action", "CreateTopic"), ("Version", "2010-03-31"), ("Name", &name)]).await;
        let topic = between(&topic, "<TopicArn>", "</TopicArn>");
        let queue = call("sqs", &[("Action", "CreateQueue"), ("Version", "2012-11-05"), ("QueueName", &name)]).await;
        let queue_url = between(&queue, "<QueueUrl>", "</QueueUrl>");
        let endpoint = format!("arn:aws:sqs:eu-central-1:000000000000:{name}");
        let subscribe = [
            ("Action", "Subscribe"),
            ("Version", "2010-03-31"),
            ("TopicArn", topic.as_str()),
            ("Protocol", "sqs"),
            ("Endpoint", &endpoint),
            ("Attributes.entry.1.key", "RawMessageDelivery"),
            ("Attributes.entry.1.value", "true"),
        ];
        call("sns", &subscribe).await;
        Self { topic, queue_url }
    }

    /// The next message, waited for.
    pub async fn next(&self) -> Value {
        let started = Instant::now();
        loop {
            if let Some(message) = self.look(1).await {
                return message;
            }
            assert!(started.elapsed() < PATIENCE, "no message came");
        }
    }

    /// Whether there is nothing to read.
    pub async fn is_empty(&self) -> bool {
        self.look(0).await.is_none()
    }

    async fn look(&self, seconds: u32) -> Option<Value> {
        let seconds = seconds.to_string();
        let receive = [
            ("Action", "ReceiveMessage"),
            ("Version", "2012-11-05"),
            ("QueueUrl", self.queue_url.as_str()),
            ("WaitTimeSeconds", &seconds),
            ("MaxNumberOfMessages", "1"),
        ];
        let text = call("sqs", &receive).await;
        if !text.contains("<Body>") {
            return None;
        }
        let handle = between(&text, "<ReceiptHandle>", "</ReceiptHandle>");
        let delete = [
            ("Action", "DeleteMessage"),
            ("Version", "2012-11-05"),
            ("QueueUrl", self.queue_url.as_str()),
            ("ReceiptHandle", &handle),
        ];
        call("sqs", &delete).await;
        let body = between(&text, "<Body>", "</Body>");
        let plain = [
            ("&quot;", "\""),
            ("&#34;", "\""),
            ("&#x27;", "'"),
            ("&#39;", "'"),
            ("&apos;", "'"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&amp;", "&"),
        ]
        .iter()
        .fold(body, |text, (entity, letter)| text.replace(entity, letter));
        Some(serde_json::from_str(&plain).unwrap_or(Value::String(plain)))
    }
}

async fn call(service: &str, form: &[(&str, &str)]) -> String {
    let form: Vec<(String, String)> = form.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let authorization = format!("AWS4-HMAC-SHA256 Credential=test/20261118/eu-central-1/{service}/aws4_request");
    let call = tokio::task::spawn_blocking(move || {
        let request = crate::agent().post(crate::aws_endpoint()).header("authorization", authorization);
        request.send_form(form).unwrap().body_mut().read_to_string().unwrap()
    });
    call.await.unwrap()
}

fn between(text: &str, before: &str, after: &str) -> String {
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("no {before} in {text}")).0.to_owned()
}
