//! `osps catalog`: the versions of the standard, what each says, how two differ, and whether an official file says the
//! same as ours.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};
use serde_json::{Value, json};

use super::exit::{self, Bug, Exit, Usage};
use super::shared::{self, Mode, Terminal};
use crate::bundle::Bundle;
use crate::catalog::compare::{self, Aspect, Change, Difference, FoundBy, Kind, level_list};
use crate::catalog::mappings::Mappings;
use crate::catalog::official::{self, Official};
use crate::catalog::{Catalogs, version};
use crate::model::catalog::{Catalog, Requirement};
use crate::model::id::{Level, RequirementId};
use crate::model::mapping::CAUTION;
use crate::report::oscal;
use crate::report::style::Style;

/// The options of `osps catalog`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The versions of the standard.
    List,
    /// The requirements of a version, or one of them in full.
    Show {
        /// A requirement, a control or a family, such as OSPS-AC-01.01, AC-01 or AC (default: all)
        id: Option<String>,
        /// The version (default: the newest), or an official catalog whose texts are shown too
        #[arg(long, value_name = "VERSION|PATH")]
        catalog: Option<String>,
        /// List retired requirements too
        #[arg(long)]
        retired: bool,
    },
    /// What the second version treats differently from the first.
    Diff {
        /// The earlier version, such as 2025-10-10
        from: String,
        /// The later version (default: the newest)
        to: Option<String>,
    },
    /// The requirements of a level as an OSCAL profile of the catalog.
    Profile {
        /// The level
        #[arg(long, value_name = "LEVEL")]
        level: Level,
        /// How levels are read: everything from the lowest level upwards, or exactly what the catalog lists
        #[arg(long, value_enum, default_value_t)]
        levels: Mode,
        /// The version (default: the newest)
        #[arg(long, value_name = "VERSION")]
        catalog: Option<String>,
        /// Where the catalog lies in OSCAL (default: a resource of the profile that names the official page)
        #[arg(long, value_name = "HREF")]
        import: Option<String>,
    },
    /// Whether an official catalog has the ids, levels, states and texts that ours has; exit with 1 if it has not.
    Verify {
        /// A Gemara catalog: one file, or the directory of its fragments
        path: PathBuf,
        /// The version it should be (default: what its metadata or its name says)
        #[arg(long, value_name = "VERSION")]
        catalog: Option<String>,
    },
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let catalogs = shared::catalogs()?;
    let style = terminal.style(false);
    let (value, text, code) = match &args.command {
        Command::Profile { level, levels, catalog, import } => {
            let catalog = shared::catalog(&catalogs, catalog.as_deref())?;
            let text = oscal::profile(catalog, *level, (*levels).into(), import.as_deref());
            shared::write(&text, None)?;
            return Ok(exit::DONE);
        }
        Command::List => (list_json(&catalogs), list(&catalogs), exit::DONE),
        Command::Show { id, catalog, retired } => {
            let shown = Shown::choose(&catalogs, id.as_deref(), catalog.as_deref(), *retired)?;
            (shown.json(), shown.text(&style), exit::DONE)
        }
        Command::Diff { from, to } => {
            let before = catalogs.get(from)?;
            let after = shared::catalog(&catalogs, to.as_deref())?;
            let changes = compare::diff(before, after);
            (diff_json(before, after, &changes), diff(before, after, &changes, &style), exit::DONE)
        }
        Command::Verify { path, catalog } => {
            let verified = Verified::of(path, catalog.as_deref(), &catalogs)?;
            let code = if verified.differences.is_empty() { exit::DONE } else { exit::NOT_MET };
            (verified.json(), verified.text(&style), code)
        }
    };
    let text = if args.json { format!("{value:#}\n") } else { text };
    shared::write(&text, None)?;
    Ok(code)
}

/// Requirements that count at level 1, 2 and 3 when levels are read cumulatively.
fn cumulative(catalog: &Catalog) -> [usize; 3] {
    [1, 2, 3].map(|level| {
        let counts = |requirement: &&Requirement| requirement.lowest_level().is_some_and(|low| low.number() <= level);
        catalog.active().filter(counts).count()
    })
}

