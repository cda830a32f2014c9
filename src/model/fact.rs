//! Facts: one observation each, known with its sources or unknown with a reason.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Names an entry of `collection.sources` in the facts document.
pub type SourceId = &'static str;

/// One observation. Absence is knowledge (`known` with `null`, `false` or an empty list);
/// only being unable to look is unknown.
///
/// As JSON: `{"known": value, "src": ["git"]}` or
/// `{"unknown": {"reason": "offline", "needs": "a token"}, "src": []}`; a list that was cut
/// carries `"complete": false` beside `known`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact<T> {
    /// The source was read.
    Known {
        /// What was seen.
        value: T,
        /// Whether everything there is was seen; `false` for a list that was cut.
        complete: bool,
        /// Where it was seen.
        src: Vec<SourceId>,
    },
    /// The source could not be read.
    Unknown {
        /// Why, and what would settle it.
        why: Unknown,
        /// Where it would have been seen.
        src: Vec<SourceId>,
    },
}

/// Why a fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unknown {
    /// The class of the obstacle.
    pub reason: Reason,
    /// What would settle it, as a phrase: «a token with `administration: read`».
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// What exactly went wrong, when there is something to say: the file and the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The classes of obstacles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The run was not allowed to ask anybody.
    Offline,
    /// Asked without a credential where one is needed.
    Unauthenticated,
    /// Asked with a credential that may not see it.
    Forbidden,
    /// Nobody asked: it has to be supplied or switched on.
    NotRequested,
    /// The source has no such thing, or osps cannot read this kind of source.
    Unsupported,
    /// The source asked to come back later.
    RateLimited,
    /// A limit of osps was reached before the end.
    Truncated,
    /// It is there and does not parse.
    ParseError,
    /// Anything else that went wrong.
    Error,
}

impl<T> Fact<T> {
    /// A fact that was seen in full.
    pub fn known(value: T, src: &[SourceId]) -> Self {
        Self::Known { value, complete: true, src: src.to_vec() }
    }

    /// A list of which only a part was seen.
    pub fn partial(value: T, src: &[SourceId]) -> Self {
        Self::Known { value, complete: false, src: src.to_vec() }
    }

    /// `known` or `partial`, by a flag.
    pub fn seen(value: T, complete: bool, src: &[SourceId]) -> Self {
        Self::Known { value, complete, src: src.to_vec() }
    }

    /// A fact that could not be seen.
    pub fn unknown(reason: Reason, needs: impl Into<String>, src: &[SourceId]) -> Self {
        Self::Unknown { why: Unknown { reason, needs: Some(needs.into()), detail: None }, src: src.to_vec() }
    }

    /// A fact that could not be seen, with what went wrong.
    pub fn broken(reason: Reason, detail: impl Into<String>, src: &[SourceId]) -> Self {
        Self::Unknown { why: Unknown { reason, needs: None, detail: Some(detail.into()) }, src: src.to_vec() }
    }

    /// The value, if it is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unknown { .. } => None,
        }
    }

    /// Whether the fact is known and nothing was cut.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Known { complete: true, .. })
    }

    /// The same knowledge about something derived from the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known { value, complete, src } => Fact::Known { value: f(value), complete, src },
            Self::Unknown { why, src } => Fact::Unknown { why, src },
        }
    }
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Known { value, complete, src } => {
                if !complete {
                    map.serialize_entry("complete", &false)?;
                }
                map.serialize_entry("known", value)?;
                map.serialize_entry("src", src)?;
            }
            Self::Unknown { why, src } => {
                map.serialize_entry("src", src)?;
                map.serialize_entry("unknown", why)?;
            }
        }
        map.end()
    }
}

impl<T: JsonSchema> JsonSchema for Fact<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Fact_of_{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("osps::Fact<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        let why = generator.subschema_for::<Unknown>();
        let src = json_schema!({"type": "array", "items": {"type": "string"}});
        json_schema!({
            "oneOf": [
                {
                    "type": "object",
                    "required": ["known", "src"],
                    "additionalProperties": false,
                    "properties": {"known": value, "complete": {"const": false}, "src": src}
                },
                {
                    "type": "object",
                    "required": ["unknown", "src"],
                    "additionalProperties": false,
                    "properties": {"unknown": why, "src": src}
                }
            ]
        })
    }
}
