//! What a function finds around it: policies, telemetry and a ledger of its own, at a time that stands still.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Datelike as _, Days, NaiveTime, Utc, Weekday};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    bill::{Line, bill, calm},
    billing::Billing,
    function::Function,
    telemetry::{Traffic, Version, publish, publish_version, rejuvenate},
};

/// The emulator drops what is older than two weeks, so a world is at most one week old and remembers six days.
const DAYS: i64 = 6;
/// The caller of the function URL, as AWS would verify it; configuration trusts it to say who approved.
pub const PIPELINE: &str = "arn:aws:sts::123456789012:assumed-role/ci-deploy/run-1842";
/// The bill, in the world's folder.
const BILL: &str = "bill.json";
const REGION: &str = "eu-central-1";

/// A folder, a CloudWatch namespace and a ledger that nobody else uses.
pub struct World {
    folder: TempDir,
    namespace: String,
    environment: Vec<(String, String)>,
}

impl World {
    /// The shipped policies over telemetry of this world's own.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let namespace = format!("Tollgate/Test-{}", ulid::Ulid::generate());
        let policies = folder.path().join("policies");
        copy(&workspace_policies(), &policies, &|text| text.replace("Tollgate/Demo", &namespace));
        rejuvenate(&policies, DAYS, now()).unwrap();
        // The calendar's freezes come and go; the rule has tests of its own.
        fs::write(policies.join("data/calendars/freezes.yaml"), "freezes: []\n").unwrap();
        let environment = [
            ("TOLLGATE_POLICIES", policies.display().to_string()),
            ("TOLLGATE_LEDGER", format!("sqlite:{}", folder.path().join("ledger.sqlite").display())),
            ("TOLLGATE_TELEMETRY", "cloudwatch".to_owned()),
            ("TOLLGATE_BILLING", format!("recorded:{}", folder.path().join(BILL).display())),
            ("TOLLGATE_CLOCK", now().to_rfc3339()),
            ("AWS_ENDPOINT_URL", crate::aws_endpoint()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let world = Self { folder, namespace, environment: environment.into() };
        world.bill(&calm());
        world
    }

    /// Puts another bill into its place, which was fetched some hours ago.
    pub fn bill(&self, lines: &[Line]) {
        let fetched_at = now() - chrono::Duration::hours(3);
        fs::write(self.folder.path().join(BILL), bill(lines, fetched_at).to_string()).unwrap();
    }

    /// Sets a variable of the function's environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(existing, _)| existing != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Keeps decisions in a DynamoDB table of this world's own.
    pub async fn with_dynamodb(self) -> Self {
        let table = format!("tollgate-{}", ulid::Ulid::generate());
        let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let key = |name: &str, kind: &str| json!({"AttributeName": name, "KeyType": kind});
        let request = json!({
            "TableName": table, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [attribute("pk"), attribute("sk")],
            "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
        });
        let made = tokio::task::spawn_blocking(move || {
            crate::agent()
                .post(crate::aws_endpoint())
                .header("x-amz-target", "DynamoDB_20120810.CreateTable")
                .header("content-type", "application/x-amz-json-1.0")
                .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20261118/eu-central-1/dynamodb/aws4_request")
                .send(request.to_string())
        });
        assert_eq!(made.await.unwrap().unwrap().status(), 200, "the emulator made no table");
        self.with("TOLLGATE_LEDGER", &format!("dynamodb:{table}"))
    }

    /// The world's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What was noted of deliveries that could not be read, by their digests.
    pub fn unread(&self) -> Vec<String> {
        let ledger = rusqlite::Connection::open(self.folder().join("ledger.sqlite")).unwrap();
        let notes = "SELECT body FROM documents WHERE collection LIKE '[\"unread\"%' ORDER BY key";
        let mut notes = ledger.prepare(notes).unwrap();
        notes.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// The copy of the policies, to be changed as a test needs.
    pub fn policies(&self) -> PathBuf {
        self.folder.path().join("policies")
    }

    /// Puts a month of a service's telemetry into CloudWatch.
    pub async fn publish(&self, service: &str, traffic: Traffic) {
        let traffic = Traffic { days: DAYS, ..traffic };
        publish(&crate::aws_endpoint(), REGION, &self.namespace, service, &traffic, now()).await.unwrap();
    }

    /// Puts the last half hour of a version of a service into CloudWatch.
    pub async fn publish_version(&self, service: &str, version: Version) {
        publish_version(&crate::aws_endpoint(), REGION, &self.namespace, service, version, now()).await.unwrap();
    }

    /// Starts the change gate, asked by the pipeline.
    pub async fn change_gate(&self) -> Function {
        self.change_gate_asked_by(json!({"iam": {"userArn": PIPELINE}})).await
    }

    /// Starts the change gate, asked by somebody else.
    pub async fn change_gate_asked_by(&self, authorizer: Value) -> Function {
        Function::start("change-gate", &self.environment(), authorizer).await.unwrap()
    }

    /// Starts the SLO gate, asked by the pipeline.
    pub async fn slo_gate(&self) -> Function {
        let pipeline = json!({"iam": {"userArn": PIPELINE}});
        Function::start("slo-gate", &self.environment(), pipeline).await.unwrap()
    }

    /// Starts the cost gate, asked by the pipeline.
    pub async fn cost_gate(&self) -> Function {
        let pipeline = json!({"iam": {"userArn": PIPELINE}});
        Function::start("cost-gate", &self.environment(), pipeline).await.unwrap()
    }

    /// The bill is asked of this stand-in, instead of the recorded one.
    #[must_use]
    pub fn with_billing(self, billing: &Billing) -> Self {
        self.with_billing_at(&billing.endpoint)
    }

    /// The bill is asked of what stands at this address.
    #[must_use]
    pub fn with_billing_at(self, endpoint: &str) -> Self {
        let names = ["AWS_ENDPOINT_URL_COST_EXPLORER", "AWS_ENDPOINT_URL_BUDGETS"];
        let asked = self.with("TOLLGATE_BILLING", "aws");
        names.into_iter().fold(asked, |world, name| world.with(name, endpoint))
    }

    /// Instead of the shipped budgets: those of this file.
    #[must_use]
    pub fn with_budgets(self, file: &str) -> Self {
        let folder = self.policies().join("data/budgets");
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("test.yaml"), file).unwrap();
        self
    }

    /// Takes a rule off the list of those that are expected to run.
    pub fn expect_no(&self, rule: &str) {
        let file = self.policies().join("expected_rules.yaml");
        let (text, line) = (fs::read_to_string(&file).unwrap(), format!("  {rule}:"));
        let kept: String = text.split_inclusive('\n').filter(|listed| !listed.starts_with(&line)).collect();
        assert_ne!(kept, text, "{rule} is not listed");
        fs::write(&file, kept).unwrap();
    }

    /// Writes more about a service into its file of the catalogue.
    #[must_use]
    pub fn with_service(self, service: &str, more: &str) -> Self {
        let file = self.policies().join("data/services").join(format!("{service}.yaml"));
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}{more}")).unwrap();
        self
    }

