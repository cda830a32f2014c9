//! osps answers one question with evidence: which maturity level of the OSPS Baseline does a project stand at, and what
//! exactly stands between it and the next?
//!
//! ```text
//! collect -> facts.json -> evaluate (policies) -> rulings -> assess -> assessment.json -> report
//! ```
//!
//! A module imports only from lower floors; `tests/architecture.rs` keeps it so.

pub mod assess;
pub mod audit;
pub mod bundle;
pub mod catalog;
pub mod claims;
pub mod cli;
pub mod collect;
pub mod compare;
pub mod config;
pub mod fix;
pub mod model;
pub mod policy;
pub mod portfolio;
pub mod report;
pub mod store;
pub mod yaml;
