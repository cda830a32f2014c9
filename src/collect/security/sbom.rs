//! Inventories of components: SPDX as JSON or as tags, CycloneDX as JSON or XML, read for what they list and lack.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::SbomDocument;

/// Components looked at in one inventory.
const COMPONENTS: usize = 50_000;
/// Elements of one XML inventory.
const XML_NODES: u32 = 1_000_000;

/// An inventory of nothing.
pub(crate) fn empty(name: &str) -> SbomDocument {
    document(name, "spdx", "empty")
}

fn document(name: &str, format: &str, parse: &str) -> SbomDocument {
    SbomDocument {
        name: name.to_owned(),
        format: format.to_owned(),
        parse: parse.to_owned(),
        components: 0,
        subject: None,
        missing_core: Vec::new(),
        missing_extra: Vec::new(),
    }
}

/// What is counted of the components.
#[derive(Debug, Default)]
struct Tally {
    components: u64,
    named: u64,
    versioned: u64,
    identified: u64,
    supplied: u64,
    licensed: u64,
}

/// What stands about the inventory itself.
#[derive(Debug, Default)]
struct About {
    author: bool,
    time: bool,
    relationships: bool,
    /// Names and digests of what it describes.
    names: Vec<String>,
    digests: Vec<String>,
}

/// Reads an inventory. None for a form that is known to exist and is not read here. `digests` are those of the other assets
/// with their names, `others` the names that the inventory may be about.
pub(crate) fn read(name: &str, bytes: &[u8], digests: &BTreeMap<&str, &str>, others: &[&str]) -> Option<SbomDocument> {
    let text = String::from_utf8_lossy(bytes);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return Some(empty(name));
    }
    let (format, read) = match start.chars().next() {
        Some('{') => json(start),
        Some('<') if start.contains("cyclonedx.org/schema/bom") => ("cyclonedx", xml(start)),
        // RDF, and anything else in tags.
        Some('<') if start.contains("spdx.org") => return None,
        Some('<') => ("cyclonedx", None),
        _ if start.lines().any(|line| line.starts_with("SPDXVersion:")) => ("spdx", Some(tags(start))),
        // SPDX as YAML.
        _ if start.lines().any(|line| line.starts_with("spdxVersion:")) => return None,
        _ => ("spdx", None),
    };
    let Some((tally, about)) = read else { return Some(document(name, format, "unparsable")) };
    if tally.components == 0 {
        return Some(document(name, format, "empty"));
    }
    let subject = subject(name, &about, digests, others);
    let (missing_core, missing_extra) = missing(&tally, &about);
    Some(SbomDocument {
        components: tally.components,
        subject,
        missing_core,
        missing_extra,
        ..document(name, format, "parsed")
    })
}

/// What an inventory lacks: core elements that most components or the inventory itself lack, and what some lack.
fn missing(tally: &Tally, about: &About) -> (Vec<String>, Vec<String>) {
    let (mut core, mut extra) = (Vec::new(), Vec::new());
    for (count, what) in
        [(tally.named, "component names"), (tally.versioned, "versions"), (tally.identified, "identifiers")]
    {
        if count * 2 < tally.components {
            core.push(what.to_owned());
        } else if count < tally.components {
            extra.push(what.to_owned());
        }
    }
    for (seen, what) in [
        (about.author, "author"),
        (about.time, "timestamp"),
        (about.relationships || tally.components == 1, "relationships"),
    ] {
        if !seen {
            core.push(what.to_owned());
        }
    }
    for (count, what) in [(tally.supplied, "supplier"), (tally.licensed, "licence")] {
        if count < tally.components {
            extra.push(what.to_owned());
        }
    }
    core.sort();
    extra.sort();
    (core, extra)
}