    /// Sets a threshold of the organisation's own, by group and name.
    #[must_use]
    pub fn with_threshold(self, group: &str, name: &str, value: &str) -> Self {
        let file = self.policies().join("data/settings/organisation.yaml");
        let (group, text) = (format!("  {group}:\n"), fs::read_to_string(&file).unwrap());
        // A group stands there once.
        let (after, before) =
            if text.contains(&group) { (group.as_str(), "") } else { ("thresholds:\n", group.as_str()) };
        let more = format!("{after}{before}    {name}: {value}\n");
        fs::write(&file, text.replacen(after, &more, 1)).unwrap();
        self
    }

    /// The same world, some minutes later.
    #[must_use]
    pub fn later(self, minutes: i64) -> Self {
        let at = now() + chrono::Duration::minutes(minutes);
        self.with("TOLLGATE_CLOCK", &at.to_rfc3339())
    }

    /// The name of the world's metrics.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The function's environment.
    pub fn environment(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// Ten o'clock on the last Wednesday.
pub fn now() -> DateTime<Utc> {
    let today = Utc::now().date_naive();
    let since_wednesday = u64::from(today.weekday().days_since(Weekday::Wed));
    let wednesday = today - Days::new(if since_wednesday == 0 { 7 } else { since_wednesday });
    wednesday.and_time(NaiveTime::from_hms_opt(10, 0, 0).unwrap()).and_utc()
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// The shipped policies.
pub fn workspace_policies() -> PathBuf {
    crate::workspace().join("policies")
}

/// A change to payments-api that two of its owners approved.
pub fn change(service: &str, id: &str) -> Value {
    json!({
        "id": id, "service": service, "environment": "production", "type": "normal", "author": "github:4519",
        "commit": "9f2c41e", "summary": "raise the connection pool", "rollback": {"plan": "redeploy the release before"},
        "links": ["https://ci.example.com/runs/1842?token=abc"],
        "approvals": [{"by": "github:77", "commit": "9f2c41e"}, {"by": "github:1203", "commit": "9f2c41e"}],
    })
}

fn copy(from: &Path, to: &Path, rewrite: &dyn Fn(&str) -> String) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target, rewrite);
        } else {
            fs::write(target, rewrite(&fs::read_to_string(path).unwrap())).unwrap();
        }
    }
}
