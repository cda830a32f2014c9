//! What does not stand as it should, place by place: what code scanning, code quality reports and annotations tell about. It
//! knows which verdicts are told, where, under which stable name, and how many of them at most.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::escape;
use crate::bundle::hex;
use crate::model::assessment::{Assessment, Standing, Verdict};
use crate::model::declaration::{Effect, Kind, Laid};
use crate::model::evidence::Evidence;
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// Findings that are told at most: code scanning keeps no more of a run.
pub const MOST: usize = 5_000;
/// Characters of a message at most.
const LONGEST: usize = 1_500;
/// Where an assessment's own configuration lies.
const CONFIGURATION: [&str; 2] = [".github/baseline.yaml", "baseline.yaml"];

/// What is told beside failures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Also {
    /// What is not decided: to be reviewed, or unknown.
    pub open: bool,
    /// What fails and is waived. GitHub takes no notice of suppressions and would raise alerts.
    pub waived: bool,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The requirement is not met.
    Failure,
    /// Nothing was decided.
    Open,
    /// The requirement is not met, and that is waived.
    Waived,
}

/// One thing to tell, at one place.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// The verdict that it belongs to.
    pub verdict: &'a Verdict,
    /// How much it weighs.
    pub weight: Weight,
    /// The file in the tree.
    pub path: String,
    /// The line in it, counted from 1; none for the whole file.
    pub line: Option<u64>,
    /// Whether it is about no file, and the one above only stands in.
    pub stands_in: bool,
    /// One line of plain text, that says where it only stands in.
    pub message: String,
    /// 16 hexadecimal digits that stay the same across runs and when lines shift, and differ within an assessment.
    pub fingerprint: String,
    /// Which of several with the same digits it is, counted from 1.
    pub repeat: u32,
}

impl Finding<'_> {
    /// The lowest level that asks for it.
    pub fn level(&self) -> Option<Level> {
        self.verdict.levels.iter().min().copied()
    }
}

/// What was found, most important first.
#[derive(Debug, Default)]
pub struct Findings<'a> {
    /// What is told.
    pub told: Vec<Finding<'a>>,
    /// How many more there are.
    pub left_out: usize,
}

/// The findings of an assessment: one for each place that a verdict names, and one for a verdict that names none.
pub fn of(assessment: &Assessment, also: Also) -> Findings<'_> {
    within(collect(assessment, also), MOST)
}

fn collect(assessment: &Assessment, also: Also) -> Vec<Finding<'_>> {
    let anchor = anchor(assessment);
    let mut found = Vec::new();
    for verdict in &assessment.requirements {
        let Some(weight) = weight(verdict, also) else { continue };
        let mut places: Vec<(&str, &Evidence)> =
            verdict.evidence.iter().filter_map(|seen| Some((in_tree(seen.path.as_deref()?)?, seen))).collect();
        places.sort_by_key(|(path, seen)| (*path, seen.line, seen.detail.as_deref()));
        let waived_here = |seen: &Evidence| partial_waiver(verdict).is_some_and(|laid| laid.said.covers(seen));
        // Where every place is waived and still more may be found, the requirement itself is told.
        if places.iter().all(|(_, seen)| waived_here(seen)) {
            found.push(Finding {
                path: anchor.clone(),
                line: Some(1),
                stands_in: true,
                message: message(verdict, None, Some(&anchor)),
                fingerprint: fingerprint(assessment, verdict, "", ""),
                ..blank(verdict, weight)
            });
        }
        for (path, seen) in places {
            let weight = if waived_here(seen) { Weight::Waived } else { weight };
            if weight == Weight::Waived && !also.waived {
                continue;
            }
            found.push(Finding {
                path: path.to_owned(),
                line: seen.line,
                message: message(verdict, seen.detail.as_deref(), None),
                fingerprint: fingerprint(assessment, verdict, path, seen.detail.as_deref().unwrap_or_default()),
                ..blank(verdict, weight)
            });
        }
    }
    count_repeats(&mut found);
    found
}

fn blank(verdict: &Verdict, weight: Weight) -> Finding<'_> {
    Finding {
        verdict,
        weight,
        path: String::new(),
        line: None,
        stands_in: false,
        message: String::new(),
        fingerprint: String::new(),
        repeat: 1,
    }
}