/// The asset that an inventory is about; none where it is about the release as a whole.
fn subject(name: &str, about: &About, digests: &BTreeMap<&str, &str>, others: &[&str]) -> Option<String> {
    let by_digest =
        about.digests.iter().find_map(|digest| digests.get(format!("sha256:{}", digest.to_lowercase()).as_str()));
    let by_name = || others.iter().find(|other| about.names.iter().any(|named| named == **other));
    let by_stem =
        || others.iter().filter(|other| name.starts_with(&format!("{other}."))).max_by_key(|other| other.len());
    by_digest.or_else(by_name).or_else(by_stem).map(|name| (*name).to_owned())
}

fn json(text: &str) -> (&'static str, Option<(Tally, About)>) {
    let Ok(json) = serde_json::from_str::<Json>(text) else { return ("spdx", None) };
    if json.get("bomFormat").and_then(Json::as_str) == Some("CycloneDX") {
        return ("cyclonedx", Some(cyclonedx(&json)));
    }
    // GitHub wraps its own export once more.
    let spdx = json.get("sbom").unwrap_or(&json);
    if spdx.get("spdxVersion").and_then(Json::as_str).is_some() {
        return ("spdx", Some(spdx_json(spdx)));
    }
    ("spdx", None)
}

fn items<'a>(json: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    json.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn text<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    json.get(key).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty() && *text != "NOASSERTION")
}

fn spdx_json(json: &Json) -> (Tally, About) {
    let mut tally = Tally::default();
    let mut about = About::default();
    let creation = json.get("creationInfo");
    about.author = creation.is_some_and(|creation| items(creation, "creators").next().is_some());
    about.time = creation.and_then(|creation| text(creation, "created")).is_some();
    let relationships = || items(json, "relationships").filter(|one| text(one, "relationshipType").is_some());
    about.relationships = relationships().any(|one| text(one, "relationshipType") != Some("DESCRIBES"));
    let described: Vec<&str> = items(json, "documentDescribes")
        .filter_map(Json::as_str)
        .chain(
            relationships()
                .filter(|one| text(one, "relationshipType") == Some("DESCRIBES"))
                .filter_map(|one| text(one, "relatedSpdxElement")),
        )
        .take(100)
        .collect();
    for package in items(json, "packages").take(COMPONENTS) {
        if text(package, "SPDXID").is_some_and(|id| described.contains(&id)) {
            about.names.extend(text(package, "packageFileName").or_else(|| text(package, "name")).map(str::to_owned));
            let sums = items(package, "checksums").filter(|sum| text(sum, "algorithm") == Some("SHA256"));
            about.digests.extend(sums.filter_map(|sum| text(sum, "checksumValue")).map(str::to_owned));
            // What is described is no component of itself, unless it is all there is.
            if items(json, "packages").nth(1).is_some() {
                continue;
            }
        }
        let identified = items(package, "externalRefs").any(|reference| {
            text(reference, "referenceType")
                .is_some_and(|kind| kind == "purl" || kind.starts_with("cpe") || kind == "swid")
        });
        tally.add(text(package, "name").is_some(), text(package, "versionInfo").is_some(), identified);
        tally.supplied += u64::from(text(package, "supplier").is_some());
        let license = text(package, "licenseConcluded").or_else(|| text(package, "licenseDeclared"));
        tally.licensed += u64::from(license.is_some());
    }
    (tally, about)
}

impl Tally {
    fn add(&mut self, named: bool, versioned: bool, identified: bool) {
        self.components += 1;
        self.named += u64::from(named);
        self.versioned += u64::from(versioned);
        self.identified += u64::from(identified);
    }
}

