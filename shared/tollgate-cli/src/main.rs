//! The tollgate command, for policy authors and operators.
fn main() {}