/// How much a verdict weighs; none where there is nothing to tell. What is met is never told, however it came to be met.
fn weight(verdict: &Verdict, also: Also) -> Option<Weight> {
    match verdict.standing {
        Standing::Unmet => Some(Weight::Failure),
        Standing::Waived => also.waived.then_some(Weight::Waived),
        Standing::Open => (also.open && verdict.outcome != Outcome::NotRun).then_some(Weight::Open),
        Standing::Met => None,
    }
}

/// The waiver that covers a part of what was found, where there is one.
fn partial_waiver(verdict: &Verdict) -> Option<&Laid> {
    verdict.declaration.as_ref().filter(|laid| laid.effect == Effect::Partial && laid.said.kind == Kind::Waiver)
}

/// A path as it may stand in a tree; none for one that leads out of it.
pub(super) fn in_tree(path: &str) -> Option<&str> {
    let fits = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    fits.then_some(path)
}

/// The file that stands in for what is about none: the configuration, the security policy, the front page.
fn anchor(assessment: &Assessment) -> String {
    let files = || assessment.declarations.files.iter().map(|file| file.file.as_str());
    if let Some(own) = CONFIGURATION.into_iter().find(|own| files().any(|file| file == *own)) {
        return own.to_owned();
    }
    let seen = || {
        let evidence = assessment.requirements.iter().flat_map(|verdict| &verdict.evidence);
        evidence.filter_map(|seen| in_tree(seen.path.as_deref()?))
    };
    // The one nearest to the root, and of several the first.
    let named = |wanted: &str| {
        let stem = |path: &str| path.rsplit('/').next().is_some_and(|name| name.to_lowercase().starts_with(wanted));
        seen().filter(|path| stem(path)).min_by_key(|path| (path.matches('/').count(), *path)).map(str::to_owned)
    };
    named("security.").or_else(|| named("readme")).unwrap_or_else(|| "README.md".to_owned())
}

fn message(verdict: &Verdict, detail: Option<&str>, stands_in: Option<&str>) -> String {
    let mut text = escape::short(&verdict.message, LONGEST);
    if let Some(detail) = detail {
        let _ = write!(text, " Seen here: {}", escape::short(detail, LONGEST));
    }
    if let Some(laid) = &verdict.declaration {
        for remark in &laid.remarks {
            let _ = write!(text, " {}", escape::one_line(remark));
        }
    }
    let mut text = escape::short(&text, LONGEST);
    if let Some(anchor) = stands_in {
        let _ = write!(text, " (It is about no single file: {anchor} stands in for the project.)");
    }
    text
}

/// Names a finding by what was found: requirement, subject, file and a detail without its numbers. Lines, columns and sizes
/// change while the finding stays.
fn fingerprint(assessment: &Assessment, verdict: &Verdict, path: &str, detail: &str) -> String {
    let subject = &assessment.subject;
    let (host, owner) = (subject.host.as_deref().unwrap_or_default(), subject.owner.as_deref().unwrap_or_default());
    let mut digest = Sha256::new();
    for part in [verdict.id.as_str(), host, owner, &subject.name, path, &steady(detail)] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let mut digits = hex(&digest.finalize());
    digits.truncate(16);
    digits
}

/// A text in which numbers and digests read all the same.
fn steady(detail: &str) -> String {
    let mut out = String::with_capacity(detail.len());
    for piece in detail.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if !has_digit(word) {
            out.push_str(piece);
            continue;
        }
        if word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            out.push('#');
        } else {
            let mut in_number = false;
            for c in word.chars() {
                if !c.is_ascii_digit() {
                    out.push(c);
                } else if !in_number {
                    out.push('#');
                }
                in_number = c.is_ascii_digit();
            }
        }
        out.push_str(piece.get(word.len()..).unwrap_or_default());
    }
    out
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// Numbers what has the same name, in the order of the places.
fn count_repeats(found: &mut [Finding<'_>]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in found {
        let count = seen.entry(finding.fingerprint.clone()).or_default();
        *count += 1;
        finding.repeat = *count;
    }
}

