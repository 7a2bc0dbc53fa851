//! May this change go ahead? A Lambda function.
fn main() {}
