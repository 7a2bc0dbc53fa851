//! What Lambda hands over: a request over HTTP (function URL, HTTP API), or a direct invocation.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use tollgate_core::facts::ANONYMOUS;

use crate::problem::Problem;

/// Lambda takes 6 MiB in one request. In an event a body of that size is longer: its quotes are escaped, or it is in base64.
const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A request over HTTP.
    Http(HttpRequest),
    /// The payload of a direct invocation, as it came.
    Direct(Vec<u8>),
}

/// A request over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`, in capitals.
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// Headers by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// The caller's identity as AWS verified it, `local` under the local emulator, `anonymous` otherwise.
    pub principal: String,
}

/// The parts of payload format 2.0 that are read. Local emulators leave out much of the rest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    raw_path: Option<String>,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    #[serde(default)]
    domain_name: Option<String>,
    #[serde(default)]
    authorizer: Option<Authorizer>,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: String,
    #[serde(default)]
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Authorizer {
    #[serde(default)]
    iam: Option<Iam>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Iam {
    #[serde(default)]
    user_arn: Option<String>,
}

/// The one sign of a request over HTTP, whose sender reads a status.
#[derive(Debug, Deserialize)]
struct Sign {
    #[serde(default, rename = "requestContext")]
    request_context: Option<BTreeMap<String, IgnoredAny>>,
}

/// Was it sent over HTTP, so that a status is an answer to it? To all else only a function error says that it is not done.
pub fn is_http(payload: &str) -> bool {
    // A list would be read as the fields in their order.
    let sign: Option<Sign> = serde_json::from_str(payload).ok().filter(|_| is_object(payload));
    sign.and_then(|sign| sign.request_context).is_some_and(|context| context.contains_key("http"))
}

fn is_object(payload: &str) -> bool {
    payload.trim_start().starts_with('{')
}

/// What tells events apart. None of these is a field of a change.
#[derive(Debug, Default, Deserialize)]
struct Probe<'a> {
    #[serde(borrow, default, rename = "requestContext")]
    request_context: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "httpMethod")]
    http_method: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "rawPath")]
    raw_path: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "Records")]
    records: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
}

impl Probe<'_> {
    fn other_service(&self) -> Option<&'static str> {
        // `cargo lambda watch` puts `httpMethod` into events of format 2.0 as well.
        let old_http = self.http_method.filter(|_| self.raw_path.is_none());
        let services = [
            (old_http, "API Gateway's payload format 1.0 or a load balancer"),
            (self.records, "SNS, SQS or S3"),
            (self.detail_type, "EventBridge"),
        ];
        services.into_iter().find_map(|(sign, service)| sign.map(|_| service))
    }
}

impl Event {
    /// Tells a request over HTTP from a direct invocation.
    ///
    /// # Errors
    /// When the payload is larger than Lambda allows, or looks like a request over HTTP and cannot be read as one.
    pub fn read(payload: &str) -> Result<Self, Problem> {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(Problem::too_large(payload.len(), MAX_PAYLOAD_BYTES));
        }
        let probe = serde_json::from_str::<Probe<'_>>(payload).ok().filter(|_| is_object(payload)).unwrap_or_default();
        // Local emulators put fields of other formats beside the request context, so that comes first.
        let is_http = |context: &RawValue| serde_json::from_str::<RequestContext>(context.get()).is_ok();
        if !probe.request_context.is_some_and(is_http) {
            if let Some(kind) = probe.other_service() {
                return Err(Problem::bad_request(format!(
                    "this is an event of {kind}: ask over the function URL, or invoke with the change itself"
                )));
            }
            if probe.request_context.is_none() {
                return Ok(Self::Direct(payload.as_bytes().to_vec()));
            }
        }
        let payload: Payload = serde_json::from_str(payload)
            .map_err(|error| Problem::bad_request(format!("unreadable event: {error}")))?;
        HttpRequest::from_payload(payload).map(Self::Http)
    }
}

impl HttpRequest {
    fn from_payload(payload: Payload) -> Result<Self, Problem> {
        let Payload { raw_path, headers, body, is_base64_encoded, request_context } = payload;
        let body = match (body, is_base64_encoded) {
            (None, _) => Vec::new(),
            (Some(text), false) => text.into_bytes(),
            (Some(text), true) => STANDARD
                .decode(text)
                .map_err(|_| Problem::bad_request("the body is marked as base64 and is not".to_owned()))?,
        };
        let headers =
            headers.unwrap_or_default().into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Ok(Self {
            method: request_context.http.method.to_ascii_uppercase(),
            path: raw_path.or(request_context.http.path).unwrap_or_else(|| "/".to_owned()),
            headers,
            body,
            principal: principal(request_context.authorizer, request_context.domain_name.as_deref()),
        })
    }

