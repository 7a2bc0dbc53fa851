//! Accounts of the emulator of Cost Explorer and AWS Budgets, one for each test, so that none takes the answers of another.

use chrono::{Days, NaiveDate, NaiveTime};
use serde_json::{Value, json};

use crate::{
    spending::DAYS_OVER,
    world::{World, now},
};

/// An account that nobody else uses.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its number.
    pub id: String,
    /// By its key the emulator knows who asks.
    access_key: String,
}

impl Account {
    /// Opens one.
    pub async fn open() -> Self {
        let id = format!("{:012}", ulid::Ulid::generate().0 % 1_000_000_000_000);
        let role = format!("arn:aws:iam::{id}:role/tollgate");
        let form = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=tollgate&RoleArn={role}");
        let is_form = ("content-type", "application/x-www-form-urlencoded".to_owned());
        let answer = send("/", &[("authorization", authorization("test", "sts")), is_form], form).await;
        let after = answer.split("<AccessKeyId>").nth(1).unwrap_or_else(|| panic!("no key in {answer}"));
        let access_key = after.split('<').next().unwrap().to_owned();
        Self { id, access_key }
    }

    /// The bill of this world is asked of the account.
    #[must_use]
    pub fn billing(&self, world: World) -> World {
        let world = world.with_billing_at(&crate::billing_endpoint());
        world.with("AWS_ACCESS_KEY_ID", &self.access_key)
    }

    /// Lays out what `GetCostAndUsage` answers: to each question the next one, and to the same question the same.
    pub async fn answers(&self, results: &[Value]) {
        let body = json!({"account_id": self.id, "results": results});
        let is_json = ("content-type", "application/json".to_owned());
        send("/moto-api/static/ce/cost-and-usage-results", &[is_json], body.to_string()).await;
    }

    /// Creates an AWS Budget of a thousand dollars for thirty days, of which ten are over, with what AWS has calculated.
    pub async fn create_budget(&self, name: &str, calculated: Option<Value>) {
        let starts = now().date_naive() - Days::new(DAYS_OVER);
        // Times are seconds on the wire.
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp();
        let period = json!({"Start": midnight(starts), "End": midnight(starts + Days::new(30))});
        let mut budget = json!({"BudgetName": name, "BudgetType": "COST", "TimeUnit": "CUSTOM", "TimePeriod": period,
                                "BudgetLimit": {"Amount": "1000", "Unit": "USD"}});
        if let Some(calculated) = calculated {
            budget["CalculatedSpend"] = calculated;
        }
        let headers = [
            ("authorization", authorization(&self.access_key, "budgets")),
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", "AWSBudgetServiceGateway.CreateBudget".to_owned()),
        ];
        let body = json!({"AccountId": self.id, "Budget": budget});
        assert_eq!(send("/", &headers, body.to_string()).await, "{}");
    }
}

/// The emulator reads who asks for what, and checks no signature.
fn authorization(access_key: &str, service: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential={access_key}/20261118/us-east-1/{service}/aws4_request")
}

async fn send(path: &str, headers: &[(&'static str, String)], body: String) -> String {
    let mut request = crate::agent().post(format!("{}{path}", crate::billing_endpoint()));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = tokio::task::spawn_blocking(move || {
        let mut response = request.send(body).unwrap();
        (response.status(), response.body_mut().read_to_string().unwrap())
    });
    let (status, text) = answer.await.unwrap();
    assert!(status.is_success(), "the emulator answered {status}: {text}");
    text
}
