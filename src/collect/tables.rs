//! The tables about the world that lie beside the policies: read where they are used, never compiled in.

use serde::de::DeserializeOwned;

use crate::bundle::Bundle;

/// The table `tables/<name>.yaml`. A table that is missing or does not parse is an error in words; facts that rest on it
/// are then not known.
pub(crate) fn load<T: DeserializeOwned>(policies: &Bundle, name: &str) -> Result<T, String> {
    let path = format!("tables/{name}.yaml");
    let text = policies.get(&path).ok_or_else(|| format!("{path} is missing"))?;
    crate::yaml::from_str(text).map_err(|error| format!("{path}: {error}"))
}
