//! The one place that knows the template engine.

use std::fmt::Write as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error};
use serde::Serialize;

use super::style::Style;
use crate::bundle::Bundle;

/// Why a template makes no text, with its place.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);

impl From<Error> for TemplateError {
    fn from(error: Error) -> Self {
        let mut text = error.name().unwrap_or("the template").to_owned();
        if let Some(line) = error.line() {
            let _ = write!(text, ":{line}");
        }
        let _ = write!(text, ": {}", error.kind());
        if let Some(detail) = error.detail() {
            let _ = write!(text, ": {detail}");
        }
        let mut cause = std::error::Error::source(&error);
        while let Some(one) = cause {
            let _ = write!(text, ": {one}");
            cause = one.source();
        }
        Self(text)
    }
}

/// A built-in template for a terminal or for a file that people go on editing: nothing is escaped, and the filters `wrap`, `step`,
/// `verbatim`, `bold` and `plain` know the place of output.
///
/// # Errors
/// A defect of the template.
pub fn text(name: &str, style: Style, values: impl Serialize) -> Result<String, TemplateError> {
    let templates = Bundle::templates();
    let source = templates.get(name).ok_or_else(|| TemplateError(format!("{name}: there is no such template")))?;
    let mut environment = environment()?;
    environment.add_filter("wrap", move |text: String, indent: usize| style.wrap(&text, indent));
    environment
        .add_filter("step", move |text: String, number: usize, at: usize| style.item(&format!("{number}."), &text, at));
    environment.add_filter("verbatim", move |text: String, indent: usize| style.verbatim(&text, indent));
    environment.add_filter("bold", move |text: String| style.bold(&style.plain(&text)));
    environment.add_filter("plain", move |text: String| style.plain(&text));
    Ok(environment.render_named_str(name, source, Value::from(Serde(values)))?)
}

fn environment() -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    Ok(environment)
}
