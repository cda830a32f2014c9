//! Channels of distribution: what install instructions fetch and from where, links to files and registries, and the points
//! that the Security Insights file names.

use std::collections::BTreeSet;

use super::DistributionLink;
use super::address::{self, Address};
use super::commands::{self, Fetch};
use super::official;
use super::table::{Table, contains_words};
use crate::collect::docs::model::{BlockKind, Document, Library, Link, Section};
use crate::collect::insights::Insights;
use crate::collect::{Context, limits};

/// What decides whose a host is.
pub(super) struct Whose<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) table: &'a Table,
    pub(super) realms: &'a BTreeSet<String>,
    /// Names of the project, letters and digits only, in lower case.
    pub(super) names: &'a BTreeSet<String>,
}

/// Letters and digits of a name, in lower case.
pub(super) fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Whose<'_> {
    /// Whether a package may be the project's own, by its name: what instructions install besides is no channel of the project.
    fn related(&self, coordinate: &str) -> bool {
        let name = letters(coordinate.split_once(':').map_or(coordinate, |(_, name)| name));
        self.names.iter().any(|own| name.contains(own.as_str()) || (name.len() >= 4 && own.contains(&name)))
    }

    fn own(&self, address: &Address) -> bool {
        address.is_repository_of(self.cx.subject)
            || address.realm(self.table).is_some_and(|realm| self.realms.contains(&realm))
    }
}

/// All channels, sorted by where they stand.
pub(super) fn find(whose: &Whose<'_>, library: &Library, insights: &Insights) -> Vec<DistributionLink> {
    let mut found = Vec::new();
    for document in &library.documents {
        let front = official::is_front(document);
        let instructs = document.has_role("install") || document.has_role("release");
        for section in &document.sections {
            let install = whose.table.is_install(&section.headings)
                || (instructs && !whose.table.is_development(&section.headings));
            let developing = whose.table.is_development(&section.headings);
            if found.len() < limits::LINKS && (install || (front && !developing)) {
                of_commands(whose, document, section, install, &mut found);
            }
            if front || install {
                of_links(whose, document, section, install, &mut found);
            }
        }
    }
    of_insights(whose, insights, &mut found);
    let mut seen = BTreeSet::new();
    found.retain(|link| seen.insert((link.place.clone(), link.line, link.target.clone())));
    found.sort_by(|a, b| (&a.place, a.line, &a.target).cmp(&(&b.place, b.line, &b.target)));
    found
}

/// The commands of a section's code, and of code within its sentences.
fn of_commands(
    whose: &Whose<'_>,
    document: &Document,
    section: &Section,
    install: bool,
    found: &mut Vec<DistributionLink>,
) {
    let text: String = section.blocks.iter().map(|block| block.text.to_lowercase()).collect::<Vec<_>>().join("\n");
    let verifies = whose.table.verification.iter().any(|step| text.contains(step.as_str()));
    let speaks = official::is_front(document) || document.has_role("install") || document.has_role("release");
    let signed_repository = whose.table.signed_repository.iter().any(|sign| text.contains(sign.as_str()));
    for block in &section.blocks {
        let code = matches!(block.kind, BlockKind::Code(_));
        if !code && !install {
            continue;
        }
        for fetch in commands::read(whose.table, &block.text, block.line, code) {
            let address = address::read(&fetch.target);
            if address.as_ref().is_some_and(|address| address.is_local() && fetch.flag.is_none()) {
                continue;
            }
            // Deeper in the documentation a reserved name stands for any host of the reader's.
            if !speaks && address.as_ref().is_some_and(Address::is_placeholder) {
                continue;
            }
            // Outside of install sections a request is rather a use of what was installed than a way to get it.
            let gets = install
                || fetch.piped
                || fetch.kind != "asset"
                || address.as_ref().is_some_and(|address| whose.table.is_file(&address.path));
            let foreign =
                matches!(fetch.kind, "registry" | "image") && fetch.flag.is_none() && !whose.related(&fetch.target);
            if !gets || foreign {
                continue;
            }
            // A package that was fetched over https is authenticated by that, whatever is said about its own signature.
            let local_file =
                fetch.flag.is_some() && !fetch.flag_is_tls && fetch.local_file && fetched_over_https(&text);
            found.push(DistributionLink {
                scheme: address.as_ref().map(|address| address.scheme.clone()).unwrap_or_default(),
                kind: fetch.kind.to_owned(),
                place: document.path.clone(),
                line: Some(fetch.line),
                insecure_flag: if local_file { None } else { fetch.flag.clone() },
                signature_checked: verifies || (fetch.kind == "package_repo" && signed_repository),
                piped_to_shell: fetch.piped,
                own: is_own(whose, &fetch, address.as_ref()),
                target: fetch.target,
            });
        }
    }
}

