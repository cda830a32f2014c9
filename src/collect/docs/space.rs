//! The search space of a topic (requirements R8): whether everything that could speak about it was read, and which doors
//! stay unopened. Not finding a topic is absence only in a closed space.

use std::collections::BTreeSet;

use super::model::{Document, Library, State, Target};
use super::roles::Roles;
use super::topic::Topic;
use super::{Door, Site, TopicFinding};
use crate::collect::Context;
use crate::collect::path::RepoPath;
use crate::collect::releases::Tagged;
use crate::model::fact::{Fact, Reason, SourceId};

/// Kinds of places outside that may hold any document.
const OUTSIDE: &[&str] = &["docs", "wiki", "policy"];

/// What a topic's space is made of.
pub(super) struct Space<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) library: &'a Library,
    pub(super) roles: &'a Roles,
    pub(super) tagged: &'a Tagged,
    /// Drafts by their paths, with the roles of each.
    pub(super) drafts: &'a [(&'a str, &'a BTreeSet<String>)],
}

impl Space<'_> {
    /// Whether the space of a topic is closed, and its doors, the most telling first.
    pub(super) fn of(&self, topic: &Topic, finding: Option<&TopicFinding>) -> (Fact<bool>, Vec<Door>) {
        let src = self.cx.src;
        let links = self.topic_links(topic, finding);
        let unread = self.unread();
        let sources = self.sources_of_more_access(topic);
        let drafts = self.drafts(topic);
        let sites = self.sites();
        let closed = if !links.is_empty() {
            Fact::known(false, src)
        } else if let Some(why) = &unread {
            Fact::broken(Reason::Truncated, why.place.clone(), src)
        } else if let Some(source) = sources.first() {
            let src: &[SourceId] = if source.kind == "fallback" { &["fallback"] } else { &["releases"] };
            Fact::unknown(self.why_unread(source), source.place.clone(), src)
        } else {
            Fact::known(drafts.is_empty() && sites.is_empty(), src)
        };
        let mut doors = links;
        doors.extend(drafts);
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

    /// Documents for the topic that wait for somebody: what they will say, nobody knows.
    fn drafts(&self, topic: &Topic) -> Vec<Door> {
        let about = |roles: &BTreeSet<String>| {
            roles.iter().any(|role| topic.roles.contains(role) || topic.health.contains(role))
        };
        let open =
            |(path, _): &(&str, &BTreeSet<String>)| Door { path: Some((*path).to_owned()), ..door("draft", path) };
        self.drafts.iter().filter(|(_, roles)| about(roles)).map(open).collect()
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
        let missing = topic.health.iter().any(|role| {
            let closes = |document: &Document| {
                document.has_role(role)
                    && self.roles.is_health_file(&RepoPath::new(document.path.as_bytes().to_vec()), role)
            };
            !self.library.documents.iter().any(closes)
        });
        if topic.fallback && missing && self.cx.subject.owner.is_some() && self.fallback_is_open(topic) {
            doors.push(door("fallback", "the owner's fallback repository (`.github`)"));
        }
        let released = self.tagged.latest.is_some() || !self.tagged.complete;
        if topic.also.contains("release_text") && released && !self.library.release_read {
            doors.push(door("release_body", "the text of the newest release"));
        }
        doors
    }

    /// Whether the owner may have a health file of the topic that was not read.
    fn fallback_is_open(&self, topic: &Topic) -> bool {
        let Some(Ok(fallback)) = self.cx.forge.map(|asked| &asked.seen.fallback) else { return true };
        let unread = fallback.files.iter().filter(|path| !fallback.texts.iter().any(|file| file.path == **path));
        let stem = |path: &String| {
            let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
            name.split('.').next().unwrap_or_default().to_owned()
        };
        fallback.present && unread.map(stem).any(|stem| topic.health.contains(&stem))
    }

    /// Why a source was not read.
    fn why_unread(&self, source: &Door) -> Reason {
        let Some(asked) = self.cx.forge else { return Reason::Offline };
        match (source.kind.as_str(), &asked.seen.fallback, &asked.seen.releases.list) {
            ("fallback", Err(failure), _) | ("release_body", _, Err(failure)) => failure.reason,
            ("release_body", _, Ok(_)) => Reason::Truncated,
            _ => Reason::NotRequested,
        }
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::docs::TopicLink;
    use crate::collect::docs::model::Link;
    use crate::collect::docs::topic;
    use crate::collect::tree::Tree;
    use crate::model::subject::Subject;

    /// What lies in the space of the topic `vetting`, whose health files are GOVERNANCE and CONTRIBUTING.
    #[derive(Default, Clone, Copy)]
    struct Given {
        owner: bool,
        governance: bool,
        contributing: bool,
        site: bool,
        site_in_tree: bool,
        link: bool,
        pointer: bool,
        truncated: bool,
        draft: bool,
    }

    fn document(path: &str, role: &str) -> Document {
        Document { path: path.to_owned(), roles: [role.to_owned()].into(), ..Document::default() }
    }

    fn site(source_in_tree: bool) -> Site {
        Site {
            url: "https://docs.acme.net".to_owned(),
            label: "docs".to_owned(),
            kind: "docs".to_owned(),
            place: "README.md".to_owned(),
            line: Some(3),
            source_in_tree,
        }
    }

    fn link() -> TopicLink {
        TopicLink {
            url: "https://acme.net/governance".to_owned(),
            label: "Governance".to_owned(),
            path: "README.md".to_owned(),
            line: 9,
            affirmative: true,
        }
    }

    fn finding(links: Vec<TopicLink>) -> TopicFinding {
        TopicFinding {
            class: "absent".to_owned(),
            slots: Vec::new(),
            missing: Vec::new(),
            slots_anywhere: Vec::new(),
            findings: Vec::new(),
            links,
            document: "none".to_owned(),
            document_path: None,
            words: 0,
        }
    }

    fn closed(topic: &str, given: Given) -> (String, Vec<String>) {
        let tree = Tree::of(&[]);
        let policies = Bundle::policies();
        let owner = given.owner.then(|| "acme".to_owned());
        let subject = Subject { owner, ..Subject::default() };
        let now = jiff::Timestamp::UNIX_EPOCH;
        let cx = Context {
            tree: &tree,
            clone: None,
            forge: None,
            subject: &subject,
            now,
            policies: &policies,
            src: &["git"],
        };
        let mut library = Library { complete: !given.truncated, ..Library::default() };
        library.documents.extend(given.governance.then(|| document("GOVERNANCE.md", "governance")));
        library.documents.extend(given.contributing.then(|| document("CONTRIBUTING.md", "contributing")));
        if given.pointer {
            let target = Link {
                label: "here".to_owned(),
                target: "https://acme.net/rules".to_owned(),
                line: 1,
                start: 0,
                to: Target::Outside,
            };
            let pointer = document("GOVERNANCE.md", "governance");
            library.documents.push(Document { state: State::Pointer, target: Some(target), ..pointer });
        }
        library.sites.extend((given.site || given.site_in_tree).then(|| site(given.site_in_tree)));
        let tagged = Tagged { complete: true, ..Tagged::default() };
        let topics = topic::load(&policies);
        let roles = Roles::load(&policies).expect("the roles");
        let links = if given.link { vec![link()] } else { Vec::new() };
        let drafted: Vec<_> = library.documents.iter().take(1).map(|one| (one.path.as_str(), &one.roles)).collect();
        let drafts = if given.draft { drafted.as_slice() } else { &[] };
        let space = Space { cx: &cx, library: &library, roles: &roles, tagged: &tagged, drafts };
        let (closed, doors) = space.of(&topics.by_name[topic], Some(&finding(links)));
        let state = match closed {
            Fact::Known { value, .. } => value.to_string(),
            Fact::Unknown { why, .. } => format!("{:?}", why.reason),
        };
        (state, doors.into_iter().map(|door| door.kind).collect())
    }

    const BOTH: Given = Given {
        owner: true,
        governance: true,
        contributing: true,
        site: false,
        site_in_tree: false,
        link: false,
        pointer: false,
        truncated: false,
        draft: false,
    };

    #[rstest]
    #[case::every_health_file(BOTH, "true", &[])]
    #[case::no_forge(Given::default(), "true", &[])]
    #[case::own_file_missing(Given { governance: false, ..BOTH }, "Offline", &["fallback"])]
    #[case::second_file_missing(Given { contributing: false, ..BOTH }, "Offline", &["fallback"])]
    #[case::outside_site(Given { site: true, ..BOTH }, "false", &["site"])]
    #[case::site_of_this_tree(Given { site_in_tree: true, ..BOTH }, "true", &[])]
    #[case::more_access_goes_before_a_site(Given { governance: false, site: true, ..BOTH }, "Offline", &["fallback", "site"])]
    #[case::a_link_goes_before_all(Given { governance: false, link: true, ..BOTH }, "false", &["link", "fallback"])]
    #[case::a_pointer_out_of_the_tree(Given { governance: false, pointer: true, ..BOTH }, "false", &["link"])]
    #[case::a_draft(Given { draft: true, ..BOTH }, "false", &["draft"])]
    #[case::a_draft_of_two(Given { draft: true, contributing: false, ..BOTH }, "Offline", &["draft", "fallback"])]
    #[case::unread_documents(Given { truncated: true, ..BOTH }, "Truncated", &["unread"])]
    fn spaces(#[case] given: Given, #[case] state: &str, #[case] doors: &[&str]) {
        let (found, kinds) = closed("vetting", given);
        assert_eq!(found, state);
        assert_eq!(kinds, doors);
    }
}
