//! Entries of scanner configurations that silence a finding, with the reason that is given for each: a field of the
//! entry, or the comment beside or above it.

use serde::Deserialize;
use serde_json::Value as Json;

use super::ScannerIgnore;
use super::ids::ids;
use crate::collect::tree::Entry;
use crate::collect::{Context, limits, tables};
use crate::model::fact::{Fact, Reason};
use crate::yaml::{self, Node};

/// Which files silence findings (`policies/tables/ignore_files.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    files: Vec<File>,
    options: Vec<CommandOption>,
    scripts: Vec<String>,
    not_affected: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: String,
    format: Format,
    names: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Lines,
    Osv,
    Trivy,
    Grype,
    Rustsec,
    AuditCi,
    Nsp,
    Pyproject,
    Safety,
    Snyk,
    Pnpm,
    Yarn,
    Suppression,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandOption {
    tool: String,
    option: String,
    prefixes: Vec<String>,
}

/// An entry before its line is known.
#[derive(Debug, Default, PartialEq, Eq)]
struct Silenced {
    vuln: String,
    reason: Option<String>,
    /// Whether the entry itself states a status of not being affected.
    not_affected: bool,
}

impl Silenced {
    fn of(vuln: &str, reason: Option<&str>) -> Self {
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
        Self { vuln: vuln.trim().to_owned(), reason, not_affected: false }
    }
}

pub(super) fn find(cx: &Context<'_>) -> Fact<Vec<ScannerIgnore>> {
    let table: Table = match tables::load(cx.policies, "ignore_files") {
        Ok(table) => table,
        Err(error) => return Fact::broken(Reason::Error, error, cx.src),
    };
    let reader = cx.tree.reader();
    let mut found = Vec::new();
    let mut complete = cx.tree.complete();
    for entry in cx.tree.entries().iter().filter(|entry| entry.mode.is_file() && !entry.path.is_test()) {
        if found.len() > limits::FINDINGS {
            complete = false;
            break;
        }
        let file = table.files.iter().find(|file| file.is(entry));
        let is_script = table.is_script(entry);
        if file.is_none() && !is_script {
            continue;
        }
        let Ok(blob) = reader.read(entry, limits::TEXT_BYTES) else {
            complete = false;
            continue;
        };
        complete &= !blob.truncated;
        let (path, text) = (entry.path.text(), blob.text());
        if let Some(file) = file {
            match silenced(file.format, &text) {
                Some(entries) => {
                    found.extend(entries.into_iter().map(|entry| table.place(entry, &file.tool, &path, &text)))
                }
                // A file that does not parse may silence anything.
                None => complete = false,
            }
        }
        if is_script {
            table.options(&path, &text, &mut found);
        }
    }
    found.truncate(limits::FINDINGS);
    Fact::seen(found, complete, cx.src)
}

impl File {
    fn is(&self, entry: &Entry) -> bool {
        let lower = entry.path.lower();
        let named = self.names.iter().any(|name| {
            lower.strip_suffix(name.as_str()).is_some_and(|above| above.is_empty() || above.ends_with('/'))
        });
        // The settings of the workspace count at its root only.
        named && (!matches!(self.format, Format::Pnpm) || entry.path.depth() == 0)
    }
}

impl Table {
    fn is_script(&self, entry: &Entry) -> bool {
        let name = entry.path.name_lower();
        let workflow =
            entry.path.lower().starts_with(".github/workflows/") && (name.ends_with(".yml") || name.ends_with(".yaml"));
        workflow || entry.path.depth() == 0 && self.scripts.iter().any(|known| known == name)
    }

    fn place(&self, entry: Silenced, tool: &str, path: &str, text: &str) -> ScannerIgnore {
        let (line, comment) = whereabouts(text, &entry.vuln);
        let reason = entry.reason.or(comment);
        let lower = reason.as_deref().unwrap_or_default().to_lowercase();
        ScannerIgnore {
            path: path.to_owned(),
            line,
            tool: tool.to_owned(),
            vuln: entry.vuln,
            not_affected: entry.not_affected || self.not_affected.iter().any(|phrase| lower.contains(phrase.as_str())),
            reason: reason.map(|reason| quoted(&reason)),
        }
    }

