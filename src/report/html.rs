//! Pages of HTML: they share one style, and the policy of each names its digest, so that no other style can take effect.

use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::template::{self, TemplateError};

/// The style of every page.
pub(super) const STYLE: &str = "page/style.j2";

#[derive(Serialize)]
struct Styled<P> {
    page: P,
    style: &'static str,
    style_digest: String,
}

/// A page that needs nothing else, from a template that begins with `page/head.html.j2`.
pub(super) fn page(template: &str, page: impl Serialize) -> Result<String, TemplateError> {
    let style = template::source(STYLE)?;
    let style_digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
    template::page(template, Styled { page, style, style_digest })
}
