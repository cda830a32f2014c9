//! Reading a catalog that somebody else publishes in the Gemara format: one file, or a directory of fragments. Five
//! dialects are in circulation; they differ in where controls hang, how levels and retirement are written and how other
//! frameworks are named, and every one of them is read here. Ids are texts: `1.10` never becomes a number.
//!
//! What is merely odd in a catalog (an unknown level, a control of another name) is kept as a problem with its place,
//! for `compare` to report; only what cannot be read at all is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::load::CatalogError;
use crate::bundle::hex;
use crate::model::id::{Level, RequirementId};
use crate::yaml::{self, Node};

/// Bytes of one file.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Fragments of one directory.
const MAX_FILES: usize = 500;
/// Problems that are kept; a file of another kind would have one per line.
const MAX_PROBLEMS: usize = 200;

/// An official catalog as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Official {
    /// The id its metadata states, such as `osps-baseline-2026-02`.
    pub id: Option<String>,
    /// The version its metadata states; often there is none.
    pub version: Option<String>,
    /// Controls by their ids.
    pub controls: BTreeMap<String, OfficialControl>,
    /// Requirements in the order of their ids; an id that stands twice is kept twice.
    pub requirements: Vec<OfficialRequirement>,
    /// What could not be understood, in the order it was met.
    pub problems: Vec<CatalogError>,
    /// Files that were passed over although they do not parse, because no requirement stands in them.
    pub skipped: Vec<CatalogError>,
}

/// A control of an official catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfficialControl {
    /// Its title.
    pub title: String,
    /// Ids of related entries, by framework.
    pub references: BTreeMap<String, BTreeSet<String>>,
}

/// A requirement of an official catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialRequirement {
    /// Its id.
    pub id: RequirementId,
    /// Its levels in ascending order; empty for a retired one, whatever it lists.
    pub levels: Vec<Level>,
    /// Whether it is in force.
    pub state: OfficialState,
    /// Its text, white space collapsed.
    pub text: String,
    /// What it recommends, white space collapsed.
    pub recommendation: Option<String>,
    /// The file it stands in.
    pub file: String,
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
}

impl OfficialRequirement {
    /// SHA-256 of the text, as our catalogs record it.
    pub fn text_sha256(&self) -> String {
        hex(&Sha256::digest(self.text.as_bytes()))
    }
}

/// The states of Gemara. The dialects before its version 1 know only retirement, as a level of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficialState {
    /// Not in force yet.
    Draft,
    /// In force.
    Active,
    /// In force, about to be withdrawn.
    Deprecated,
    /// Withdrawn.
    Retired,
}

impl OfficialState {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Retired => "retired",
        }
    }

    fn named(text: &str) -> Option<Self> {
        [Self::Draft, Self::Active, Self::Deprecated, Self::Retired]
            .into_iter()
            .find(|state| state.name().eq_ignore_ascii_case(text.trim()))
    }
}

/// Why there is no catalog at a path.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The path cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file is not YAML.
    #[error(transparent)]
    Malformed(#[from] CatalogError),
    /// No requirement was found.
    #[error("{0}: holds no assessment requirement of the OSPS Baseline")]
    Nothing(String),
    /// The same requirement stands in two files.
    #[error("{id} stands in {first} and in {second}: this is more than one catalog")]
    Mixed {
        /// The first id that stands in both.
        id: RequirementId,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
}

/// The catalog in a file, or in the YAML files that lie directly in a directory.
pub fn read(path: &Path) -> Result<Official, ReadError> {
    let unreadable = |path: &Path, why: String| ReadError::Unreadable { path: path.to_owned(), why };
    if !path.is_dir() {
        let text = read_text(path).map_err(|why| unreadable(path, why))?;
        let name = path.display().to_string();
        let mut official = Official::default();
        official.add(&name, &text)?;
        return official.complete(&name);
    }
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, error.to_string()))? {
        let file = entry.map_err(|error| unreadable(path, error.to_string()))?.path();
        let extension = file.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("yaml" | "yml")) && file.is_file() {
            files.insert(file);
        }
        if files.len() > MAX_FILES {
            return Err(unreadable(path, format!("holds more than {MAX_FILES} YAML files")));
        }
    }
    let mut texts = Vec::new();
    for file in files {
        let text = read_text(&file).map_err(|why| unreadable(&file, why))?;
        texts.push((file.display().to_string(), text));
    }
    from_fragments(&path.display().to_string(), &texts)
}

