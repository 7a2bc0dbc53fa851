//! What Lambda hands over: any text is a request, a direct invocation or a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tollgate_lambda::event::Event;

fuzz_target!(|payload: &str| match Event::read(payload) {
    Ok(Event::Direct(bytes)) => assert_eq!(bytes, payload.as_bytes()),
    Ok(Event::Http(request)) => {
        let value: Value = serde_json::from_str(payload).expect("a request is JSON");
        let context = &value["requestContext"];
        assert_eq!(request.method, request.method.to_ascii_uppercase());
        assert!(request.headers.keys().all(|name| *name == name.to_ascii_lowercase()));
        match request.principal.as_str() {
            "local" if context["domainName"] == "localhost" => {}
            "anonymous" => {}
            verified => assert_eq!(context["authorizer"]["iam"]["userArn"], verified),
        }
    }
    Err(problem) => assert!((400..500).contains(&problem.status) && !problem.detail.is_empty()),
});
