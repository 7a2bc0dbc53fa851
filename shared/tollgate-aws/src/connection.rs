//! The clients of CloudWatch and of Application Signals: one for each region and role, kept for the life of the process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::{SdkConfig, identity::IdentityCache, sts::AssumeRoleProvider};
use aws_sdk_applicationsignals::Client as SignalsClient;
use aws_sdk_cloudwatch::{
    Client,
    config::{
        Region, SharedCredentialsProvider, SharedIdentityCache,
        retry::{RetryConfig, RetryPartition, TokenBucket},
    },
};

use crate::quota::{Pace, Quota};

/// What assumed roles are named by in the logs of the accounts that they read.
const SESSION_NAME: &str = "tollgate";
/// Credentials are renewed so long before they expire.
const RENEWED_BEFORE: Duration = Duration::from_mins(2);

/// A client, and the pace of the account and region that it asks.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) pace: Pace,
}

/// Whom to ask: a region and a role, each the caller's own when absent.
pub(crate) type Whom = (Option<String>, Option<String>);

/// A role's credentials, for all regions.
#[derive(Debug, Clone)]
struct Role {
    provider: SharedCredentialsProvider,
    cache: SharedIdentityCache,
}

/// Opens connections, and keeps them.
#[derive(Debug)]
pub(crate) struct Connections {
    own: Client,
    /// What roles are assumed with.
    sdk: Option<SdkConfig>,
    quota: Quota,
    kept: Mutex<BTreeMap<Whom, Arc<Connection>>>,
    signals: Mutex<BTreeMap<Whom, SignalsClient>>,
    roles: Mutex<BTreeMap<String, Role>>,
}

impl Connections {
    pub(crate) fn new(client: &Client, sdk: Option<SdkConfig>, quota: Quota) -> Self {
        // What fails is asked for again in `Call`: attempts of the SDK would multiply with those.
        let config = client.config().to_builder().retry_config(RetryConfig::disabled());
        let own = Client::from_conf(config.build());
        Self { own, sdk, quota, kept: Mutex::default(), signals: Mutex::default(), roles: Mutex::default() }
    }

    /// The same, with another quota.
    pub(crate) fn with_quota(&self, quota: Quota) -> Self {
        let (own, sdk) = (self.own.clone(), self.sdk.clone());
        Self { own, sdk, quota, kept: Mutex::default(), signals: Mutex::default(), roles: Mutex::default() }
    }

    /// The region that is asked where none is named.
    pub(crate) fn own_region(&self) -> Option<String> {
        self.own.config().region().map(ToString::to_string)
    }

    /// The connection to a region, as a role.
    ///
    /// # Errors
    /// When roles cannot be assumed at all.
    pub(crate) async fn to(&self, whom: &Whom) -> Result<Arc<Connection>, String> {
        if let Some(connection) = kept(&self.kept).get(whom) {
            return Ok(Arc::clone(connection));
        }
        let (region, role) = whom;
        let mut config = self.own.config().to_builder();
        config.set_region(region.clone().or_else(|| self.own_region()).map(Region::new));
        if let Some(arn) = role {
            let role = self.role(arn, region.as_ref()).await?;
            // Set as it is: what is wrapped anew is cached anew.
            config.set_credentials_provider(Some(role.provider));
            config = config.identity_cache(role.cache);
        }
        let connection = Connection { client: Client::from_conf(config.build()), pace: Pace::new(self.quota) };
        Ok(Arc::clone(kept(&self.kept).entry(whom.clone()).or_insert_with(|| Arc::new(connection))))
    }

    /// The client of Application Signals in a region, as a role.
    ///
    /// # Errors
    /// When there is no configuration of AWS.
    pub(crate) async fn signals(&self, whom: &Whom) -> Result<SignalsClient, String> {
        if let Some(client) = kept(&self.signals).get(whom) {
            return Ok(client.clone());
        }
        let (region, role) = whom;
        let sdk = self.sdk.as_ref().ok_or("Application Signals cannot be read: no AWS configuration is there")?;
        let mut config = aws_sdk_applicationsignals::config::Builder::from(sdk).retry_partition(retries());
        if let Some(region) = region {
            config = config.region(Region::new(region.clone()));
        }
        if let Some(arn) = role {
            let role = self.role(arn, region.as_ref()).await?;
            config.set_credentials_provider(Some(role.provider));
            config = config.identity_cache(role.cache);
        }
        let client = SignalsClient::from_conf(config.build());
        Ok(kept(&self.signals).entry(whom.clone()).or_insert(client).clone())
    }

    async fn role(&self, arn: &str, region: Option<&String>) -> Result<Role, String> {
        if let Some(role) = kept(&self.roles).get(arn) {
            return Ok(role.clone());
        }
        let sdk =
            self.sdk.as_ref().ok_or_else(|| format!("`{arn}` cannot be assumed: no AWS configuration is there"))?;
        let mut provider = AssumeRoleProvider::builder(arn).configure(sdk).session_name(SESSION_NAME);
        if let Some(region) = region.filter(|_| sdk.region().is_none()) {
            provider = provider.region(Region::new(region.clone()));
        }
        let role = Role {
            provider: SharedCredentialsProvider::new(provider.build().await),
            cache: IdentityCache::lazy().buffer_time(RENEWED_BEFORE).build(),
        };
        Ok(kept(&self.roles).entry(arn.to_owned()).or_insert(role).clone())
    }
}

/// The SDK's own bucket of retries would run dry in a sweep, for decisions too: attempts are bounded by their number and
/// by the deadline.
fn retries() -> RetryPartition {
    RetryPartition::custom("tollgate").token_bucket(TokenBucket::unlimited()).build()
}

fn kept<T>(map: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
