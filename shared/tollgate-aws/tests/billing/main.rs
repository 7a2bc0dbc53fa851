//! The bill, through the real SDK: Cost Explorer and AWS Budgets answer in the process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod aws_budgets;
mod aws_services;
mod bill;
mod double;
mod failures;
mod months;
mod months_failures;
mod odd;
mod one_answer;
mod outlook;
mod scale;
mod served;
mod slices;
