//! The evidence report, for readers who trust nothing: every verdict with what it rests on, where that can be looked at, what
//! was not seen, and the command that reproduces it. One self-contained page in HTML, and the same in Markdown.

mod page;
mod words;

use serde::Serialize;

pub(super) use words::{DISCLAIMER, claim, day};

use super::html;
use super::template::{self, TemplateError};
use crate::model::assessment::Assessment;
use page::Page;

#[derive(Serialize)]
struct Markdown<'a> {
    page: Page<'a>,
}

pub(super) fn html(assessment: &Assessment) -> Result<String, TemplateError> {
    html::page("evidence.html.j2", Page::of(assessment))
}

/// The page as one of several, which leads back to the one above it.
pub(super) fn page_within(assessment: &Assessment, back: &'static str) -> Result<String, TemplateError> {
    let mut page = Page::of(assessment);
    page.back = Some(back);
    html::page("evidence.html.j2", page)
}

pub(super) fn markdown(assessment: &Assessment) -> Result<String, TemplateError> {
    template::page("evidence.md.j2", Markdown { page: Page::of(assessment) })
}

#[cfg(test)]
mod tests;
