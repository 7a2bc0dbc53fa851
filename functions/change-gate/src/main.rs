//! The Lambda function `change-gate`.

use change_gate::ChangeGate;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    tollgate_gate::run::<ChangeGate>("change-gate").await
}
