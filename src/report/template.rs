//! The one place that knows the template engine: templates of ours, compiled once, and templates of users, which reach no file,
//! run for a bounded time and write a bounded text. What is put into a template is escaped for the kind of text it makes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, context};
use serde::{Deserialize as _, Serialize};

use super::style::Style;
use super::{escape, links};
use crate::bundle::Bundle;
use crate::model::assessment::{Assessment, Verdict};
use crate::model::evidence::Evidence;
use crate::model::subject::Subject;

/// Instructions that a user's template may run: far more than a loop over every finding of a large project takes.
const FUEL: u64 = 4_000_000;
/// Bytes that a user's template may write.
const MAX_OUTPUT: usize = 64 * 1024 * 1024;
/// Bytes of a user's template.
const MAX_TEMPLATE: usize = 1024 * 1024;
/// How deep macros and templates may call each other.
const MAX_DEPTH: usize = 100;

/// The name of our escaping for Markdown.
const MARKDOWN: &str = "markdown";
/// The name of our escaping for JSON.
const JSON: &str = "json";

static TEMPLATES: LazyLock<Bundle> = LazyLock::new(Bundle::templates);

/// The templates for documents, compiled when the first one is used.
static BUILT_IN: LazyLock<Result<Environment<'static>, TemplateError>> = LazyLock::new(|| {
    let mut environment = environment()?;
    // Those for terminals use filters that know the terminal.
    for (name, text) in TEMPLATES.files().filter(|(name, _)| kind(name) != AutoEscape::None) {
        environment.add_template(name, text)?;
    }
    Ok(environment)
});

/// Why a template makes no text, with its place.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(String);

impl From<Error> for TemplateError {
    fn from(error: Error) -> Self {
        let mut place = error.name().unwrap_or("the template").to_owned();
        if let Some(line) = error.line() {
            let _ = write!(place, ":{line}");
        }
        let mut text = format!("{place}: {}", error.kind());
        if let Some(detail) = error.detail() {
            let _ = write!(text, ": {detail}");
        }
        let mut cause = std::error::Error::source(&error);
        while let Some(one) = cause {
            // The cause of an error in an included part names its own place.
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
    let source = source(name)?;
    let mut environment = environment()?;
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("wrap", move |text: String, indent: usize| style.wrap(&text, indent));
    environment
        .add_filter("step", move |text: String, number: usize, at: usize| style.item(&format!("{number}."), &text, at));
    environment.add_filter("verbatim", move |text: String, indent: usize| style.verbatim(&text, indent));
    environment.add_filter("bold", move |text: String| style.bold(&style.plain(&text)));
    environment.add_filter("plain", move |text: String| style.plain(&text));
    Ok(environment.render_named_str(name, source, Value::from(Serde(values)))?)
}

/// A built-in template for a document.
pub(super) fn page(name: &str, values: impl Serialize) -> Result<String, TemplateError> {
    let environment = BUILT_IN.as_ref().map_err(Clone::clone)?;
    let mut text = environment.get_template(name)?.render(Value::from(Serde(values)))?;
    text.push('\n');
    Ok(text)
}

/// A built-in file as it is.
pub(super) fn source(name: &str) -> Result<&'static str, TemplateError> {
    TEMPLATES.get(name).ok_or_else(|| TemplateError(format!("{name}: there is no such template")))
}

/// A template of a user.
#[derive(Debug)]
pub struct UserTemplate {
    environment: Environment<'static>,
    name: String,
}

impl UserTemplate {
    /// Reads a template. The end of its name, before `.j2`, says what kind of text it makes: `html` and `xml`, `json`, `md`; in any
    /// other nothing is escaped.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn parse(name: &str, text: String) -> Result<Self, TemplateError> {
        if text.len() > MAX_TEMPLATE {
            return Err(TemplateError(format!("{name}: longer than {MAX_TEMPLATE} bytes")));
        }
        let mut environment = environment()?;
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(MAX_DEPTH);
        environment.add_function("permalink", permalink);
        environment.add_filter("web", |url: &str| links::web(url).map(str::to_owned));
        environment.add_template_owned(name.to_owned(), text)?;
        Ok(Self { environment, name: name.to_owned() })
    }

