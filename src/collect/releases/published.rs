//! The releases that a forge lists, and which of them is the newest: the one that the tags name where the clone holds all of
//! them, else the one that the list itself shows.

use super::assets::{Delivered, Shelf};
use super::kinds::Kinds;
use super::version::Words;
use super::{Release, Releases, Tag, TagRef, Tagged, Versioned, latest};
use crate::collect::Context;
use crate::collect::forge::failure::{Answer, Failure};
use crate::collect::forge::{Asked, ReleasePage, attested, contents};
use crate::model::fact::{Fact, Reason, SourceId};

const FORGE: &[SourceId] = &["releases"];
const READ: &str = "a read token";

/// What the forge lists.
pub(super) struct Published<'a> {
    cx: &'a Context<'a>,
    asked: &'a Asked<'a>,
    tagged: &'a Tagged,
    words: Result<Words, String>,
}

impl<'a> Published<'a> {
    pub(super) fn new(cx: &'a Context<'a>, asked: &'a Asked<'a>, tagged: &'a Tagged) -> Self {
        Self { cx, asked, tagged, words: Words::load(cx.policies) }
    }

    fn list(&self) -> Result<(&'a [ReleasePage], bool), &'a Failure> {
        self.asked.seen.releases.list.as_ref().map(|(pages, complete)| (pages.as_slice(), *complete))
    }

    /// Whether the forge shows any release.
    pub(super) fn any(&self) -> Option<bool> {
        self.list().ok().map(|(pages, _)| pages.iter().any(|page| !page.draft))
    }

    /// Puts what the forge says in place of what was not known, and reads what the newest release delivers.
    pub(super) fn lay_over(&self, releases: &mut Releases, never: bool) -> Delivered {
        let (pages, complete) = match self.list() {
            Ok(list) => list,
            Err(failure) => {
                let why = failure.clone().or_needs(READ);
                releases.list = why.fact(FORGE);
                return self.unread(releases, &why);
            }
        };
        releases.list = Fact::seen(pages.iter().map(|page| self.release(page)).collect(), complete, FORGE);
        if never {
            return nothing();
        }
        match self.newest(pages, complete) {
            Ok(Some((page, tag))) => {
                if let Some(tag) = &tag {
                    // Of a tag that the clone does not hold, what only git knows was not seen.
                    let whole = tag.commit.is_some();
                    let src: &[SourceId] = if whole { &["git", "releases"] } else { FORGE };
                    releases.latest.tag = Fact::seen(Some(tag.clone()), whole, src);
                }
                releases.latest.body = Fact::known(page.body.clone().filter(|body| !body.trim().is_empty()), FORGE);
                releases.latest.immutable = match page.immutable {
                    Some(immutable) => Fact::known(immutable, FORGE),
                    None => {
                        Fact::unknown(Reason::Unsupported, "a server that tells whether releases are immutable", FORGE)
                    }
                };
                self.deliver(page, tag.as_ref())
            }
            // The newest release is a tag without a page: it carries no text and no files.
            Ok(None) => {
                releases.latest.body = Fact::known(None, FORGE);
                releases.latest.immutable = Fact::known(false, FORGE);
                nothing()
            }
            Err(failure) => self.unread(releases, &failure),
        }
    }

    /// The text of the newest release, with its tag.
    pub(super) fn newest_text(&self) -> Answer<Option<(&'a str, &'a str)>> {
        let (pages, complete) = self.list().map_err(Clone::clone)?;
        let newest = self.newest(pages, complete)?;
        let said = newest.and_then(|(page, _)| Some((page.tag.as_str(), page.body.as_deref()?)));
        Ok(said.filter(|(_, body)| !body.trim().is_empty()))
    }

    fn unread(&self, releases: &mut Releases, why: &Failure) -> Delivered {
        // What is already known stays known: a project that never made a release delivers nothing.
        if releases.latest.body.value().is_none() {
            releases.latest.body = why.fact(FORGE);
            releases.latest.immutable = why.fact(FORGE);
            return Delivered {
                assets: why.fact(FORGE),
                attestations: why.fact(&["attestations"]),
                sboms: why.fact(FORGE),
                vex: (Vec::new(), false),
            };
        }
        nothing()
    }

    fn release(&self, page: &ReleasePage) -> Release {
        Release {
            tag: page.tag.clone(),
            name: page.name.clone(),
            draft: page.draft,
            prerelease: page.prerelease,
            published_at: page.published_at.clone(),
            version_like: self.words.as_ref().is_ok_and(|words| words.read(&page.tag).is_some()),
        }
    }

    /// The page of the newest release with its tag, from the clone where it holds it, else as the page tells of it where
    /// it names a version; no page where the newest is a bare tag.
    fn newest<'p>(&self, pages: &'p [ReleasePage], complete: bool) -> Answer<Option<(&'p ReleasePage, Option<Tag>)>> {
        let with_tag = |page: &'p ReleasePage| {
            let all = || self.tagged.versions.iter().chain(&self.tagged.other_tags);
            (page, all().find(|tag| tag.name == page.tag).cloned())
        };
        let public = || pages.iter().filter(|page| !page.draft);
        if let Some(tag) = &self.tagged.latest {
            return match public().find(|page| page.tag == tag.name) {
                Some(page) => Ok(Some(with_tag(page))),
                None if complete => Ok(None),
                None => {
                    Err(Failure::new(Reason::Truncated, "the newest release is not among those that are listed first"))
                }
            };
        }
        let words = self.words.as_ref().map_err(|error| Failure::new(Reason::Error, error.clone()))?;
        let versions: Vec<Versioned> = public()
            .filter_map(|page| {
                let seconds = page.published_at.as_deref()?.parse::<jiff::Timestamp>().ok()?.as_second();
                let commit = gix::ObjectId::null(gix::hash::Kind::Sha1);
                let tag = TagRef { name: page.tag.clone(), commit, seconds, annotated: false, signed: false };
                let mut version = words.read(&page.tag)?;
                version.prerelease |= page.prerelease;
                Some(Versioned::of(tag, version, std::slice::from_ref(&self.cx.subject.name)))
            })
            .collect();
        if let Some(newest) = latest(&versions) {
            let found = public().find(|page| page.tag == newest.reference.name);
            let told = || newest.tag().told();
            return Ok(found.map(with_tag).map(|(page, tag)| (page, Some(tag.unwrap_or_else(told)))));
        }
        let by_date = public().max_by_key(|page| (!page.prerelease, page.published_at.clone()));
        match by_date {
            Some(page) => Ok(Some(with_tag(page))),
            None if complete => Ok(None),
            None => Err(Failure::new(Reason::Truncated, "the newest release is not among those that are listed first")),
        }
    }

    fn deliver(&self, page: &ReleasePage, tag: Option<&Tag>) -> Delivered {
        let kinds = match Kinds::load(self.cx.policies) {
            Ok(kinds) => kinds,
            Err(error) => {
                let why = Failure::new(Reason::Error, error);
                return Delivered {
                    assets: why.fact(FORGE),
                    attestations: why.fact(FORGE),
                    sboms: why.fact(FORGE),
                    vex: (Vec::new(), false),
                };
            }
        };
        let version = tag.map(|tag| tag.version.clone());
        let version = version.or_else(|| Some(self.words.as_ref().ok()?.read(&page.tag)?.text));
        let version = version.unwrap_or_else(|| page.tag.clone());
        let shelf = Shelf {
            page,
            kinds: &kinds,
            product: &self.cx.subject.name,
            version: &version,
            commit: tag.and_then(|tag| tag.commit.as_deref()).unwrap_or_default(),
        };
        let (connection, subject) = (self.asked.connection, &self.asked.subject);
        let contents = contents(self.asked, &page.tag, &shelf.wanted(), self.cx.now);
        let unsettled = shelf.unsettled(&contents);
        let kind = self.asked.seen.repo.owner_kind.value().map(String::as_str);
        let attested = (!unsettled.is_empty()).then(|| attested(connection, subject, kind, &unsettled, self.cx.now));
        shelf.deliver(&contents, attested.as_ref())
    }
}

fn nothing() -> Delivered {
    Delivered {
        assets: Fact::known(Vec::new(), FORGE),
        attestations: Fact::known(Vec::new(), FORGE),
        sboms: Fact::known(Vec::new(), FORGE),
        vex: (Vec::new(), true),
    }
}
