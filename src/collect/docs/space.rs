//! The search space of a topic (requirements R8): whether everything that could speak about it was read, and which doors
//! stay unopened. Not finding a topic is absence only in a closed space.

use super::model::{Library, State, Target};
use super::topic::Topic;
use super::{Door, Site, TopicFinding};
use crate::collect::Context;
use crate::collect::releases::Tagged;
use crate::model::fact::{Fact, Reason};

/// Topics for which the text of a release is a source too.
const SPOKEN_OF_IN_RELEASES: &[&str] = &["verification", "releaser_identity"];
/// Kinds of places outside that may hold any document.
const OUTSIDE: &[&str] = &["docs", "wiki", "policy"];

/// What a topic's space is made of.
pub(super) struct Space<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) library: &'a Library,
    pub(super) tagged: &'a Tagged,
}

impl Space<'_> {
    /// Whether the space of a topic is closed, and its doors, the most telling first.
    pub(super) fn of(&self, topic: &Topic, finding: Option<&TopicFinding>) -> (Fact<bool>, Vec<Door>) {
        let src = self.cx.src;
        let links = self.topic_links(topic, finding);
        let unread = self.unread();
        let sources = self.sources_of_more_access(topic);
        let sites = self.sites();
        let closed = if !links.is_empty() {
            Fact::known(false, src)
        } else if let Some(why) = &unread {
            Fact::broken(Reason::Truncated, why.place.clone(), src)
        } else if let Some(source) = sources.first() {
            Fact::unknown(Reason::Offline, source.place.clone(), &["fallback"])
        } else {
            Fact::known(sites.is_empty(), src)
        };
        let mut doors = links;
        doors.extend(unread);
        doors.extend(sources);
        doors.extend(sites);
        (closed, doors)
    }

    /// Links that are given for this topic and lead out of the tree, and pointers out of it in place of a document.
    fn topic_links(&self, topic: &Topic, finding: Option<&TopicFinding>) -> Vec<Door> {
        let given = finding.into_iter().flat_map(|finding| &finding.links).map(|link| Door {
            kind: "link".to_owned(),
            place: link.url.clone(),
            path: Some(link.path.clone()),
            line: Some(link.line),
        });
        let pointers = self.library.documents.iter().filter_map(|document| {
            let about = document.roles.iter().any(|role| topic.roles.contains(role) || topic.health.contains(role));
            let target = document.target.as_ref().filter(|target| target.to == Target::Outside)?;
            (about && document.state == State::Pointer).then(|| Door {
                kind: "link".to_owned(),
                place: target.target.clone(),
                path: Some(document.path.clone()),
                line: Some(target.line),
            })
        });
        let mut doors: Vec<Door> = given.chain(pointers).collect();
        doors.sort();
        doors.dedup();
        doors
    }

    /// What of the tree itself was not read.
    fn unread(&self) -> Option<Door> {
        let complete = self.cx.tree.complete() && self.library.complete;
        (!complete).then(|| Door {
            kind: "unread".to_owned(),
            place: "not every document of the tree could be read".to_owned(),
            path: None,
            line: None,
        })
    }

    /// Places that more access would read: the owner's health files, and the text of a release.
    fn sources_of_more_access(&self, topic: &Topic) -> Vec<Door> {
        let mut doors = Vec::new();
        let missing = topic.health.iter().any(|role| !self.library.documents.iter().any(|document| document.has_role(role)));
        if topic.fallback && missing && self.cx.subject.owner.is_some() {
            doors.push(door("fallback", "the owner's fallback repository (`.github`)"));
        }
        let released = self.tagged.latest.is_some() || !self.tagged.complete;
        if SPOKEN_OF_IN_RELEASES.contains(&topic.name.as_str()) && released {
            doors.push(door("release_body", "the text of the newest release"));
        }
        doors
    }

    /// Documentation sites and wikis whose sources do not lie in this tree.
    fn sites(&self) -> Vec<Door> {
        let outside = |site: &&Site| OUTSIDE.contains(&site.kind.as_str()) && !site.source_in_tree;
        let mut doors: Vec<Door> = self
            .library
            .sites
            .iter()
            .filter(outside)
            .map(|site| Door {
                kind: "site".to_owned(),
                place: site.url.clone(),
                path: Some(site.place.clone()),
                line: site.line,
            })
            .collect();
        doors.sort();
        doors.dedup();
        doors
    }
}

fn door(kind: &str, place: &str) -> Door {
    Door { kind: kind.to_owned(), place: place.to_owned(), path: None, line: None }
}