    /// The value of a header, by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// AWS writes the request context, so a caller over HTTP cannot forge it. Whoever may invoke the function directly can,
/// and is trusted by IAM to do so.
fn principal(authorizer: Option<Authorizer>, domain_name: Option<&str>) -> String {
    let verified = authorizer.and_then(|authorizer| authorizer.iam).and_then(|iam| iam.user_arn);
    match (verified, domain_name) {
        (Some(arn), _) => arn,
        (None, Some("localhost")) => "local".to_owned(),
        (None, _) => ANONYMOUS.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Event, is_http};

    fn http(change: impl FnOnce(&mut serde_json::Value)) -> super::HttpRequest {
        let mut payload = json!({
            "version": "2.0", "rawPath": "/v1/health", "headers": {"X-Amzn-Trace-Id": "Root=1"},
            "requestContext": {"http": {"method": "get"}, "domainName": "abc.lambda-url.eu-central-1.on.aws"},
            "isBase64Encoded": false,
        });
        change(&mut payload);
        match Event::read(&payload.to_string()).unwrap() {
            Event::Http(request) => request,
            Event::Direct(_) => panic!("taken for a direct invocation"),
        }
    }

    #[test]
    fn reads_a_function_url_request_as_aws_and_emulators_send_it() {
        let request = http(|_| {});
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/v1/health"));
        assert_eq!(request.header("x-amzn-trace-id"), Some("Root=1"));
        assert_eq!(http(|payload| payload["body"] = json!("{}")).body, b"{}");
        let encoded = http(|payload| {
            payload["body"] = json!("e30=");
            payload["isBase64Encoded"] = json!(true);
        });
        assert_eq!(encoded.body, b"{}");
        assert_eq!(http(|payload| payload["body"] = json!(null)).body, b"");
        // `cargo lambda watch` sends this field of another format, too.
        assert_eq!(http(|payload| payload["httpMethod"] = json!("GET")).method, "GET");
        assert_eq!(http(|payload| payload["httpMethod"] = json!("GET")).path, "/v1/health");
    }

    #[test]
    fn the_principal_is_what_aws_verified_and_never_a_header() {
        let arn = "arn:aws:sts::111122223333:assumed-role/ci/build";
        let signed = http(|payload| payload["requestContext"]["authorizer"] = json!({"iam": {"userArn": arn}}));
        assert_eq!(signed.principal, arn);
        assert_eq!(http(|_| {}).principal, "anonymous");
        let local = http(|payload| payload["requestContext"]["domainName"] = json!("localhost"));
        assert_eq!(local.principal, "local");
        let forged = http(|payload| payload["headers"] = json!({"Host": "localhost", "authorization": arn}));
        assert_eq!(forged.principal, "anonymous");
    }

    #[test]
    fn anything_else_is_a_direct_invocation() {
        for payload in ["{}", r#"{"id": "x"}"#, "[]", "[1]", r#"[{"http": {"method": "GET"}}]"#, "null", "not json"] {
            assert!(!is_http(payload), "{payload}");
            assert_eq!(Event::read(payload).unwrap(), Event::Direct(payload.as_bytes().to_vec()));
        }
    }

    #[test]
    fn events_that_are_no_question_say_what_they_are() {
        for (payload, expected) in [
            (r#"{"requestContext": 5, "id": "x"}"#, "unreadable event"),
            (r#"{"requestContext": {"http": {}}}"#, "unreadable event"),
            (r#"{"httpMethod": "POST", "requestContext": {}}"#, "payload format 1.0"),
            (r#"{"Records": []}"#, "SNS, SQS or S3"),
            (r#"{"detail-type": "Scheduled Event", "id": "x"}"#, "EventBridge"),
        ] {
            let problem = Event::read(payload).unwrap_err();
            assert!(problem.status == 400 && problem.detail.contains(expected), "{payload}: {}", problem.detail);
        }
    }

    #[test]
    fn only_a_request_over_http_is_answered_with_a_status() {
        for (payload, expected) in [
            (r#"{"requestContext": {"http": {}}}"#, true),
            (r#"{"requestContext": {"http": 5}, "Records": []}"#, true),
            (r#"{"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": {"http": {}}}"#, false),
            (r#"{"requestContext": 5, "http": {}}"#, false),
            (r#"[{"requestContext": {"http": {}}}]"#, false),
        ] {
            assert_eq!(is_http(payload), expected, "{payload}");
        }
    }

    #[test]
    fn a_body_that_is_not_base64_is_refused() {
        let payload = json!({"requestContext": {"http": {"method": "POST"}}, "body": "{}", "isBase64Encoded": true});
        assert_eq!(Event::read(&payload.to_string()).unwrap_err().status, 400);
    }

    proptest! {
        #[test]
        fn no_payload_panics(payload in ".*") {
            let _ = Event::read(&payload);
        }
    }
}