fn fetched_over_https(text: &str) -> bool {
    text.match_indices("https://").any(|(at, _)| {
        let rest = text.get(at..).unwrap_or_default();
        let url = rest.split(|c: char| c.is_whitespace() || "\"'`)>".contains(c)).next().unwrap_or_default();
        [".rpm", ".deb", ".apk", ".pkg"].iter().any(|end| url.contains(end))
    })
}

fn is_own(whose: &Whose<'_>, fetch: &Fetch, address: Option<&Address>) -> bool {
    match (fetch.kind, address) {
        ("registry" | "image", _) => true,
        (_, Some(address)) => whose.own(address),
        (_, None) => true,
    }
}

fn of_links(
    whose: &Whose<'_>,
    document: &Document,
    section: &Section,
    install: bool,
    found: &mut Vec<DistributionLink>,
) {
    for block in &section.blocks {
        if matches!(block.kind, BlockKind::Code(_)) {
            continue;
        }
        for link in &block.links {
            if found.len() >= limits::LINKS || !link.target.contains("://") {
                continue;
            }
            let Some(address) = address::read(&link.target) else { continue };
            if address.is_local() || address.is_reference(whose.table) {
                continue;
            }
            if let Some(kind) = kind_of(whose, &address, link, install) {
                found.push(DistributionLink {
                    target: link.target.clone(),
                    scheme: address.scheme.clone(),
                    kind: kind.to_owned(),
                    place: document.path.clone(),
                    line: Some(link.line),
                    insecure_flag: None,
                    signature_checked: false,
                    piped_to_shell: false,
                    own: kind == "registry" || whose.own(&address),
                });
            }
        }
    }
}

/// Which channel a link is: a page of a registry, the releases of the own repository, or a file to install.
fn kind_of(whose: &Whose<'_>, address: &Address, link: &Link, install: bool) -> Option<&'static str> {
    let whole = format!("{}{}", address.host, address.path);
    if whose.table.registry_pages.iter().any(|page| !page.ecosystem.is_empty() && whole.starts_with(&page.prefix)) {
        // The page of a package of others is a reference to it.
        return whose.related(&whole).then_some("registry");
    }
    let own = whose.own(address);
    if address.is_repository_of(whose.cx.subject)
        && (address.path.contains("/releases") || address.path.contains("/archive/"))
    {
        return Some("asset");
    }
    if address.path.contains("/archive/") && address.path.ends_with(".git") {
        return Some("git");
    }
    let lower = link.label.to_lowercase();
    let offers = ["download", "installer", "binary", "binaries", "package", "release"]
        .iter()
        .any(|word| contains_words(&lower, word));
    (whose.table.is_file(&address.path) && (install || own || offers)).then_some("asset")
}

fn of_insights(whose: &Whose<'_>, insights: &Insights, found: &mut Vec<DistributionLink>) {
    let Some(place) = insights.present.value().and_then(|file| file.as_ref()).map(|file| file.path.clone()) else {
        return;
    };
    for entry in insights.urls.value().into_iter().flatten().filter(|entry| entry.field.contains("distribution-point"))
    {
        let address = address::read(&entry.url);
        let scheme = address
            .as_ref()
            .map(|address| address.scheme.clone())
            .or_else(|| entry.url.split_once(':').map(|(scheme, _)| scheme.to_lowercase()));
        let scheme = scheme.unwrap_or_default();
        let kind = match scheme.as_str() {
            "oci" | "docker" => "image",
            "pkg" => "registry",
            _ => "asset",
        };
        let own = kind != "asset" || address.as_ref().is_none_or(|address| whose.own(address));
        found.push(DistributionLink {
            target: entry.url.clone(),
            scheme,
            kind: kind.to_owned(),
            place: place.clone(),
            line: entry.line,
            insecure_flag: None,
            signature_checked: false,
            piped_to_shell: false,
            own,
        });
    }
}
