//! The modules that a source file imports.

/// The modules that `text` imports and that are not the language's own, each with its line.
pub(crate) fn of(_language: &str, _text: &str) -> Vec<(String, u64)> {
    Vec::new()
}
