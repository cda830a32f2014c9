//! Addresses: mail, pages, forms for private reports, trackers, repositories.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, Mark, Spoke};
use crate::collect::docs::template::is_nobodys;
use crate::collect::docs::words::{Break, WordKind};

/// Where private reports go, from `tables/report_routes.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Routes {
    /// Ends of the path of a page for private reports of a repository.
    private_paths: Vec<String>,
    /// The same for hosts on which only they mean that.
    private_pages: BTreeMap<String, String>,
    /// Services that take private reports, with the start of the path where it is not the whole host.
    private_hosts: Vec<String>,
    /// Ends of the path of a public tracker.
    public_paths: Vec<String>,
    /// Words of a host that is a tracker.
    tracker_hosts: Vec<String>,
    /// Hosts whose pages are about matters in general and never about one project.
    general_hosts: Vec<String>,
}

impl Routes {
    /// Whether an address, without its scheme and in lower case, is a page on matters in general.
    pub(super) fn is_general(&self, bare: &str) -> bool {
        self.general_hosts
            .iter()
            .any(|known| bare.strip_prefix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// Words before `at` that make it part of a mail address without any brackets.
const MAILBOXES: &[&str] = &[
    "security",
    "contact",
    "info",
    "support",
    "admin",
    "maintainers",
    "maintainer",
    "team",
    "abuse",
    "psirt",
    "csirt",
    "cert",
    "report",
    "reports",
    "vuln",
    "vulnerabilities",
    "hello",
    "dev",
    "help",
    "conduct",
    "secure",
];

pub(super) fn recognise(words: &[Spoke<'_>], routes: &Routes, marks: &mut Vec<Mark>) {
    for (at, word) in words.iter().enumerate() {
        match word.kind {
            WordKind::Mail if !is_nobodys(word.norm) => marks.push(Mark { kind: Kind::Email, first: at, last: at }),
            WordKind::Url => {
                for kind in kinds_of_url(word.raw, routes) {
                    marks.push(Mark { kind, first: at, last: at });
                }
            }
            WordKind::At => written_out(words, at, true, marks),
            WordKind::Plain if word.norm == "at" => written_out(words, at, word.before == Break::Hard, marks),
            _ => {}
        }
    }
}

/// `name [@] host.tld`, `name at host dot tld`. Without brackets `at` is a common word, so more has to speak for an address.
fn written_out(words: &[Spoke<'_>], at: usize, marked: bool, marks: &mut Vec<Mark>) {
    let Some(name) = at.checked_sub(1).and_then(|at| words.get(at)) else { return };
    let Some(host) = words.get(at + 1) else { return };
    if !matches!(name.kind, WordKind::Plain | WordKind::Number) || host.kind != WordKind::Plain {
        return;
    }
    let dotted = host
        .norm
        .rsplit_once('.')
        .is_some_and(|(_, top)| top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic()));
    let spelled = words.get(at + 2).is_some_and(|dot| matches!(dot.norm, "dot")) && words.get(at + 3).is_some();
    let likely = marked
        || MAILBOXES.contains(&name.norm)
            && (words
                .iter()
                .any(|word| matches!(word.norm, "mail" | "email" | "write" | "contact" | "address" | "reach")))
        || name.norm.contains('.');
    let last = if spelled { at + 3 } else { at + 1 };
    if spelled || dotted && likely {
        marks.push(Mark { kind: Kind::Email, first: at - 1, last });
    }
}

/// Whether a path is that of a repository of an account.
fn is_repository(path: &str) -> bool {
    path.split('/').skip(1).filter(|part| !part.is_empty()).count() == 2
}

pub(super) fn kinds_of_url(url: &str, routes: &Routes) -> Vec<Kind> {
    let lower = url.to_lowercase();
    let mut kinds = Vec::new();
    let Some((scheme, rest)) = lower.split_once("://") else { return kinds };
    if !matches!(scheme, "https" | "http") || is_nobodys(&lower) {
        return kinds;
    }
    let rest = rest.split(['#']).next().unwrap_or_default();
    let bare = rest.split('?').next().unwrap_or_default().trim_end_matches('/');
    let host = bare.split('/').next().unwrap_or_default();
    let path = bare.get(host.len()..).unwrap_or_default();
    let general = routes.is_general(bare);
    if scheme == "https" && !general {
        kinds.push(Kind::HttpsUrl);
    }
    if general {
        return kinds;
    }
    let private = routes.private_paths.iter().any(|end| path.strip_suffix(end.as_str()).is_some_and(is_repository))
        || routes
            .private_pages
            .iter()
            .any(|(known, end)| host == known && path.strip_suffix(end.as_str()).is_some_and(is_repository))
        || routes.private_hosts.iter().any(|known| bare == known || bare.starts_with(&format!("{known}/")))
        || rest.contains("confidential]=true")
        || rest.contains("confidential%5d=true");
    if private {
        kinds.push(Kind::PrivateReportLink);
    } else if routes.public_paths.iter().any(|end| path.ends_with(end.as_str()))
        || path.contains("/issues/new")
        || host.split('.').any(|part| routes.tracker_hosts.iter().any(|known| known == part))
    {
        kinds.push(Kind::PublicIssueLink);
    }
    kinds
}

/// First parts of addresses on a forge that are no account.
const PAGES: &[&str] = &[
    "about",
    "apps",
    "collections",
    "customer-stories",
    "dashboard",
    "enterprise",
    "explore",
    "features",
    "help",
    "issues",
    "login",
    "marketplace",
    "new",
    "notifications",
    "orgs",
    "pulls",
    "readme",
    "search",
    "security",
    "settings",
    "site",
    "sponsors",
    "stars",
    "topics",
    "trending",
    "users",
];

/// The repository that an address names, as `host/owner/name`; nothing for a page inside one or for any other address.
pub(crate) fn repository_of(url: &str) -> Option<String> {
    let lower = url.to_lowercase();
    let (_, rest) = lower.split_once("://")?;
    let rest = rest.split(['#', '?']).next()?.trim_end_matches('/').trim_end_matches(".git");
    let mut parts = rest.split('/');
    let host = parts.next()?;
    let is_forge = host
        .split(['.', '-'])
        .any(|part| part.starts_with("git") || matches!(part, "codeberg" | "bitbucket" | "forgejo" | "sr"))
        && !host.ends_with(".io")
        && !host.starts_with("docs.");
    let path: Vec<&str> = parts.collect();
    let fits = match host {
        "github.com" | "codeberg.org" | "bitbucket.org" => path.len() == 2,
        _ => (2..=6).contains(&path.len()) && !path.contains(&"-"),
    };
    let named = path.first().is_some_and(|owner| !PAGES.contains(owner));
    (is_forge && fits && named && path.iter().all(|part| !part.is_empty())).then(|| rest.to_owned())
}
