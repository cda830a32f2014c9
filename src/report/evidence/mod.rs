//! The evidence report, for readers who trust nothing: every verdict with what it rests on, where that can be looked at, what
//! was not seen, and the command that reproduces it. One self-contained page in HTML, and the same in Markdown.

mod page;
mod words;

use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub(super) use words::{DISCLAIMER, claim};

use super::template::{self, TemplateError};
use crate::model::assessment::Assessment;
use page::Page;

/// The style of the page; the policy of the page names its digest, so that no other style can take effect.
const STYLE: &str = "evidence.style.j2";

#[derive(Serialize)]
struct Html<'a> {
    page: Page<'a>,
    style: &'static str,
    style_digest: String,
}

#[derive(Serialize)]
struct Markdown<'a> {
    page: Page<'a>,
}

pub(super) fn html(assessment: &Assessment) -> Result<String, TemplateError> {
    let style = template::source(STYLE)?;
    let style_digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
    template::page("evidence.html.j2", Html { page: Page::of(assessment), style, style_digest })
}

pub(super) fn markdown(assessment: &Assessment) -> Result<String, TemplateError> {
    template::page("evidence.md.j2", Markdown { page: Page::of(assessment) })
}

#[cfg(test)]
mod tests;