    /// The text it makes of an assessment.
    ///
    /// # Errors
    /// What is wrong with it, with its line; or that it runs too long or writes too much.
    pub fn render(&self, assessment: &Assessment) -> Result<String, TemplateError> {
        let families: Vec<Value> = assessment
            .catalog
            .families
            .iter()
            .map(|family| {
                let of = |verdict: &&Verdict| verdict.family == family.id;
                let requirements: Vec<&Verdict> = assessment.requirements.iter().filter(of).collect();
                context! { id => &family.id, title => &family.title, requirements => Serde(&requirements) }
            })
            .collect();
        let values = context! {
            assessment => Serde(assessment),
            families => families,
            repository => links::repository(&assessment.subject),
            commit => links::commit(&assessment.subject),
            claim => super::evidence::claim(assessment),
            disclaimer => super::evidence::DISCLAIMER,
        };
        let mut out = Bounded(Vec::new());
        let rendered = self.environment.get_template(&self.name)?.render_captured_to(values, &mut out).map(drop);
        if out.0.len() >= MAX_OUTPUT {
            return Err(TemplateError(format!("{}: it writes more than {MAX_OUTPUT} bytes", self.name)));
        }
        rendered?;
        String::from_utf8(out.0).map_err(|error| TemplateError(format!("{}: {error}", self.name)))
    }
}

/// A buffer that does not grow without end.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = MAX_OUTPUT - self.0.len();
        self.0.extend_from_slice(bytes.get(..left.min(bytes.len())).unwrap_or_default());
        if bytes.len() >= left {
            return Err(io::Error::other("too much output"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn environment() -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(kind);
    environment.set_formatter(write);
    environment.add_filter("code", |text: &str| Value::from_safe_string(escape::code(text)));
    environment.add_filter("prose", prose);
    environment.add_filter("visible", |text: &str| escape::visible(text).into_owned());
    environment.add_filter("tojson", |value: &Value| json(value).map(Value::from_safe_string));
    environment.add_filter("escape", escaped);
    environment.add_filter("e", escaped);
    Ok(environment)
}

/// What kind of text a template makes, by the end of its name.
fn kind(name: &str) -> AutoEscape {
    let name = name.strip_suffix(".j2").unwrap_or(name);
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html" | "htm" | "xhtml" | "xml" | "svg") => AutoEscape::Html,
        Some("md" | "markdown") => AutoEscape::Custom(MARKDOWN.into()),
        Some("json") => AutoEscape::Custom(JSON.into()),
        _ => AutoEscape::None,
    }
}

/// Writes one value, escaped for the kind of text around it.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        return Ok(out.write_str(value.as_str().unwrap_or_default())?);
    }
    Ok(out.write_str(&escaped_for(state.auto_escape(), value)?)?)
}

/// The filter that escapes where it stands, for what is put together by hand.
fn escaped(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    if value.is_safe() {
        return Ok(value.clone());
    }
    // In a text without markup HTML is meant, as everywhere else.
    let kind = match state.auto_escape() {
        AutoEscape::None => &AutoEscape::Html,
        kind => kind,
    };
    escaped_for(kind, value).map(Value::from_safe_string)
}

fn escaped_for(kind: &AutoEscape, value: &Value) -> Result<String, Error> {
    if *kind == AutoEscape::Custom(JSON.into()) {
        return json(value);
    }
    let text = match value.as_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(plain(value)?),
    };
    Ok(match kind {
        AutoEscape::Html => escape::html(&text).into_owned(),
        AutoEscape::Custom(_) => escape::markdown(&text),
        _ => text.into_owned(),
    })
}

/// The filter for sentences: what stands between backticks becomes code, as far as the kind of text around it knows code.
fn prose(state: &State<'_, '_>, text: &str) -> Value {
    match state.auto_escape() {
        AutoEscape::Html => Value::from_safe_string(escape::html_prose(text)),
        kind if *kind == AutoEscape::Custom(MARKDOWN.into()) => Value::from_safe_string(escape::markdown_prose(text)),
        _ => Value::from(text),
    }
}

/// What is no text, as JSON writes it; nothing where there is nothing.
fn plain(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => Ok(String::new()),
        ValueKind::Bool => Ok(value.is_true().to_string()),
        ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => json(value),
        _ => Ok(value.to_string()),
    }
}

/// A value as JSON that is harmless inside HTML too.
fn json(value: &Value) -> Result<String, Error> {
    let text = serde_json::to_string(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, "this cannot be JSON").with_source(error))?;
    if !text.contains(['<', '>', '&', '\'', '\u{2028}', '\u{2029}']) {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// The function `permalink(evidence)`: where a piece of evidence can be looked at, or none.
fn permalink(state: &State<'_, '_>, evidence: &Value) -> Result<Value, Error> {
    let subject = state.lookup("assessment").unwrap_or_default().get_attr("subject")?;
    let subject = Subject::deserialize(subject)?;
    let evidence = Evidence::deserialize(evidence.clone())?;
    Ok(links::of_evidence(&subject, &evidence).map_or_else(|| Value::from(()), Value::from))
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
