//! Floor 1: the only module that knows the policy engine. It loads policies, evaluates them over one facts document and
//! checks what they say; it never reads a repository and never decides anything itself.

mod engine;
mod guard;
mod lint;
mod schema;
mod source;
mod test;

pub use engine::{Engine, Run};
pub use lint::{Finding, lint};
pub use schema::FactsSchema;
pub use source::{Policies, Policy, PolicyError};
pub use test::{TestOutcome, TestResult, test};
