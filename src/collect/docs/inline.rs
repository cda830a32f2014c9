//! The running text of one block while it is read: words, links and pictures.

use super::model::{Block, BlockKind, Link};

/// Links that may be open inside one another; markup forbids nesting, hostile markup nests anyway.
const OPEN_LINKS: usize = 8;

/// Text under construction.
#[derive(Debug, Default)]
pub(super) struct Inline {
    pub(super) text: String,
    pub(super) line: u64,
    pub(super) ticked: Option<bool>,
    links: Vec<Link>,
    open: Vec<OpenLink>,
    /// What stands for the pictures, in case nothing else stands there.
    pictures: String,
}

#[derive(Debug)]
struct OpenLink {
    target: String,
    line: u64,
    text_from: usize,
    pictures_from: usize,
}

impl Inline {
    pub(super) fn at(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    pub(super) fn picture(&mut self, label: &str) {
        self.pictures.push_str(label);
        self.pictures.push(' ');
    }

    pub(super) fn open_link(&mut self, target: &str, line: u64) {
        if self.open.len() < OPEN_LINKS {
            let (text_from, pictures_from) = (self.text.len(), self.pictures.len());
            self.open.push(OpenLink { target: target.to_owned(), line, text_from, pictures_from });
        }
    }

    pub(super) fn close_link(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let text = self.text.get(open.text_from..).unwrap_or_default();
        let label =
            if text.trim().is_empty() { self.pictures.get(open.pictures_from..).unwrap_or_default() } else { text };
        if !open.target.trim().is_empty() {
            self.links.push(Link { start: open.text_from, ..Link::written(label, &open.target, open.line) });
        }
    }

    /// The block; a paragraph of nothing but pictures becomes a picture.
    pub(super) fn block(mut self, kind: BlockKind, lead_in: String) -> Block {
        while !self.open.is_empty() {
            self.close_link();
        }
        let only_pictures = self.text.trim().is_empty() && !self.pictures.trim().is_empty();
        let (kind, text) = if only_pictures { (BlockKind::Image, self.pictures) } else { (kind, self.text) };
        Block { kind, line: self.line, text, lead_in, cells: Vec::new(), ticked: self.ticked, links: self.links }
    }
}
