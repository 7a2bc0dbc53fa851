//! The Lambda function `slo-gate`.

use slo_gate::SloGate;

fn main() -> Result<(), lambda_runtime::Error> {
    tollgate_gate::run::<SloGate>("slo-gate")
}