    /// Findings silenced on command lines.
    fn options(&self, path: &str, text: &str, found: &mut Vec<ScannerIgnore>) {
        for line in text.lines() {
            for option in self.options.iter().filter(|option| line.contains(option.option.as_str())) {
                for part in line.split(option.option.as_str()).skip(1) {
                    let Some(value) = part.strip_prefix([' ', '=']) else { continue };
                    let word = value.split_whitespace().next().unwrap_or_default();
                    let id = ids(word).into_iter().next();
                    let fits = |id: &String| option.prefixes.iter().any(|prefix| id.starts_with(prefix.as_str()));
                    if let Some(id) = id.filter(fits) {
                        found.push(self.place(Silenced::of(&id, None), &option.tool, path, text));
                    }
                }
            }
        }
    }
}

/// The entries of one file; none when it does not parse.
fn silenced(format: Format, text: &str) -> Option<Vec<Silenced>> {
    match format {
        Format::Lines => Some(lines(text)),
        Format::Osv => osv(text),
        Format::Rustsec => rustsec(text),
        Format::Pyproject => pyproject(text),
        Format::AuditCi => Some(audit_ci(text)),
        Format::Nsp => Some(nsp(text)),
        Format::Suppression => suppression(text),
        Format::Trivy | Format::Grype | Format::Safety | Format::Snyk | Format::Pnpm | Format::Yarn => {
            let document = yaml::parse(text).ok()?;
            Some(document.map(|document| from_yaml(format, &document)).unwrap_or_default())
        }
    }
}

/// One identifier a line, `#` before a comment.
fn lines(text: &str) -> Vec<Silenced> {
    let plain = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    plain.flat_map(ids).map(|id| Silenced::of(&id, None)).collect()
}

fn osv(text: &str) -> Option<Vec<Silenced>> {
    let file: toml::Table = toml::from_str(text).ok()?;
    let entries = file.get("IgnoredVulns").and_then(toml::Value::as_array).into_iter().flatten();
    Some(entries.filter_map(|entry| table_entry(entry, "id", "reason")).collect())
}

fn table_entry(entry: &toml::Value, id: &str, reason: &str) -> Option<Silenced> {
    Some(Silenced::of(entry.get(id)?.as_str()?, entry.get(reason).and_then(toml::Value::as_str)))
}

fn rustsec(text: &str) -> Option<Vec<Silenced>> {
    let file: toml::Table = toml::from_str(text).ok()?;
    let ignore = file.get("advisories").and_then(|advisories| advisories.get("ignore")).and_then(toml::Value::as_array);
    let entry = |entry: &toml::Value| match entry.as_str() {
        Some(id) => Some(Silenced::of(id, None)),
        None => table_entry(entry, "id", "reason"),
    };
    Some(ignore.into_iter().flatten().filter_map(entry).collect())
}

fn pyproject(text: &str) -> Option<Vec<Silenced>> {
    let file: toml::Table = toml::from_str(text).ok()?;
    let tool = file.get("tool").and_then(|tool| tool.get("pip-audit"));
    let ids = tool
        .and_then(|tool| tool.get("ignore-vulns").or_else(|| tool.get("ignore-vuln")))
        .and_then(toml::Value::as_array);
    Some(ids.into_iter().flatten().filter_map(toml::Value::as_str).map(|id| Silenced::of(id, None)).collect())
}

