//! The Lambda function `cost-gate`.

use cost_gate::CostGate;

fn main() -> Result<(), lambda_runtime::Error> {
    tollgate_gate::run::<CostGate>("cost-gate")
}
