//! Why a request failed: what to tell a person, and whether it may pass.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudwatch::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;

/// Why a request to CloudWatch failed, for a person.
pub(crate) fn describe<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    described("CloudWatch", "cloudwatch:GetMetricData", error)
}

/// Why a request failed, for a person: to which service, and the action that it takes.
pub(crate) fn described<E>(service: &str, action: &str, error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if matches!(error, SdkError::TimeoutError(_)) {
        return format!("{service} did not answer in time, in any of the attempts");
    }
    if let Some(code) = error.code() {
        let hint = if code.contains("AccessDenied") { format!(" (allow `{action}`)") } else { String::new() };
        return format!("{service} refused with `{code}`: {}{hint}", error.message().unwrap_or("without a message"));
    }
    match error.raw_response() {
        // A page of something on the way, or of a service that is down.
        Some(answer) => {
            format!("{service} answered with status {}, and no more that is known: {}", answer.status(), told(error))
        }
        None => format!("{service} cannot be reached: {}", told(error)),
    }
}

/// Is it a throttle, a timeout, or a failure on CloudWatch's side or on the way to it?
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html>
pub(crate) fn may_pass<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(refusal) => {
            let status = refusal.raw().status().as_u16();
            let throttled = |code: &str| code.contains("Throttl") || code.contains("LimitExceeded");
            status >= 500 || status == 429 || error.code().is_some_and(throttled)
        }
        _ => false,
    }
}

/// Why a role could not be assumed, where that is what a request failed by.
pub(crate) fn not_assumed(role: &str, error: &(dyn Error + 'static)) -> Option<String> {
    let credentials = causes(error).find(|cause| cause.is::<CredentialsError>())?;
    let refusals = causes(credentials).filter_map(|cause| cause.downcast_ref::<AssumeRoleError>());
    let mut codes = refusals.filter_map(|refusal| Some((refusal.code()?, refusal.message())));
    let reason = match codes.next() {
        Some((code, message)) => format!("STS refused with `{code}`: {}", message.unwrap_or("without a message")),
        None => told(credentials),
    };
    Some(format!(
        "`{role}` could not be assumed: {reason} (allow `sts:AssumeRole` on it to this function's role, and let its \
         trust policy trust that)"
    ))
}

/// An error and what caused it.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut reasons: Vec<String> = causes(error).map(ToString::to_string).collect();
    reasons.dedup();
    reasons.join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}