fn list(catalogs: &Catalogs) -> String {
    let mut text = String::from("version     controls  in force  retired  up to level 1 / 2 / 3\n");
    for catalog in catalogs.all().rev() {
        let active = catalog.active().count();
        let [one, two, three] = cumulative(catalog);
        let _ = writeln!(
            text,
            "{}  {:>8}  {active:>8}  {:>7}  {one} / {two} / {three}",
            catalog.version,
            catalog.controls.len(),
            catalog.requirements.len() - active,
        );
    }
    text
}

fn list_json(catalogs: &Catalogs) -> Value {
    let version = |catalog: &Catalog| {
        let active = catalog.active().count();
        json!({
            "id": catalog.id,
            "version": catalog.version,
            "digest": catalogs.digest(&catalog.version),
            "url": catalog.url,
            "controls": catalog.controls.len(),
            "active": active,
            "retired": catalog.requirements.len() - active,
            "cumulative": cumulative(catalog),
        })
    };
    catalogs.all().rev().map(version).collect()
}

/// What `show` shows.
struct Shown<'a> {
    catalogs: &'a Catalogs,
    catalog: &'a Catalog,
    requirements: Vec<&'a Requirement>,
    /// Whether one thing was asked for, so that each requirement is shown in full.
    in_full: bool,
    official: Option<Official>,
    mappings: Mappings,
}

impl<'a> Shown<'a> {
    fn choose(catalogs: &'a Catalogs, id: Option<&str>, catalog: Option<&str>, retired: bool) -> anyhow::Result<Self> {
        let (catalog, official) = named_catalog(catalogs, catalog)?;
        let mappings =
            Mappings::from_bundle(&Bundle::controls()).map_err(|error| anyhow::Error::from(Bug(error.to_string())))?;
        let full = id.map(|id| {
            let id = id.trim().to_ascii_uppercase();
            if id.starts_with("OSPS-") { id } else { format!("OSPS-{id}") }
        });
        let parsed = full.as_deref().and_then(|id| id.parse::<RequirementId>().ok());
        // A part of an id ends where the id has a `-` or a `.`, so that AC-0 is no control.
        let within = |requirement: &Requirement, part: &str| {
            let rest = requirement.id.as_str().strip_prefix(part);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
        };
        let requirements: Vec<&Requirement> = match &full {
            None => catalog.requirements.iter().filter(|requirement| retired || requirement.is_active()).collect(),
            Some(part) => catalog
                .requirements
                .iter()
                .filter(|requirement| within(requirement, part))
                .filter(|requirement| retired || requirement.is_active() || parsed.is_some())
                .collect(),
        };
        if requirements.is_empty() {
            let asked = id.unwrap_or_default();
            return Err(
                Usage(format!("there is no requirement, control or family `{asked}` in {}", catalog.version)).into()
            );
        }
        let in_full = full.is_some_and(|id| id.len() > "OSPS-AC".len());
        Ok(Self { catalogs, catalog, requirements, in_full, official, mappings })
    }

    fn json(&self) -> Value {
        let one = |requirement: &&Requirement| {
            let control = requirement.id.control();
            let related = self.mappings.of(control).map(|(framework, ids)| (framework.id.clone(), json!(ids)));
            let official = self.official_text(requirement);
            json!({
                "catalog": self.catalog.version,
                "id": requirement.id,
                "control": control,
                "family": requirement.id.family(),
                "levels": requirement.levels,
                "state": requirement.state,
                "summary": requirement.summary,
                "applies_to": requirement.applies_to,
                "scopes": requirement.scopes,
                "remediation": requirement.remediation,
                "replaced_by": requirement.replaced_by,
                "url": requirement.url,
                "text_sha256": requirement.text_sha256,
                "relates_to": related.collect::<serde_json::Map<_, _>>(),
                "official": official.map(|(text, advice)| json!({"text": text, "recommendation": advice})),
            })
        };
        self.requirements.iter().map(one).collect()
    }

    fn official_text(&self, requirement: &Requirement) -> Option<(&str, Option<&str>)> {
        let found = self.official.as_ref()?.requirements.iter().find(|official| official.id == requirement.id)?;
        Some((&found.text, found.recommendation.as_deref()))
    }

    fn text(&self, style: &Style) -> String {
        if !self.in_full {
            let mut text = format!("{}\n", style.bold(&format!("OSPS Baseline {}", self.catalog.version)));
            for requirement in &self.requirements {
                let _ = writeln!(text, "{}", line(requirement, style));
            }
            return text;
        }
        let full: Vec<String> = self.requirements.iter().map(|requirement| self.details(requirement, style)).collect();
        full.join("\n")
    }

