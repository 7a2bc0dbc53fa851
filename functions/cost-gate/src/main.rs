//! The Lambda function `cost-gate`.

use cost_gate::CostGate;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tollgate_gate::run::<CostGate>("cost-gate").await
}
