//! Builds, checks, runs and benches Tollgate: cargo xtask.
fn main() {}
