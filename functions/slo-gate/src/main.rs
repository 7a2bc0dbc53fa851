//! The Lambda function `slo-gate`.

use slo_gate::SloGate;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tollgate_gate::run::<SloGate>("slo-gate").await
}
