//! Identifiers of the standard: families, requirements and levels.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The id of one assessment requirement, such as `OSPS-AC-01.01`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct RequirementId(String);

impl RequirementId {
    /// The id of a policy that no catalog knows.
    pub(crate) fn unassigned() -> Self {
        Self("OSPS-XX-00.00".to_owned())
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two-letter family, such as `AC`.
    pub fn family(&self) -> &str {
        &self.0[5..7]
    }

    /// The id of the control, such as `OSPS-AC-01`.
    pub fn control(&self) -> &str {
        &self.0[..10]
    }
}

/// What is wrong with a text that should be a requirement id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a requirement id: expected the form OSPS-AC-01.01")]
pub struct NotAnId(pub String);

impl FromStr for RequirementId {
    type Err = NotAnId;

    /// Accepts any case, and the short form without the `OSPS-` prefix.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.trim().to_ascii_uppercase();
        let full = if upper.starts_with("OSPS-") { upper } else { format!("OSPS-{upper}") };
        let bytes = full.as_bytes();
        let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
        let shape = bytes.len() == 13
            && bytes[5..7].iter().all(u8::is_ascii_uppercase)
            && bytes[7] == b'-'
            && digits(8..10)
            && bytes[10] == b'.'
            && digits(11..13);
        if shape { Ok(Self(full)) } else { Err(NotAnId(text.to_owned())) }
    }
}

impl TryFrom<String> for RequirementId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RequirementId> for String {
    fn from(id: RequirementId) -> Self {
        id.0
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A maturity level of the standard: 1, 2 or 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8")]
pub struct Level(u8);

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 3] = [Self(1), Self(2), Self(3)];

    /// The number of the level.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Level {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1..=3 => Ok(Self(number)),
            _ => Err(format!("`{number}` is not a maturity level: expected 1, 2 or 3")),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim()
            .parse::<u8>()
            .map_err(|_| format!("`{text}` is not a maturity level: expected 1, 2 or 3"))
            .and_then(Self::try_from)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("OSPS-AC-01.01", Some("OSPS-AC-01.01"))]
    #[case("osps-vm-02.01", Some("OSPS-VM-02.01"))]
    #[case("AC-03.02", Some("OSPS-AC-03.02"))]
    #[case("OSPS-AC-1.1", None)]
    #[case("OSPS-AC-01", None)]
    #[case("", None)]
    #[case("OSPS-ÄÖ-01.01", None)]
    fn ids(#[case] text: &str, #[case] expected: Option<&str>) {
        let id = text.parse::<RequirementId>().ok();
        assert_eq!(id.as_ref().map(RequirementId::as_str), expected);
    }

    #[test]
    fn parts_of_an_id() {
        let id: RequirementId = "OSPS-QA-05.02".parse().expect("an id");
        assert_eq!((id.family(), id.control()), ("QA", "OSPS-QA-05"));
    }
}