    /// Everything about one requirement.
    fn details(&self, requirement: &Requirement, style: &Style) -> String {
        let catalog = self.catalog;
        let id = &requirement.id;
        let control = catalog.controls.iter().find(|control| control.id == id.control());
        let family = catalog.families.iter().find(|family| family.id == id.family());
        let mut rows = Vec::new();
        rows.push(("control", format!("{} {}", id.control(), control.map_or("", |control| &control.title))));
        rows.push(("family", family.map_or("", |family| &family.title).to_owned()));
        rows.push(("levels", level_list(&requirement.levels)));
        rows.push(("state", state(requirement)));
        rows.push(("applies", requirement.applies_to.clone().unwrap_or_else(|| "every repository".to_owned())));
        let scopes = requirement.scopes.iter().filter_map(|scope| Some(json!(scope).as_str()?.to_owned()));
        rows.push(("read from", scopes.collect::<Vec<_>>().join(", ")));
        if let Some(remediation) = &requirement.remediation {
            rows.push(("to meet", format!("{} ({} minutes)", remediation.text, remediation.minutes)));
            if let Some(command) = &remediation.command {
                rows.push(("command", command.clone()));
            }
        }
        rows.push(("text", requirement.url.clone()));
        rows.push(("sha256", requirement.text_sha256.clone()));
        rows.push(("versions", self.versions(requirement)));
        if let Some((text, recommendation)) = self.official_text(requirement) {
            rows.push(("official", text.to_owned()));
            rows.extend(recommendation.map(|recommendation| ("advice", recommendation.to_owned())));
        }
        for (index, (framework, ids)) in self.mappings.of(id.control()).enumerate() {
            let name = if index == 0 { "relates to" } else { "" };
            rows.push((name, format!("{} {}", framework.id, ids.join(", "))));
        }
        if self.mappings.of(id.control()).next().is_some() {
            rows.push(("", CAUTION.to_owned()));
        }
        let mut text = format!("{}\n", style.bold(&format!("{id}  {}", style.plain(&requirement.summary))));
        for (name, value) in rows {
            let wrapped = if name == "command" { style.plain(&value) } else { style.wrap(&value, 14) };
            let _ = writeln!(text, "  {name:<12}{}", wrapped.trim_start());
        }
        text
    }

    /// The versions that list a requirement, each with a mark where its text is another one.
    fn versions(&self, requirement: &Requirement) -> String {
        let listed = self.catalogs.all().filter_map(|catalog| {
            let there = catalog.requirement(&requirement.id)?;
            let mark = if there.text_sha256 == requirement.text_sha256 { "" } else { " (other text)" };
            Some(format!("{}{mark}", catalog.version))
        });
        listed.collect::<Vec<_>>().join(", ")
    }
}

/// The catalog that an option names: a version, or an official file together with the version it describes.
fn named_catalog<'a>(catalogs: &'a Catalogs, named: Option<&str>) -> anyhow::Result<(&'a Catalog, Option<Official>)> {
    let Some(name) = named else { return Ok((catalogs.latest(), None)) };
    let path = Path::new(name);
    match catalogs.get(name) {
        Ok(catalog) => Ok((catalog, None)),
        Err(_) if path.exists() => {
            let official = official::read(path)?;
            let (catalog, _) = version_of(&official, path, catalogs)?;
            Ok((catalog, Some(official)))
        }
        Err(unknown) => Err(unknown.into()),
    }
}

fn version_of<'a>(official: &Official, path: &Path, catalogs: &'a Catalogs) -> anyhow::Result<(&'a Catalog, FoundBy)> {
    let path = std::path::absolute(path)?;
    compare::version_of(official, &path, catalogs).ok_or_else(|| {
        let known = catalogs.versions().collect::<Vec<_>>().join(", ");
        let stated = official.version.as_deref().filter(|stated| version::is_date(stated));
        let problem = stated.map_or_else(
            || "neither its metadata nor its name says which version it is".to_owned(),
            |stated| format!("its metadata says version {stated}, which is not known"),
        );
        Usage(format!("{}: {problem}; name one with --catalog: {known}", path.display())).into()
    })
}

/// One requirement in one line.
fn line(requirement: &Requirement, style: &Style) -> String {
    let levels = if requirement.is_active() { level_list(&requirement.levels) } else { "retired".to_owned() };
    format!("{}  {levels:<7}  {}", requirement.id, style.plain(&requirement.summary))
}