fn audit_ci(text: &str) -> Vec<Silenced> {
    let Ok(json) = serde_json::from_str::<Json>(text) else { return lines_of_json(text) };
    let mut out = Vec::new();
    for entry in json.get("allowlist").and_then(Json::as_array).into_iter().flatten() {
        if let Some(id) = entry.as_str() {
            out.push(Silenced::of(before_path(id), None));
        }
        for (id, record) in entry.as_object().into_iter().flatten() {
            if record.get("active").and_then(Json::as_bool) != Some(false) {
                out.push(Silenced::of(before_path(id), record.get("notes").and_then(Json::as_str)));
            }
        }
    }
    out.retain(|entry| !ids(&entry.vuln).is_empty() || entry.vuln.bytes().all(|b| b.is_ascii_digit()));
    out
}

/// The advisory of an entry that is limited to one path of the dependency graph.
fn before_path(entry: &str) -> &str {
    entry.split('|').next().unwrap_or_default()
}

fn nsp(text: &str) -> Vec<Silenced> {
    let Ok(json) = serde_json::from_str::<Json>(text) else { return lines_of_json(text) };
    let mut out = Vec::new();
    for (id, record) in json.as_object().into_iter().flatten() {
        let active = record.get("active").and_then(Json::as_bool) != Some(false);
        let reason = record.as_str().or_else(|| record.get("notes").and_then(Json::as_str));
        if id == "exceptions" {
            let all = record.as_array().into_iter().flatten().filter_map(Json::as_str);
            out.extend(all.map(|id| Silenced::of(id, None)));
        } else if active {
            out.push(Silenced::of(id, reason));
        }
    }
    out
}

/// JSON with comments: identifiers outside of them.
fn lines_of_json(text: &str) -> Vec<Silenced> {
    let plain = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    plain.flat_map(ids).map(|id| Silenced::of(&id, None)).collect()
}

fn suppression(text: &str) -> Option<Vec<Silenced>> {
    let document = roxmltree::Document::parse(text).ok()?;
    let mut out = Vec::new();
    for rule in document.descendants().filter(|node| node.tag_name().name() == "suppress") {
        let child =
            |name: &str| rule.children().filter(|node| node.tag_name().name() == name).find_map(|node| node.text());
        let notes = child("notes");
        for node in rule.children().filter(|node| matches!(node.tag_name().name(), "cve" | "vulnerabilityName")) {
            out.extend(node.text().map(|id| Silenced::of(id, notes)));
        }
    }
    Some(out)
}

fn from_yaml(format: Format, document: &Node) -> Vec<Silenced> {
    let field = |node: &'_ Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let list = |path: &str| document.at(path).map(Node::items).unwrap_or_default();
    let plain =
        |path: &str| list(path).iter().filter_map(Node::as_str).map(|id| Silenced::of(id, None)).collect::<Vec<_>>();
    match format {
        Format::Trivy => list("vulnerabilities")
            .iter()
            .filter_map(|node| Some(Silenced::of(&field(node, "id")?, field(node, "statement").as_deref())))
            .collect(),
        Format::Grype => list("ignore")
            .iter()
            .filter_map(|node| {
                let reason = field(node, "reason").or_else(|| field(node, "vex-justification"));
                let entry = Silenced::of(&field(node, "vulnerability")?, reason.as_deref());
                Some(Silenced { not_affected: field(node, "vex-status").as_deref() == Some("not_affected"), ..entry })
            })
            .collect(),
        Format::Safety => document
            .at("security.ignore-vulnerabilities")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|(id, record)| Some(Silenced::of(id.as_str()?, field(record, "reason").as_deref())))
            .collect(),
        Format::Snyk => document
            .get("ignore")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|(id, paths)| {
                let records = paths.items().iter().flat_map(|path| path.entries());
                let reason = records.into_iter().find_map(|(_, record)| field(record, "reason"));
                Some(Silenced::of(id.as_str()?, reason.as_deref()))
            })
            .collect(),
        Format::Pnpm => {
            let lists = [
                "pnpm.auditConfig.ignoreCves",
                "pnpm.auditConfig.ignoreGhsas",
                "auditConfig.ignoreCves",
                "auditConfig.ignoreGhsas",
            ];
            lists.iter().flat_map(|path| plain(path)).collect()
        }
        Format::Yarn => plain("npmAuditIgnoreAdvisories"),
        _ => Vec::new(),
    }
}

