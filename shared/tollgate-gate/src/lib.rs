//! What all gates do alike, around the one thing that each does its own way: gathering its facts.
//!
//! A function opens a [`House`], receives a [`Question`], gathers facts, and has them judged and recorded here. Each step
//! is a call that the function makes, so its way from question to answer can be read in one place.

mod ask;
pub mod bill;
pub mod clock;
pub mod config;
mod days;
mod entries;
mod house;
mod keep;
mod once;
mod respond;
mod round;
mod routes;
mod run;
mod scope;
mod send;
mod suspects;
mod tell;
mod triggered;

pub use ask::{Question, decision_id, key};
pub use entries::{dependencies, objectives};
pub use house::{House, gather_limit, unavailable};
pub use keep::{Kept, Turn};
pub use once::{lease_seconds, time_left};
pub use respond::respond;
pub use round::{Place, Round};
pub use routes::{Request, route};
pub use run::{Function, run};
pub use scope::check_scope;
pub use suspects::{Batch, LEFT_OUT, Trying, batches};
pub use tell::{Told, notice_config};
