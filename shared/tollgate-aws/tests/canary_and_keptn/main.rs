//! Canaries and Keptn gates against odd answers of CloudWatch and against recordings: none makes one pass.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answering;
mod gates;
mod odd;