/// The most important ones: failures first, then one of each requirement before a second of any, then by level and confidence.
fn within(found: Vec<Finding<'_>>, most: usize) -> Findings<'_> {
    let mut number: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(bool, Finding<'_>)> = Vec::with_capacity(found.len());
    for finding in found {
        let count = number.entry(finding.verdict.id.as_str()).or_default();
        *count += 1;
        ranked.push((*count > 1, finding));
    }
    // Stable: what ranks the same stays in the order of ids and places.
    ranked.sort_by_key(|(later, finding)| {
        (finding.weight, *later, finding.level(), std::cmp::Reverse(finding.verdict.confidence))
    });
    let left_out = ranked.len().saturating_sub(most);
    Findings { told: ranked.into_iter().take(most).map(|(_, finding)| finding).collect(), left_out }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::super::samples;
    use super::*;

    const ALL: Also = Also { open: true, waived: true };

    fn names(findings: &Findings<'_>) -> BTreeSet<(String, u32)> {
        findings.told.iter().map(|finding| (finding.fingerprint.clone(), finding.repeat)).collect()
    }

    #[rstest]
    #[case("column 29: ${{ github.event }} reaches a shell", "column #: ${{ github.event }} reaches a shell")]
    #[case("code of it is executed at line 14", "code of it is executed at line #")]
    #[case("15 bytes, sha256 dcf45789088b91bd5c6f75acf6927974", "# bytes, sha# #")]
    #[case("actions/checkout@v4.2", "actions/checkout@v#.#")]
    #[case("defaced", "defaced")]
    #[case("zwölf 12 ünï", "zwölf # ünï")]
    #[case("", "")]
    #[case("…", "…")]
    fn numbers_read_all_the_same(#[case] detail: &str, #[case] expected: &str) {
        assert_eq!(steady(detail), expected);
    }

    #[rstest]
    #[case("src/a.rs", true)]
    #[case("../../etc/passwd", false)]
    #[case("/etc/passwd", false)]
    #[case("a//b", false)]
    #[case("./a", false)]
    #[case("", false)]
    #[case("javascript:alert(1)", true)]
    fn paths_stay_in_the_tree(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(in_tree(path).is_some(), expected);
    }

    #[test]
    fn names_are_unique_in_every_sample() {
        for (name, assessment) in samples::all() {
            let findings = of(&assessment, ALL);
            assert_eq!(names(&findings).len(), findings.told.len(), "{name}");
        }
    }

    #[test]
    fn names_survive_shifted_lines_and_other_numbers() {
        let before = samples::mixed();
        let mut after = before.clone();
        for seen in after.requirements.iter_mut().flat_map(|verdict| &mut verdict.evidence) {
            seen.line = seen.line.map(|line| line + 40);
            seen.detail = seen.detail.as_deref().map(|text| text.replace("column 29", "column 33").replace("14", "54"));
        }
        assert_eq!(names(&of(&before, ALL)), names(&of(&after, ALL)));
    }

    #[test]
    fn names_differ_by_requirement_subject_file_and_words() {
        let assessment = samples::mixed();
        let first = |assessment: &Assessment| of(assessment, Also::default()).told[0].fingerprint.clone();
        let name = first(&assessment);
        let mut other = assessment.clone();
        other.subject.name.push('2');
        assert_ne!(first(&other), name);
        for change in [(|seen: &mut Evidence| seen.path = Some("other.yml".to_owned())) as fn(&mut Evidence), |seen| {
            seen.detail = Some("something else".to_owned())
        }] {
            let mut other = assessment.clone();
            let verdict = other.requirements.iter_mut().find(|verdict| verdict.standing == Standing::Unmet);
            change(&mut verdict.expect("a failure").evidence[0]);
            assert_ne!(first(&other), name);
        }
    }

    #[test]
    fn the_same_words_in_one_file_are_counted_in_order() {
        let mut assessment = samples::all_of(Outcome::Failed);
        let seen = assessment.requirements[0].evidence[0].clone();
        let at = |line| Evidence { line: Some(line), detail: Some(format!("line {line}")), ..seen.clone() };
        assessment.requirements[0].evidence = vec![at(9), at(4), at(7)];
        let findings = of(&assessment, Also::default());
        let mine = findings.told.iter().filter(|finding| finding.verdict.id == assessment.requirements[0].id);
        let lines: Vec<(Option<u64>, u32)> = mine.map(|finding| (finding.line, finding.repeat)).collect();
        assert_eq!(lines, [(Some(4), 1), (Some(7), 2), (Some(9), 3)]);
    }

    #[test]
    fn what_is_met_is_never_told() {
        for (name, assessment) in samples::all() {
            for finding in of(&assessment, ALL).told {
                assert_ne!(finding.verdict.standing, Standing::Met, "{name}");
            }
            for finding in of(&assessment, Also::default()).told {
                assert_eq!(finding.verdict.standing, Standing::Unmet, "{name}");
            }
        }
        assert!(of(&samples::all_of(Outcome::Passed), ALL).told.is_empty());
        assert!(of(&samples::all_of(Outcome::NotRun), ALL).told.is_empty());
    }

    #[test]
    fn a_failure_that_a_statement_settles_is_met() {
        let mut assessment = samples::all_of(Outcome::Failed);
        assessment.requirements[0].standing = Standing::Met;
        let id = assessment.requirements[0].id.clone();
        assert!(of(&assessment, ALL).told.iter().all(|finding| finding.verdict.id != id));
    }

    /// Of a waiver that covers a part, what it covers is waived, and only what is left fails.
    #[rstest]
    #[case::a_part(&["vendor/**"], 3, &["src/c.so"], &["vendor/a.so", "vendor/b.so"])]
    #[case::all_of_a_list_that_may_go_on(&["**"], 3, &["README.md"], &["src/c.so", "vendor/a.so", "vendor/b.so"])]
    #[case::what_is_no_file_is_left(&["vendor/**"], 2, &["README.md"], &["vendor/a.so", "vendor/b.so"])]
    fn places_of_a_partial_waiver(
        #[case] paths: &[&str],
        #[case] places: usize,
        #[case] fail: &[&str],
        #[case] waived: &[&str],
    ) {
        let mut assessment = samples::mixed();
        let laid = assessment.requirements.iter().find(|one| one.standing == Standing::Waived);
        let mut laid = laid.and_then(|one| one.declaration.clone()).expect("a waiver");
        laid.effect = Effect::Partial;
        laid.said.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        laid.said.findings.clear();
        assessment.declarations.files.clear();
        assessment.requirements.retain(|one| one.standing == Standing::Unmet);
        assessment.requirements.truncate(1);
        let verdict = &mut assessment.requirements[0];
        verdict.declaration = Some(laid);
        let at = |path: &&str| Evidence { path: Some((*path).to_owned()), line: Some(1), ..Evidence::default() };
        verdict.evidence = ["vendor/a.so", "vendor/b.so", "src/c.so"][..places].iter().map(at).collect();
        let told = |also: Also, weight: Weight| -> Vec<String> {
            let found = of(&assessment, also).told.into_iter().filter(|finding| finding.weight == weight);
            found.map(|finding| finding.path).collect()
        };
        assert_eq!(told(Also::default(), Weight::Failure), fail);
        assert_eq!(told(Also::default(), Weight::Waived), [""; 0]);
        assert_eq!(told(ALL, Weight::Failure), fail);
        assert_eq!(told(ALL, Weight::Waived), waived);
    }

    #[rstest]
    #[case::configuration(&["claims.json", "baseline.yaml"], &["SECURITY.md"], "baseline.yaml")]
    #[case::of_a_foundation(&["/etc/foundation.yaml"], &["docs/x.md", "docs/SECURITY.md", "Security.rst"], "Security.rst")]
    #[case::front_page(&[], &["docs/README.md", "readme.adoc"], "readme.adoc")]
    #[case::nothing(&[], &["src/main.rs", "../SECURITY.md"], "README.md")]
    fn what_is_about_no_file_has_an_anchor(#[case] files: &[&str], #[case] seen: &[&str], #[case] expected: &str) {
        let mut assessment = samples::all_of(Outcome::Failed);
        let file = assessment.declarations.files[0].clone();
        assessment.declarations.files = files
            .iter()
            .map(|name| crate::model::assessment::FileRef { file: (*name).to_owned(), ..file.clone() })
            .collect();
        for verdict in &mut assessment.requirements {
            verdict.evidence.clear();
        }
        let last = assessment.requirements.len() - 1;
        assessment.requirements[last].evidence =
            seen.iter().map(|path| Evidence { path: Some((*path).to_owned()), ..Evidence::default() }).collect();
        let findings = of(&assessment, Also::default());
        let first = &findings.told[0];
        assert_eq!((first.path.as_str(), first.line, first.stands_in), (expected, Some(1), true));
        assert!(first.message.contains(&format!("{expected} stands in")), "{}", first.message);
    }

    #[test]
    fn the_most_important_are_kept() {
        let assessment = samples::huge();
        let findings = of(&assessment, Also::default());
        assert_eq!((findings.told.len(), findings.left_out), (MOST, 64 * 100 - MOST));
        let firsts: BTreeSet<&str> = findings.told.iter().take(64).map(|finding| finding.verdict.id.as_str()).collect();
        assert_eq!(firsts.len(), 64, "every requirement comes once before any comes twice");
        let levels: Vec<_> = findings.told.iter().skip(64).map(Finding::level).collect();
        assert!(levels.is_sorted());
    }
}