/// The catalog in the fragments of a directory. A fragment that is not YAML and names no requirement is passed over:
/// one published version has such a metadata file.
fn from_fragments(directory: &str, texts: &[(String, String)]) -> Result<Official, ReadError> {
    let mut official = Official::default();
    for (name, text) in texts {
        match official.add(name, text) {
            Err(error) if !names_a_requirement(text) => official.skipped.push(error),
            result => result?,
        }
    }
    official.complete(directory)
}

fn read_text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("larger than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

/// Whether a text has a word of the form of a requirement id.
fn names_a_requirement(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.')))
        .any(|word| word.starts_with("OSPS-") && word.trim_end_matches('.').parse::<RequirementId>().is_ok())
}

/// A text with all white space collapsed, the form that digests are made of.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Official {
    /// Reads the documents of one file.
    fn add(&mut self, file: &str, text: &str) -> Result<(), CatalogError> {
        for document in yaml::parse_all(text).map_err(|error| CatalogError::from_yaml(file, error))? {
            self.add_document(file, &document);
        }
        Ok(())
    }

    fn add_document(&mut self, file: &str, document: &Node) {
        // Mappings, lexicons and evaluations of Gemara say what they are; only the oldest catalogs say nothing.
        let kind = document.at("metadata.type").and_then(Node::as_str);
        if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("ControlCatalog")) {
            return;
        }
        // Metadata in a file of its own is flat.
        let flat = ["applicability-categories", "applicability-groups", "mapping-references"];
        let metadata = match document.get("metadata") {
            Some(metadata) => Some(metadata),
            None => flat.iter().any(|key| document.get(key).is_some()).then_some(document),
        };
        let stated = |key: &str| {
            let text = metadata?.get(key)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        self.id = self.id.take().or_else(|| stated("id"));
        self.version = self.version.take().or_else(|| stated("version"));
        let nested = ["control-families", "groups", "families"]
            .iter()
            .filter_map(|key| document.get(key))
            .flat_map(|families| families.items())
            .filter_map(|family| family.get("controls"));
        for controls in document.get("controls").into_iter().chain(nested) {
            for control in controls.items() {
                self.add_control(file, control);
            }
        }
    }

    fn add_control(&mut self, file: &str, control: &Node) {
        let Some(id) = control.get("id").and_then(Node::as_str).map(str::trim) else {
            return self.problem(file, control, "a control without an id".to_owned());
        };
        let entry = self.controls.entry(id.to_owned()).or_default();
        entry.title = control.get("title").and_then(Node::as_str).map(collapsed).unwrap_or_default();
        for references in ["mappings", "guideline-mappings", "guidelines"].iter().filter_map(|key| control.get(key)) {
            for reference in references.items() {
                let framework = reference.get("reference-id").and_then(Node::as_str).map(str::trim);
                let ids = entry.references.entry(framework.unwrap_or_default().to_owned()).or_default();
                ids.extend(reference_ids(reference));
            }
        }
        entry.references.retain(|framework, ids| !framework.is_empty() && !ids.is_empty());
        let requirements = control.get("assessment-requirements").map(Node::items).unwrap_or_default();
        if requirements.is_empty() {
            return self.problem(file, control, format!("{id} has no requirement"));
        }
        for requirement in requirements {
            self.add_requirement(file, id, requirement);
        }
    }

    fn add_requirement(&mut self, file: &str, control: &str, node: &Node) {
        let Some(named) = node.get("id").filter(|named| named.as_str().is_some()) else {
            return self.problem(file, node, format!("{control} has a requirement without an id"));
        };
        let text = named.as_str().unwrap_or_default().trim();
        let id = match text.parse::<RequirementId>() {
            Ok(id) if id.as_str() == text => id,
            _ => return self.problem(file, named, format!("`{text}` is not a requirement id such as OSPS-AC-01.01")),
        };
        if id.control() != control {
            self.problem(file, named, format!("{id} stands under the control {control}"));
        }
        let state = self.state(file, &id, node);
        let levels = if state == OfficialState::Retired { Vec::new() } else { self.levels(file, &id, node) };
        let text = node.get("text").and_then(Node::as_str).map(collapsed).unwrap_or_default();
        if text.is_empty() {
            self.problem(file, named, format!("{id} has no text"));
        }
        let recommendation = node.get("recommendation").and_then(Node::as_str).map(collapsed);
        let (file, line, column) = (file.to_owned(), named.line, named.column);
        self.requirements.push(OfficialRequirement { id, levels, state, text, recommendation, file, line, column });
    }

    /// The state, which the older dialects write as a level.
    fn state(&mut self, file: &str, id: &RequirementId, node: &Node) -> OfficialState {
        let applicability = node.get("applicability").map(Node::strings).unwrap_or_default();
        if applicability.iter().any(|word| word.trim().eq_ignore_ascii_case("retired")) {
            return OfficialState::Retired;
        }
        let Some(stated) = node.get("state").filter(|state| !state.is_null()) else {
            return OfficialState::Active;
        };
        stated.as_str().and_then(OfficialState::named).unwrap_or_else(|| {
            self.problem(file, stated, format!("{id} has a state other than draft, active, deprecated and retired"));
            OfficialState::Active
        })
    }

    fn levels(&mut self, file: &str, id: &RequirementId, node: &Node) -> Vec<Level> {
        let Some(applicability) = node.get("applicability") else { return Vec::new() };
        let mut levels = BTreeSet::new();
        for word in applicability.strings() {
            match level(word) {
                Some(level) => drop(levels.insert(level)),
                None => {
                    self.problem(file, applicability, format!("{id} lists `{word}`, which is not a maturity level"))
                }
            }
        }
        levels.into_iter().collect()
    }

    fn problem(&mut self, file: &str, node: &Node, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(CatalogError::at(file, node.line, node.column, message));
        }
    }

    /// Checks the whole, when all files are in.
    fn complete(mut self, name: &str) -> Result<Self, ReadError> {
        if self.requirements.is_empty() {
            return Err(ReadError::Nothing(name.to_owned()));
        }
        self.requirements.sort_by(|a, b| a.id.cmp(&b.id));
        for (before, after) in self.requirements.iter().zip(self.requirements.iter().skip(1)) {
            if before.id == after.id && before.file != after.file {
                let (first, second) = (before.file.clone(), after.file.clone());
                return Err(ReadError::Mixed { id: after.id.clone(), first, second });
            }
        }
        Ok(self)
    }
}

