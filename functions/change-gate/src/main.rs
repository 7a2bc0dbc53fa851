//! The Lambda function `change-gate`.

use change_gate::ChangeGate;

fn main() -> Result<(), lambda_runtime::Error> {
    tollgate_gate::run::<ChangeGate>("change-gate")
}
