//! Which ecosystems a tree shows: source files, manifests, lock files, vendored sources and imports from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::ecosystems::{EcosystemRow, Named, Part, Table};
use super::manifests::{self, Listing};
use super::own::{self, Own};
use super::{Ecosystem, Import, Manifest, imports, searched};
use crate::collect::path::RepoPath;
use crate::collect::scan::{Scan, SourceFile};
use crate::collect::tree::{Entry, Reader};
use crate::collect::{Context, limits};

/// Imports from elsewhere that are listed per ecosystem.
const IMPORTS: usize = 10;
/// Directories of vendored sources that are listed per ecosystem.
const VENDORED: usize = 20;

/// What is known about one ecosystem while the tree is walked.
#[derive(Debug, Default)]
struct Found {
    product: Vec<(Manifest, BTreeSet<String>)>,
    helper: Vec<(Manifest, BTreeSet<String>)>,
    side: Vec<Manifest>,
    lockfiles: Vec<String>,
    pins: Vec<RepoPath>,
    vendored: BTreeSet<String>,
    product_files: u64,
    helper_files: u64,
    /// Whether the imports of every language seen are read.
    unread_language: bool,
    product_imports: BTreeMap<String, Import>,
    helper_imports: BTreeMap<String, Import>,
}

/// The ecosystems of a tree, with the names that their manifests list.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) ecosystems: Vec<Ecosystem>,
    /// Names of direct dependencies in any manifest, in lower case.
    pub(super) listed: BTreeSet<String>,
    pub(super) complete: bool,
}

/// Walks the tree once.
pub(super) fn survey(cx: &Context<'_>, table: &Table, scan: &Scan) -> Survey {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut own = Own::of(cx);
    let mut complete = cx.tree.complete();
    let reader = cx.tree.reader();
    let mut manifests_read = 0usize;
    for (entry, named) in cx.tree.by_name::<Named>(table) {
        let part = table.part(&entry.path);
        if matches!(part, Part::Product | Part::Helper) {
            for row in named.lockfile_of(table) {
                found.entry(row.name.clone()).or_default().lockfiles.push(entry.path.text());
            }
        }
        if let Some(ecosystem) = named.toolchain_of() {
            found.entry(ecosystem.to_owned()).or_default().pins.push(entry.path.clone());
        }
        let mut rows = named.manifests(table).peekable();
        if rows.peek().is_none() {
            continue;
        }
        if matches!(part, Part::Vendored | Part::Generated) {
            continue;
        }
        manifests_read += 1;
        if manifests_read > limits::MANIFESTS {
            complete = false;
            continue;
        }
        for (row, format) in rows {
            add_manifest(table, &mut found, &mut own, &reader, entry, row, format, part);
        }
    }
    for (_, source) in &scan.sources {
        if let Some(row) = table.of_language(&source.language) {
            own.declare(&row.name, source);
        }
    }
    let parts: Vec<Part> = cx.tree.by_name(table).map(|(_, part)| part).collect();
    for (index, source) in &scan.sources {
        if let Some(row) = table.of_language(&source.language)
            && let Some(part) = parts.get(*index)
            && let Some(entry) = cx.tree.entries().get(*index)
        {
            add_source(table, found.entry(row.name.clone()).or_default(), &own, row, source, (&entry.path, *part));
        }
    }
    let listed = found
        .values()
        .flat_map(|found| found.product.iter().chain(&found.helper))
        .flat_map(|(_, names)| names.iter().map(|name| name.to_lowercase()))
        .collect();
    let anything = found.values().any(|found| found.product_files > 0 || !found.product.is_empty());
    let searched = searched::find(cx, table);
    let mut ecosystems: Vec<Ecosystem> = table
        .ecosystems()
        .iter()
        .filter_map(|row| Some(finish(row, found.remove(&row.name)?, anything, &searched)))
        .collect();
    settle_shared(&mut ecosystems);
    ecosystems.retain(|ecosystem| {
        ecosystem.source_files > 0
            || !ecosystem.manifests.is_empty()
            || !ecosystem.side_manifests.is_empty()
            || !ecosystem.vendored.is_empty()
    });
    Survey { ecosystems, listed, complete }
}

#[expect(clippy::too_many_arguments, reason = "one step of one walk")]
fn add_manifest(
    table: &Table,
    found: &mut BTreeMap<String, Found>,
    own: &mut Own,
    reader: &Reader<'_>,
    entry: &Entry,
    row: &EcosystemRow,
    format: &str,
    part: Part,
) {
    let path = entry.path.text();
    let unread =
        Manifest { path: path.clone(), state: "unread".to_owned(), direct: 0, toolchain: None, inherits: false };
    let listing = match reader.read(entry, limits::TEXT_BYTES) {
        Ok(blob) if !blob.truncated => match manifests::read(format, &path, &blob.text()) {
            Some(listing) => Ok(listing),
            None => return,
        },
        _ => Err(unread),
    };
    if let Ok(Listing { package: Some(package), .. }) = &listing {
        own.package(&row.name, package);
    }
    let (manifest, names) = match listing {
        Ok(listing) => {
            let manifest = Manifest {
                path,
                state: listing.state.name().to_owned(),
                direct: listing.direct(),
                toolchain: listing.toolchain,
                inherits: listing.inherits,
            };
            (manifest, listing.names)
        }
        Err(manifest) => (manifest, BTreeSet::new()),
    };
    let found = found.entry(row.name.clone()).or_default();
    match part {
        Part::Product | Part::Helper if table.is_side_manifest(&entry.path) => found.side.push(manifest),
        Part::Product => found.product.push((manifest, names)),
        // A file of the build that is also a manifest, such as `build.gradle`, is at home in the product.
        Part::Helper if entry.path.depth() == 0 => found.product.push((manifest, names)),
        Part::Helper => found.helper.push((manifest, names)),
        _ => found.side.push(manifest),
    }
}