/// The first line that names an identifier outside a comment, and the comment beside or above it.
fn whereabouts(text: &str, vuln: &str) -> (u64, Option<String>) {
    let mut above: Vec<&str> = Vec::new();
    for (line, number) in text.lines().zip(1_u64..) {
        let trimmed = line.trim();
        if let Some(comment) = comment_line(trimmed) {
            above.push(comment);
            continue;
        }
        if let Some(at) = trimmed.find(vuln) {
            let after = trimmed.get(at + vuln.len()..).unwrap_or_default();
            let beside = ["#", "//"].iter().find_map(|mark| after.split_once(mark)).map(|(_, comment)| comment.trim());
            let beside = beside.filter(|comment| !comment.is_empty()).map(str::to_owned);
            let above = (!above.is_empty()).then(|| above.join(" "));
            return (number, beside.or(above));
        }
        above.clear();
    }
    (1, None)
}

fn comment_line(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("//").or_else(|| line.strip_prefix('#'))?;
    let rest = rest.trim_matches(['#', '/', ' ']);
    (!rest.is_empty()).then_some(rest)
}

fn quoted(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(limits::QUOTE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::testing::with_context;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    fn found(path: &str, text: &str) -> Vec<ScannerIgnore> {
        with_context(&Tree::of(&[(path, text)]), find).value().expect("known").clone()
    }

    #[rstest]
    #[case::osv(
        "osv-scanner.toml",
        "[[IgnoredVulns]]\nid = \"GO-2022-0968\"\nreason = \"ssh is not used\"\n",
        "GO-2022-0968",
        Some("ssh is not used"),
        true,
        2
    )]
    #[case::trivy(
        "a/.trivyignore",
        "# Accepted until the next release\nCVE-2022-1111\n",
        "CVE-2022-1111",
        Some("Accepted until the next release"),
        false,
        2
    )]
    #[case::trivy_bare(".trivyignore", "\nCVE-2022-1111 exp:2026-01-01\n", "CVE-2022-1111", None, false, 2)]
    #[case::trivy_yaml(
        ".trivyignore.yaml",
        "vulnerabilities:\n  - id: CVE-2022-1111\n    statement: The code is not reachable\n",
        "CVE-2022-1111",
        Some("The code is not reachable"),
        true,
        2
    )]
    #[case::grype(
        ".grype.yaml",
        "ignore:\n  - vulnerability: CVE-2022-1111\n    vex-status: not_affected\n  - fix-state: wont-fix\n",
        "CVE-2022-1111",
        None,
        true,
        2
    )]
    #[case::deny(
        "deny.toml",
        "[advisories]\nignore = [\n  # only tests use it, so never called\n  \"RUSTSEC-2020-0001\",\n]\n",
        "RUSTSEC-2020-0001",
        Some("only tests use it, so never called"),
        true,
        4
    )]
    #[case::deny_table(
        "deny.toml",
        "[advisories]\nignore = [{ id = \"RUSTSEC-2020-0001\", reason = \"unmaintained\" }]\n",
        "RUSTSEC-2020-0001",
        Some("unmaintained"),
        false,
        2
    )]
    #[case::audit(
        ".cargo/audit.toml",
        "[advisories]\nignore = [\"RUSTSEC-2020-0001\"] # not affected\n",
        "RUSTSEC-2020-0001",
        Some("not affected"),
        true,
        2
    )]
    #[case::audit_ci(
        "audit-ci.jsonc",
        "{\n  // note\n  \"allowlist\": [\"GHSA-aaaa-bbbb-cccc|x>y\"],\n}\n",
        "GHSA-aaaa-bbbb-cccc",
        Some("note"),
        false,
        3
    )]
    #[case::audit_ci_notes(
        "audit-ci.json",
        "{\"allowlist\": [{\"GHSA-aaaa-bbbb-cccc\": {\"active\": true, \"notes\": \"unreachable\"}}]}",
        "GHSA-aaaa-bbbb-cccc",
        Some("unreachable"),
        true,
        1
    )]
    #[case::nsp(
        ".nsprc",
        "{\"GHSA-aaaa-bbbb-cccc\": \"build only, no impact\"}",
        "GHSA-aaaa-bbbb-cccc",
        Some("build only, no impact"),
        true,
        1
    )]
    #[case::pyproject(
        "pyproject.toml",
        "[tool.pip-audit]\nignore-vulns = [\"PYSEC-2022-1\"]\n",
        "PYSEC-2022-1",
        None,
        false,
        2
    )]
    #[case::safety(
        ".safety-policy.yml",
        "security:\n  ignore-vulnerabilities:\n    51457:\n      reason: we do not use the feature\n",
        "51457",
        Some("we do not use the feature"),
        true,
        3
    )]
    #[case::snyk(
        ".snyk",
        "ignore:\n  SNYK-JS-X-123:\n    - '*':\n        reason: Not exploitable here\n",
        "SNYK-JS-X-123",
        Some("Not exploitable here"),
        true,
        2
    )]
    #[case::pnpm(
        "package.json",
        "{\"pnpm\": {\"auditConfig\": {\"ignoreCves\": [\"CVE-2022-1111\"]}}}",
        "CVE-2022-1111",
        None,
        false,
        1
    )]
    #[case::yarn(
        ".yarnrc.yml",
        "npmAuditIgnoreAdvisories:\n  - 1088948 # not used\n",
        "1088948",
        Some("not used"),
        true,
        2
    )]
    #[case::maven(
        "owasp/suppressions.xml",
        "<suppressions><suppress><notes>false positive</notes><cve>CVE-2022-1111</cve></suppress></suppressions>",
        "CVE-2022-1111",
        Some("false positive"),
        true,
        1
    )]
    #[case::option(
        ".github/workflows/a.yml",
        "run: |\n  pip-audit \\\n    --ignore-vuln PYSEC-2022-1\n",
        "PYSEC-2022-1",
        None,
        false,
        3
    )]
    #[case::cargo_option(
        "Makefile",
        "audit:\n\tcargo audit --ignore RUSTSEC-2020-0001 # not affected\n",
        "RUSTSEC-2020-0001",
        Some("not affected"),
        true,
        2
    )]
    fn formats(
        #[case] path: &str,
        #[case] text: &str,
        #[case] vuln: &str,
        #[case] reason: Option<&str>,
        #[case] not_affected: bool,
        #[case] line: u64,
    ) {
        let found = found(path, text);
        assert_eq!(found.len(), 1, "{found:?}");
        let entry = &found[0];
        assert_eq!(
            (entry.vuln.as_str(), entry.reason.as_deref(), entry.not_affected, entry.line),
            (vuln, reason, not_affected, line)
        );
    }

    #[rstest]
    #[case("deny.toml", "[advisories]\nignore = [\n    #\"RUSTSEC-0000-0000\",\n]\n")]
    #[case(".trivyignore", "AVD-DS-0002\n")]
    #[case("sub/package.json", "{\"pnpm\": {\"auditConfig\": {\"ignoreCves\": [\"CVE-2022-1111\"]}}}")]
    #[case("tests/osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-2022-0968\"\n")]
    #[case("Makefile", "lint:\n\tflake8 --ignore E501\n")]
    #[case("pyproject.toml", "[project]\nname = \"x\"\n")]
    fn nothing(#[case] path: &str, #[case] text: &str) {
        assert!(found(path, text).is_empty());
    }

    #[test]
    fn a_broken_file_makes_the_list_incomplete() {
        let fact = with_context(&Tree::of(&[("osv-scanner.toml", "[[")]), find);
        assert!(!fact.is_complete());
    }
}