fn cyclonedx(json: &Json) -> (Tally, About) {
    let mut tally = Tally::default();
    let mut about = About::default();
    let metadata = json.get("metadata");
    about.time = metadata.and_then(|metadata| text(metadata, "timestamp")).is_some();
    let has = |key: &str| metadata.and_then(|metadata| metadata.get(key)).is_some_and(|value| !value.is_null());
    about.author = ["authors", "tools", "supplier", "manufacturer", "manufacture"].iter().any(|key| has(key));
    about.relationships = items(json, "dependencies").next().is_some();
    if let Some(root) = metadata.and_then(|metadata| metadata.get("component")) {
        about.names.extend(text(root, "name").map(str::to_owned));
        let sums = items(root, "hashes").filter(|sum| text(sum, "alg") == Some("SHA-256"));
        about.digests.extend(sums.filter_map(|sum| text(sum, "content")).map(str::to_owned));
    }
    for component in items(json, "components").take(COMPONENTS) {
        let identified =
            ["purl", "cpe"].iter().any(|key| text(component, key).is_some()) || component.get("swid").is_some();
        tally.add(text(component, "name").is_some(), text(component, "version").is_some(), identified);
        let supplied = ["supplier", "manufacturer"].iter().any(|key| component.get(key).is_some())
            || ["publisher", "author"].iter().any(|key| text(component, key).is_some());
        tally.supplied += u64::from(supplied);
        tally.licensed += u64::from(items(component, "licenses").next().is_some());
    }
    (tally, about)
}