/// The ids that one reference names: a list of texts in the oldest dialect, a list of entries in the others.
fn reference_ids(reference: &Node) -> Vec<String> {
    let identifiers = reference.get("identifiers").map(Node::strings).unwrap_or_default();
    let entries = reference.get("entries").map(Node::items).unwrap_or_default();
    let ids = entries.iter().filter_map(|entry| entry.get("reference-id").or_else(|| entry.get("entry-id"))?.as_str());
    identifiers.into_iter().chain(ids).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
}

/// The level in `Maturity Level 1`, `maturity-1` or `Maturity1`.
fn level(text: &str) -> Option<Level> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect::<String>().to_ascii_lowercase();
    let rest = plain.strip_prefix("maturity")?;
    rest.strip_prefix("level").unwrap_or(rest).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalogs").join(name)
    }

    #[rstest]
    #[case::a("a", None, None, 2)]
    #[case::b("b", Some("osps-baseline"), None, 3)]
    #[case::c("c.yaml", Some("osps-baseline"), Some("2026-02-19"), 3)]
    #[case::d("d.yaml", Some("osps-baseline-2026-02"), Some("2026.02"), 3)]
    #[case::e("e", Some("osps-baseline"), None, 3)]
    fn reads_every_dialect(
        #[case] name: &str,
        #[case] id: Option<&str>,
        #[case] version: Option<&str>,
        #[case] requirements: usize,
    ) {
        let official = read(&fixture(name)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((official.id.as_deref(), official.version.as_deref()), (id, version));
        assert_eq!(official.problems, []);
        let read: Vec<_> = official
            .requirements
            .iter()
            .map(|requirement| {
                let levels: Vec<u8> = requirement.levels.iter().map(|level| level.number()).collect();
                (requirement.id.as_str(), levels, requirement.state, requirement.text.as_str())
            })
            .collect();
        let expected = [
            ("OSPS-AC-01.01", vec![1, 2, 3], OfficialState::Active, "The first text."),
            ("OSPS-AC-01.02", vec![3], OfficialState::Active, "The second text."),
            ("OSPS-AC-01.03", vec![], OfficialState::Retired, "Withdrawn."),
        ];
        assert_eq!(read, expected[..requirements]);
        let control = &official.controls["OSPS-AC-01"];
        assert_eq!(control.title, "A control of two lines");
        assert_eq!(official.controls.len(), 1);
        let references: Vec<_> = control.references.iter().map(|(framework, ids)| (framework.as_str(), ids)).collect();
        assert_eq!(references, [("FW", &BTreeSet::from(["1.10".to_owned(), "2.5".to_owned()]))]);
    }

    #[test]
    fn passes_over_a_broken_file_without_requirements() {
        let official = read(&fixture("b")).expect("read");
        assert_eq!(official.skipped.len(), 1);
        let skipped = official.skipped[0].to_string();
        assert!(skipped.contains("frameworks.yaml:3:5: "), "{skipped}");
    }

    const HEAD: &str = "controls:\n  - id: OSPS-AC-01\n    assessment-requirements:\n";

    #[rstest]
    #[case::no_yaml("controls: [OSPS-AC-01.01\n", "x.yaml:")]
    #[case::nothing("a: 1\n", "dir: holds no assessment requirement")]
    #[case::empty("", "dir: holds no assessment requirement")]
    #[case::scalar("just a text", "dir: holds no assessment requirement")]
    fn refuses(#[case] text: &str, #[case] message: &str) {
        let error = from_fragments("dir", &[("x.yaml".to_owned(), text.to_owned())]).expect_err("refused");
        assert!(error.to_string().starts_with(message), "{error}");
    }

    #[rstest]
    #[case::float_id("      - id: 1.10\n", "x.yaml:4:13: `1.10` is not a requirement id")]
    #[case::short_id("      - id: AC-01.01\n", "x.yaml:4:13: `AC-01.01` is not a requirement id")]
    #[case::no_id("      - text: x\n", "x.yaml:4:9: OSPS-AC-01 has a requirement without an id")]
    #[case::other_control(
        "      - id: OSPS-AC-02.01\n        text: x\n",
        "x.yaml:4:13: OSPS-AC-02.01 stands under the control OSPS-AC-01"
    )]
    #[case::no_text("      - id: OSPS-AC-01.01\n", "x.yaml:4:13: OSPS-AC-01.01 has no text")]
    #[case::level(
        "      - id: OSPS-AC-01.01\n        text: x\n        applicability: [maturity-4]\n",
        "x.yaml:6:24: OSPS-AC-01.01 lists `maturity-4`"
    )]
    #[case::state(
        "      - id: OSPS-AC-01.01\n        text: x\n        state: Gone\n",
        "x.yaml:6:16: OSPS-AC-01.01 has a state other than"
    )]
    fn keeps_problems_with_their_place(#[case] requirement: &str, #[case] message: &str) {
        let good = "      - id: OSPS-AC-01.09\n        text: x\n";
        let text = format!("{HEAD}{requirement}{good}");
        let official = from_fragments("dir", &[("x.yaml".to_owned(), text)]).expect("read");
        let problems: Vec<String> = official.problems.iter().map(ToString::to_string).collect();
        assert!(problems.len() == 1 && problems[0].starts_with(message), "{problems:?}");
    }

    #[test]
    fn keeps_an_id_that_stands_twice_in_one_file_and_refuses_it_in_two() {
        let text = format!("{HEAD}      - id: OSPS-AC-01.01\n        text: x\n");
        let twice = format!("{text}      - id: OSPS-AC-01.01\n        text: y\n");
        let official = from_fragments("dir", &[("x.yaml".to_owned(), twice)]).expect("read");
        assert_eq!(official.requirements.len(), 2);
        let error = from_fragments("dir", &[("x.yaml".to_owned(), text.clone()), ("y.yaml".to_owned(), text)]);
        let error = error.expect_err("refused").to_string();
        assert_eq!(error, "OSPS-AC-01.01 stands in x.yaml and in y.yaml: this is more than one catalog");
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        assert!(read(&fixture("none.yaml")).expect_err("refused").to_string().contains("none.yaml: "));
    }
}