fn add_source(
    table: &Table,
    found: &mut Found,
    own: &Own,
    row: &EcosystemRow,
    source: &SourceFile,
    (path, part): (&RepoPath, Part),
) {
    let imports = match part {
        Part::Product => {
            found.product_files += 1;
            &mut found.product_imports
        }
        Part::Helper => {
            found.helper_files += 1;
            &mut found.helper_imports
        }
        Part::Vendored => {
            if found.vendored.len() < VENDORED {
                found.vendored.extend(own::vendored_root(path, |name| table.is_vendored_directory(name)));
            }
            return;
        }
        Part::Side | Part::Generated => return,
    };
    if !imports::reads(&source.language) {
        found.unread_language = true;
        return;
    }
    for (module, line) in &source.imports {
        if imports.contains_key(module)
            || imports.len() >= limits::FINDINGS
            || row.is_standard(module)
            || own.holds(&row.name, module)
        {
            continue;
        }
        imports.insert(module.clone(), Import { name: module.clone(), path: path.text(), line: *line });
    }
}

fn finish(row: &EcosystemRow, found: Found, anything: bool, searched: &[Import]) -> Ecosystem {
    // Helpers stand for the product only where there is nothing else.
    let promoted = !anything && found.product_files == 0;
    let (source_files, imports) = if promoted {
        (found.helper_files, found.helper_imports)
    } else {
        (found.product_files, found.product_imports)
    };
    let strip = |(manifest, _): (Manifest, _)| manifest;
    let mut manifests: Vec<Manifest> = found.product.into_iter().map(strip).collect();
    let mut side_manifests = found.side;
    let helper = found.helper.into_iter().map(strip);
    if source_files > 0 {
        manifests.extend(helper)
    } else {
        side_manifests.extend(helper)
    }
    for manifest in &mut manifests {
        if manifest.toolchain.is_none() {
            manifest.toolchain = pin_for(&manifest.path, &found.pins);
        }
    }
    manifests.sort_by(|a, b| a.path.cmp(&b.path));
    side_manifests.sort_by(|a, b| a.path.cmp(&b.path));
    manifests.truncate(limits::FINDINGS);
    side_manifests.truncate(limits::FINDINGS);
    let looks = row.package_manager == "optional" && source_files > 0 && !row.system_install.is_empty();
    Ecosystem {
        ecosystem: row.name.clone(),
        package_manager: row.package_manager.clone(),
        general: row.general,
        manifests,
        side_manifests,
        lockfiles: found.lockfiles.into_iter().take(limits::FINDINGS).collect(),
        source_files,
        helper_files: if promoted { 0 } else { found.helper_files },
        third_party_imports: imports.into_values().take(IMPORTS).collect(),
        imports_read: !found.unread_language,
        searched: if looks { searched.iter().take(IMPORTS).cloned().collect() } else { Vec::new() },
        vendored: found.vendored.into_iter().collect(),
        installs: Vec::new(),
    }
}

/// A manifest that several ecosystems read belongs to those with source files; among those without, to the first.
fn settle_shared(ecosystems: &mut [Ecosystem]) {
    let rank = |ecosystem: &Ecosystem| ecosystem.general || ecosystem.source_files > 0;
    let paths = |ecosystem: &Ecosystem| {
        let all = ecosystem.manifests.iter().chain(&ecosystem.side_manifests);
        all.map(|manifest| manifest.path.clone()).collect::<Vec<_>>()
    };
    let mut taken: BTreeSet<String> = ecosystems.iter().filter(|e| rank(e)).flat_map(paths).collect();
    for ecosystem in ecosystems.iter_mut().filter(|ecosystem| !rank(ecosystem)) {
        let free = |manifest: &Manifest| !taken.contains(&manifest.path);
        ecosystem.manifests.retain(free);
        ecosystem.side_manifests.retain(free);
        taken.extend(paths(ecosystem));
    }
}

/// The file that pins the toolchain for a manifest: in its directory or above.
fn pin_for(manifest: &str, pins: &[RepoPath]) -> Option<String> {
    let above = |pin: &&RepoPath| {
        let directory = String::from_utf8_lossy(pin.parent()).into_owned();
        directory.is_empty() || manifest.strip_prefix(&directory).is_some_and(|rest| rest.starts_with('/'))
    };
    pins.iter().filter(above).max_by_key(|pin| pin.depth()).map(RepoPath::text)
}