fn xml(text: &str) -> Option<(Tally, About)> {
    let options = roxmltree::ParsingOptions { nodes_limit: XML_NODES, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "bom" {
        return None;
    }
    fn child<'a, 'i>(node: roxmltree::Node<'a, 'i>, name: &str) -> Option<roxmltree::Node<'a, 'i>> {
        node.children().find(|child| child.is_element() && child.tag_name().name() == name)
    }
    let filled = |node: roxmltree::Node<'_, '_>, name: &str| {
        child(node, name).and_then(|node| node.text()).is_some_and(|text| !text.trim().is_empty())
    };
    let mut tally = Tally::default();
    let mut about = About::default();
    if let Some(metadata) = child(root, "metadata") {
        about.time = filled(metadata, "timestamp");
        about.author = ["authors", "tools", "supplier", "manufacturer", "manufacture"]
            .iter()
            .any(|name| child(metadata, name).is_some());
        let named = child(metadata, "component").and_then(|component| child(component, "name")?.text());
        about.names.extend(named.map(str::to_owned));
    }
    about.relationships = child(root, "dependencies").is_some_and(|all| all.children().any(|child| child.is_element()));
    let components =
        child(root, "components").into_iter().flat_map(|all| all.children()).filter(roxmltree::Node::is_element);
    for component in components.take(COMPONENTS) {
        let identified = filled(component, "purl") || filled(component, "cpe") || child(component, "swid").is_some();
        tally.add(filled(component, "name"), filled(component, "version"), identified);
        let supplied =
            child(component, "supplier").is_some() || filled(component, "publisher") || filled(component, "author");
        tally.supplied += u64::from(supplied);
        tally.licensed += u64::from(child(component, "licenses").is_some());
    }
    Some((tally, about))
}

/// SPDX as lines of tags and values.
fn tags(text: &str) -> (Tally, About) {
    let mut tally = Tally::default();
    let mut about = About::default();
    let mut current: Option<[bool; 5]> = None;
    let mut close = |open: &mut Option<[bool; 5]>| {
        if let Some([named, versioned, identified, supplied, licensed]) = open.take() {
            tally.add(named, versioned, identified);
            tally.supplied += u64::from(supplied);
            tally.licensed += u64::from(licensed);
        }
    };
    for line in text.lines().take(2_000_000) {
        let Some((tag, value)) = line.split_once(':') else { continue };
        let filled = !matches!(value.trim(), "" | "NOASSERTION" | "NONE");
        let field = match tag.trim() {
            "Creator" => {
                about.author |= filled;
                continue;
            }
            "Created" => {
                about.time |= filled;
                continue;
            }
            "Relationship" => {
                about.relationships |= !value.contains(" DESCRIBES ");
                continue;
            }
            "PackageName" => {
                close(&mut current);
                current = Some([filled, false, false, false, false]);
                continue;
            }
            "PackageVersion" => 1,
            "ExternalRef" if value.contains("purl") || value.contains("cpe") => 2,
            "PackageSupplier" => 3,
            "PackageLicenseConcluded" | "PackageLicenseDeclared" => 4,
            _ => continue,
        };
        if let Some(slot) = current.as_mut().and_then(|fields| fields.get_mut(field)) {
            *slot |= filled;
        }
    }
    close(&mut current);
    (tally, about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const SPDX: &str = r#"{"spdxVersion": "SPDX-2.3", "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: x"]},
        "packages": [{"SPDXID": "SPDXRef-app", "name": "app.tar.gz"},
          {"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "supplier": "Organization: o", "licenseConcluded": "MIT",
           "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:cargo/a@1"}]}],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-app"},
          {"spdxElementId": "SPDXRef-app", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-a"}]}"#;
    const CYCLONEDX: &str = r#"{"bomFormat": "CycloneDX", "metadata": {"timestamp": "2026-01-01T00:00:00Z", "tools": [{}]},
        "components": [{"name": "a", "version": "1", "purl": "pkg:cargo/a@1"}], "dependencies": [{"ref": "a"}]}"#;
    const XML: &str = r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><timestamp>t</timestamp><tools/></metadata>
        <components><component><name>a</name><version>1</version><purl>p</purl></component></components></bom>"#;
    const TAGS: &str = "SPDXVersion: SPDX-2.3\nCreator: Tool: x\nCreated: 2026\nPackageName: a\nPackageVersion: 1\nExternalRef: PACKAGE-MANAGER purl pkg:x\nRelationship: a DEPENDS_ON b\n";

    #[rstest]
    #[case::spdx(SPDX, Some(("spdx", "parsed", 1)))]
    #[case::cyclonedx(CYCLONEDX, Some(("cyclonedx", "parsed", 1)))]
    #[case::xml(XML, Some(("cyclonedx", "parsed", 1)))]
    #[case::tags(TAGS, Some(("spdx", "parsed", 1)))]
    #[case::nothing("", Some(("spdx", "empty", 0)))]
    #[case::braces("{}", Some(("spdx", "unparsable", 0)))]
    #[case::cut("{\"spdxVersion\"", Some(("spdx", "unparsable", 0)))]
    #[case::no_components(r#"{"bomFormat": "CycloneDX", "components": []}"#, Some(("cyclonedx", "empty", 0)))]
    #[case::page("<html>Not Found</html>", Some(("cyclonedx", "unparsable", 0)))]
    #[case::rdf("<rdf:RDF xmlns:spdx='http://spdx.org/rdf/terms#'/>", None)]
    #[case::prose("an SBOM is on its way", Some(("spdx", "unparsable", 0)))]
    fn forms(#[case] text: &str, #[case] expected: Option<(&str, &str, u64)>) {
        let found = read("sbom.json", text.as_bytes(), &BTreeMap::new(), &[]);
        let found = found.as_ref().map(|found| (found.format.as_str(), found.parse.as_str(), found.components));
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_missing_and_what_it_is_about() {
        let of = |text: &str, name: &str| {
            read(name, text.as_bytes(), &BTreeMap::new(), &["app.tar.gz", "b.zip"]).expect("read")
        };
        let spdx = of(SPDX, "sbom.json");
        assert_eq!(
            (spdx.subject.as_deref(), spdx.missing_core.len(), spdx.missing_extra.len()),
            (Some("app.tar.gz"), 0, 0)
        );
        let cyclonedx = of(CYCLONEDX, "b.zip.cdx.json");
        assert_eq!(cyclonedx.subject.as_deref(), Some("b.zip"));
        assert_eq!(cyclonedx.missing_extra, ["licence", "supplier"]);
        let bare = of(r#"{"bomFormat": "CycloneDX", "components": [{"name": "a"}, {"name": "b"}]}"#, "sbom.json");
        assert_eq!(bare.missing_core, ["author", "identifiers", "relationships", "timestamp", "versions"]);
        assert_eq!(bare.subject, None);
    }
}