fn state(requirement: &Requirement) -> String {
    if requirement.is_active() {
        return "in force".to_owned();
    }
    let successors: Vec<&str> = requirement.replaced_by.iter().map(RequirementId::as_str).collect();
    let see = if successors.is_empty() { String::new() } else { format!("; see {}", successors.join(", ")) };
    format!("retired, never assessed{see}")
}

fn diff(before: &Catalog, after: &Catalog, changes: &[Change<'_>], style: &Style) -> String {
    let mut text = format!("{}\n", style.bold(&format!("{} -> {}", before.version, after.version)));
    for change in changes {
        let (sign, said) = match (change.before, change.after) {
            (None, Some(new)) => ("+", format!("level {}: {}", level_list(&new.levels), new.summary)),
            (Some(old), None) => ("-", old.summary.clone()),
            (Some(old), Some(new)) if old.state != new.state && !new.is_active() => ("-", state(new)),
            (Some(old), Some(new)) => ("~", changed(change, old, new)),
            (None, None) => continue,
        };
        let wrapped = style.wrap(&said, 17);
        let _ = writeln!(text, "{sign} {}  {}", change.requirement, wrapped.trim_start());
    }
    let _ = match changes.len() {
        0 => writeln!(text, "No difference."),
        1 => writeln!(text, "1 requirement differs."),
        many => writeln!(text, "{many} requirements differ."),
    };
    text
}

/// What changed about a requirement that both versions list.
fn changed(change: &Change<'_>, old: &Requirement, new: &Requirement) -> String {
    let said = change.aspects.iter().filter_map(|aspect| match aspect {
        Aspect::State => Some(format!("state: {}", state(new))),
        Aspect::Levels => Some(format!("levels: {} -> {}", level_list(&old.levels), level_list(&new.levels))),
        Aspect::Summary => Some(format!("now: {}", new.summary.trim_end_matches('.'))),
        Aspect::AppliesTo => {
            let applies =
                |requirement: &Requirement| requirement.applies_to.clone().unwrap_or("every repository".into());
            Some(format!("applies to: {} -> {}", applies(old), applies(new)))
        }
        // A new wording that changes nothing we say about it.
        Aspect::Text if change.aspects.iter().all(|aspect| *aspect == Aspect::Text) => Some("reworded".to_owned()),
        Aspect::Text | Aspect::Added | Aspect::Removed => None,
    });
    said.collect::<Vec<_>>().join("; ")
}

fn diff_json(before: &Catalog, after: &Catalog, changes: &[Change<'_>]) -> Value {
    let side = |requirement: Option<&Requirement>| {
        requirement.map(|requirement| {
            json!({
                "state": requirement.state,
                "levels": requirement.levels,
                "summary": requirement.summary,
                "applies_to": requirement.applies_to,
                "text_sha256": requirement.text_sha256,
            })
        })
    };
    let changes: Vec<Value> = changes
        .iter()
        .map(|change| {
            json!({
                "requirement": change.requirement,
                "aspects": change.aspects,
                "before": side(change.before),
                "after": side(change.after),
            })
        })
        .collect();
    json!({"from": before.version, "to": after.version, "changes": changes})
}

/// An official catalog that was compared with ours.
struct Verified<'a> {
    path: &'a Path,
    catalog: &'a Catalog,
    found_by: FoundBy,
    official: Official,
    differences: Vec<Difference>,
}

impl<'a> Verified<'a> {
    fn of(path: &'a Path, version: Option<&str>, catalogs: &'a Catalogs) -> anyhow::Result<Self> {
        let official = official::read(path)?;
        let (catalog, found_by) = match version {
            Some(version) => (catalogs.get(version)?, FoundBy::Given),
            None => version_of(&official, path, catalogs)?,
        };
        let differences = compare::verify(&official, catalog, catalogs);
        Ok(Self { path, catalog, found_by, official, differences })
    }

    fn json(&self) -> Value {
        let (found_by, name) = match &self.found_by {
            FoundBy::Given => ("option", None),
            FoundBy::Metadata => ("metadata", None),
            FoundBy::Path(name) => ("path", Some(name)),
        };
        json!({
            "path": self.path.display().to_string(),
            "catalog": self.catalog.version,
            "version_found_by": found_by,
            "version_found_in": name,
            "requirements": self.official.requirements.len(),
            "skipped": self.official.skipped.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "differences": self.differences,
        })
    }

    fn text(&self, style: &Style) -> String {
        let by = match &self.found_by {
            FoundBy::Given => String::new(),
            FoundBy::Metadata => " (so its metadata says)".to_owned(),
            FoundBy::Path(name) => format!(" (from the name {name})"),
        };
        let version = &self.catalog.version;
        let head = format!("{}: compared with OSPS Baseline {version}{by}", self.path.display());
        let mut text = format!("{}\n", style.plain(&head));
        for skipped in &self.official.skipped {
            let _ = writeln!(text, "note: passed over, it names no requirement: {}", style.plain(&skipped.to_string()));
        }
        let left_out = |retired: &&Requirement| {
            !retired.is_active() && !self.official.requirements.iter().any(|found| found.id == retired.id)
        };
        for retired in self.catalog.requirements.iter().filter(left_out) {
            let _ = writeln!(text, "note: {} is retired and left out there", retired.id);
        }
        for difference in &self.differences {
            let _ = writeln!(text, "{}", style.plain(&said(difference, version)));
        }
        let _ = match self.differences.len() {
            0 => writeln!(text, "No difference in {} requirements.", self.official.requirements.len()),
            1 => writeln!(text, "1 difference."),
            many => writeln!(text, "{many} differences."),
        };
        text
    }
}

/// A difference in one line.
fn said(difference: &Difference, version: &str) -> String {
    let id = difference.requirement.as_ref().map_or("catalog", RequirementId::as_str);
    let expected = difference.expected.as_deref().unwrap_or_default();
    let found = difference.found.as_deref().unwrap_or_default();
    let belongs = match difference.text_of.as_slice() {
        [] => String::new(),
        versions => format!(" (as in {})", versions.join(", ")),
    };
    let what = match difference.kind {
        Kind::Missing => format!("missing: {expected}"),
        Kind::Unknown => format!("not in {version}{belongs}"),
        Kind::Duplicate => "stands twice".to_owned(),
        Kind::State => format!("state {found}, expected {expected}"),
        Kind::Levels => format!("levels {found}, expected {expected}"),
        Kind::Text => format!("text {}{belongs}, expected {}", short(found), short(expected)),
        Kind::Malformed => found.to_owned(),
    };
    let place = difference.place.as_ref().map_or_else(String::new, |place| format!(", at {place}"));
    format!("{id}: {what}{place}")
}

/// The beginning of a digest.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use rstest::rstest;

    const STYLE: Style = Style { color: false, unicode: true, width: 100 };

    fn shipped() -> Catalogs {
        Catalogs::from_bundle(&Bundle::controls()).expect("valid")
    }

    fn shown(id: Option<&str>, catalog: Option<&str>, retired: bool) -> anyhow::Result<(String, Value)> {
        let catalogs = shipped();
        let shown = Shown::choose(&catalogs, id, catalog, retired)?;
        Ok((shown.text(&STYLE), shown.json()))
    }

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[rstest]
    #[case(&["osps", "list", "--json"])]
    #[case(&["osps", "show"])]
    #[case(&["osps", "show", "AC-01.01", "--catalog", "2026.02"])]
    #[case(&["osps", "diff", "2025-10", "2026-02"])]
    #[case(&["osps", "verify", "file.yaml", "--catalog", "v2026.02.19"])]
    fn the_command_line_is_understood(#[case] line: &[&str]) {
        assert!(Line::try_parse_from(line).is_ok());
    }

    #[test]
    fn lists_the_newest_version_first() {
        let catalogs = shipped();
        let text = list(&catalogs);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 5 && lines[1].starts_with("2026-08-28") && lines[1].ends_with("24 / 43 / 64"), "{text}");
        assert_eq!(list_json(&catalogs)[0]["active"], 64);
    }

    #[rstest]
    #[case::all(None, None, false, 64)]
    #[case::with_retired(None, None, true, 65)]
    #[case::older(None, Some("2025.10.10"), true, 62)]
    #[case::family(Some("ac"), None, false, 6)]
    #[case::control(Some("OSPS-BR-01"), None, false, 3)]
    #[case::control_with_retired(Some("BR-01"), None, true, 4)]
    #[case::one(Some("AC-01.01"), None, false, 1)]
    #[case::retired_by_its_id(Some("OSPS-BR-01.02"), None, false, 1)]
    fn shows_what_was_asked_for(
        #[case] id: Option<&str>,
        #[case] catalog: Option<&str>,
        #[case] retired: bool,
        #[case] count: usize,
    ) {
        let (_, json) = shown(id, catalog, retired).expect("shown");
        assert_eq!(json.as_array().map(Vec::len), Some(count));
    }

    #[rstest]
    #[case::part_of_a_number(Some("AC-0"), None, "there is no requirement, control or family `AC-0` in 2026-08-28")]
    #[case::nothing(Some("ZZ"), None, "`ZZ`")]
    #[case::empty(Some(""), None, "``")]
    #[case::not_yet(Some("DO-07.01"), Some("2025-10"), "in 2025-10-10")]
    #[case::version(None, Some("2024"), "known are 2025-02-25")]
    fn refuses_what_is_not_there(#[case] id: Option<&str>, #[case] catalog: Option<&str>, #[case] message: &str) {
        let error = shown(id, catalog, false).expect_err("refused").to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn shows_a_requirement_in_full() {
        let (text, json) = shown(Some("AC-03.01"), None, false).expect("shown");
        for part in [
            "control     OSPS-AC-03 ",
            "levels      1 2 3",
            "rulesets --input",
            "#osps-ac-0301",
            "SSDF PO.3.2",
            CAUTION,
        ] {
            assert!(text.contains(part) || text.replace("\n              ", " ").contains(part), "{part}: {text}");
        }
        assert_eq!(json[0]["relates_to"]["CRA"], json!(["1.2f"]));
        let (text, _) = shown(Some("BR-01.02"), None, false).expect("shown");
        assert!(text.contains("retired, never assessed; see OSPS-BR-01.01"), "{text}");
        let (text, _) = shown(Some("QA-04.01"), None, false).expect("shown");
        assert!(
            text.replace("\n              ", " ").contains("2025-10-10 (other text), 2026-02-19, 2026-08-28"),
            "{text}"
        );
    }

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalogs").join(name)
    }

    #[test]
    fn shows_the_texts_of_an_official_catalog() {
        let path = fixture("d.yaml");
        let (text, json) = shown(Some("AC-01.01"), path.to_str(), false).expect("shown");
        assert!(text.contains("official    The first text."), "{text}");
        assert_eq!(
            (&json[0]["catalog"], &json[0]["official"]["text"]),
            (&json!("2026-02-19"), &json!("The first text."))
        );
    }

    #[test]
    fn says_how_an_official_catalog_differs() {
        let catalogs = shipped();
        let path = fixture("d.yaml");
        let verified = Verified::of(&path, None, &catalogs).expect("read");
        let text = verified.text(&STYLE);
        assert!(text.contains("compared with OSPS Baseline 2026-02-19 (so its metadata says)"), "{text}");
        assert!(text.contains("OSPS-AC-01.02: not in 2026-02-19, at "), "{text}");
        assert!(text.contains("note: OSPS-BR-01.02 is retired and left out there"), "{text}");
        assert!(text.contains("OSPS-QA-01.01: missing: Anybody can read"), "{text}");
        assert!(text.contains("OSPS-AC-01.01: text ") && text.contains("d.yaml:17:13\n"), "{text}");
        assert_eq!(verified.json()["version_found_by"], "metadata");
    }

    #[test]
    fn asks_for_the_version_where_nothing_says_it() {
        let catalogs = shipped();
        let path = fixture("b");
        let error = Verified::of(&path, None, &catalogs).err().expect("refused").to_string();
        assert!(error.contains("name one with --catalog: 2025-02-25, "), "{error}");
        assert!(Verified::of(&path, Some("2026-02"), &catalogs).is_ok());
    }

    #[test]
    fn says_what_two_versions_treat_differently() {
        let catalogs = shipped();
        let said = |from: &str, to: &str| {
            let (from, to) = (catalogs.get(from).expect("known"), catalogs.get(to).expect("known"));
            diff(from, to, &compare::diff(from, to), &STYLE)
        };
        let text = said("2025-10-10", "2026-02-19");
        assert!(text.contains("+ OSPS-BR-01.03  level 1 2 3: "), "{text}");
        assert!(text.contains("- OSPS-BR-01.02  retired, never assessed; see "), "{text}");
        assert!(said("2025-02-25", "2025-10-10").contains("~ OSPS-GV-03.01  levels: 1 -> 1 2 3"));
        assert!(said("2026-02-19", "2026-02-19").ends_with("No difference.\n"));
    }
}
