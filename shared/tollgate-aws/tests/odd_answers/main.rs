//! Odd answers of CloudWatch: each must end as evidence that carries no approval, about the facts it concerns only.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod answering;
mod contents;
mod failures;
mod sweeping;
