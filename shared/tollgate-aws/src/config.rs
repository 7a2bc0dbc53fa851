//! How AWS is reached.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, environment::region::EnvironmentVariableRegionProvider};
use aws_sdk_cloudwatch::config::ProvideCredentials as _;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_millis(400);

/// The configuration of AWS clients, from the environment: region, credentials, `AWS_ENDPOINT_URL`. Attempts are few and
/// short, since a decision waits for them; what the first call fails at is retried with jitter.
pub async fn sdk_config() -> SdkConfig {
    let tls = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new())
        .http_client(Lazy(tls))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        )
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(ATTEMPTS)
                .with_initial_backoff(FIRST_BACKOFF)
                .with_max_backoff(LONGEST_BACKOFF),
        )
        .load()
        .await
}

/// What keeps requests from being sent at all.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// No region was named.
    #[error("no AWS region is set: set `AWS_REGION`, for example to `eu-central-1`")]
    Region,
    /// There is nothing to sign requests with.
    #[error(
        "no AWS credentials were found: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` (with temporary ones also \
         `AWS_SESSION_TOKEN`), or `AWS_PROFILE` to a profile that has keys ({0})"
    )]
    Credentials(String),
}

/// Looks whether requests can be sent: with a region where one is needed, and with credentials.
///
/// # Errors
/// What is missing and how to set it.
pub async fn ready(config: &SdkConfig, needs_region: bool) -> Result<(), NotReady> {
    if needs_region && config.region().is_none() {
        return Err(NotReady::Region);
    }
    let missing = || NotReady::Credentials("no source of credentials is set up".to_owned());
    let provider = config.credentials_provider().ok_or_else(missing)?;
    provider.provide_credentials().await.map(drop).map_err(|error| NotReady::Credentials(error.to_string()))
}

/// Loads the system's certificates at the first request: they take longer to read than the rest of a start.
#[derive(Debug)]
struct Lazy(SharedHttpClient);

impl HttpClient for Lazy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }
}
