//! Why an answer of a forge is missing, and what would bring it.

use crate::model::fact::{Fact, Reason, SourceId, Unknown};

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    /// The access that would settle it.
    pub(crate) needs: Option<String>,
    /// What exactly went wrong; never with a credential in it.
    pub(crate) detail: Option<String>,
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
}

/// What a question brought.
pub(crate) type Answer<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, needs: None, detail: Some(detail.into()), status: None }
    }

    /// A failure that a certain access would mend.
    pub(crate) fn needing(reason: Reason, needs: impl Into<String>) -> Self {
        Self { reason, needs: Some(needs.into()), detail: None, status: None }
    }

    /// The same failure; where it is about access and the forge did not say which, this one is named.
    pub(crate) fn or_needs(mut self, needs: &str) -> Self {
        let is_access = matches!(self.reason, Reason::Forbidden | Reason::Unauthenticated | Reason::Offline);
        if is_access && self.needs.is_none() {
            self.needs = Some(needs.to_owned());
        }
        self
    }

    /// A fact that is not known for this reason.
    pub(crate) fn fact<T>(&self, src: &[SourceId]) -> Fact<T> {
        let why = Unknown { reason: self.reason, needs: self.needs.clone(), detail: self.detail.clone() };
        Fact::Unknown { why, src: src.to_vec() }
    }
}

/// The fact that an answer makes.
pub(crate) fn fact<T>(answer: Answer<T>, src: &[SourceId]) -> Fact<T> {
    match answer {
        Ok(value) => Fact::known(value, src),
        Err(failure) => failure.fact(src),
    }
}

/// Whether either of two is true. What could not be read keeps it from being false.
pub(crate) fn either(one: &Answer<bool>, other: &Answer<bool>) -> Answer<bool> {
    match (one, other) {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Ok(false), Ok(false)) => Ok(false),
        (Err(failure), _) | (_, Err(failure)) => Err(failure.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn unread() -> Answer<bool> {
        Err(Failure::new(Reason::Forbidden, "no"))
    }

    #[rstest]
    #[case(Ok(true), unread(), Some(true))]
    #[case(unread(), Ok(true), Some(true))]
    #[case(Ok(false), Ok(false), Some(false))]
    #[case(Ok(false), unread(), None)]
    #[case(unread(), Ok(false), None)]
    fn three_values(#[case] one: Answer<bool>, #[case] other: Answer<bool>, #[case] expected: Option<bool>) {
        assert_eq!(either(&one, &other).ok(), expected);
    }
}
