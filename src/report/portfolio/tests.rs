use std::path::Path;

use rstest::rstest;

use super::super::samples::{self, HOSTILE};
use super::*;
use crate::model::assessment::{LevelMode, Standing};
use crate::model::catalog::{Requirement, State};
use crate::model::declaration::Kind;
use crate::model::portfolio::{Audit, Conditions, Expiring, Group, Inventory, Mark, Project, Record, Run, Transition};

/// Numbers that look like chance and are the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// The standard, as the sample assessment tells it.
fn catalog() -> Catalog {
    let sample = samples::mixed();
    let requirement = |verdict: &crate::model::assessment::Verdict| Requirement {
        id: verdict.id.clone(),
        levels: verdict.levels.clone(),
        state: State::Active,
        summary: verdict.summary.clone(),
        url: verdict.url.clone(),
        text_sha256: String::new(),
        applies_to: None,
        scopes: Vec::new(),
        remediation: None,
        policy: None,
        replaced_by: Vec::new(),
    };
    Catalog {
        id: sample.catalog.id.clone(),
        version: sample.catalog.version.clone(),
        url: sample.catalog.url.clone(),
        families: sample.catalog.families.clone(),
        controls: sample.catalog.controls.clone(),
        requirements: sample.requirements.iter().map(requirement).collect(),
    }
}

fn inventory(projects: u64, chance: &mut Chance) -> Inventory {
    let groups = [("graduated", "Graduated"), ("incubating", "Incubating"), ("sandbox", "Sandbox")];
    let project = |number: u64| {
        let group = match chance.below(10) {
            0 => 0,
            1..=3 => 1,
            _ => 2,
        };
        let several = if chance.below(20) == 0 { 2 + chance.below(3) } else { 1 };
        let repository = |at: u64| format!("org-{}/project-{number:05}-{at}", number % 97).parse().expect("a name");
        Project {
            id: format!("project-{number:05}"),
            title: format!("Project {number:05}"),
            group: Some(groups[group].0.to_owned()),
            owners: vec![format!("team-{}", number % 40)],
            target_level: [Some(2), Some(1), None][group].and_then(|level: u8| Level::try_from(level).ok()),
            repositories: (0..several).map(repository).collect(),
        }
    };
    Inventory {
        title: Some("Sample Foundation".to_owned()),
        groups: groups.map(|(id, title)| Group { id: id.to_owned(), title: title.to_owned() }).to_vec(),
        projects: (0..projects).map(project).collect(),
    }
}

fn result(marks: &[u8], catalog: &Catalog) -> RepositoryResult {
    let is_met = |at: usize| Mark::read(char::from(marks[at])).expect("a mark").standing() == Standing::Met;
    let reached = |level: &Level| {
        let counting = |(_, one): &(usize, &Requirement)| LevelMode::Cumulative.counts(&one.levels, *level);
        catalog.requirements.iter().enumerate().filter(counting).all(|(at, _)| is_met(at))
    };
    RepositoryResult::Assessed {
        commit: Some("2f806e04e9ef26161b89b47ad7380241c7a225ff".to_owned()),
        level: Level::ALL.into_iter().take_while(reached).last(),
        marks: marks.iter().copied().map(char::from).collect(),
        assessment: "sha256:0".to_owned(),
    }
}

/// A portfolio with as many projects and runs, in which every run changes a little.
fn generated(projects: u64, runs: u64) -> (Survey, Catalog) {
    let (catalog, mut chance) = (catalog(), Chance(42));
    let inventory = inventory(projects, &mut chance);
    let names: Vec<RepositoryName> = inventory.projects.iter().flat_map(|one| one.repositories.clone()).collect();
    let hardness: Vec<u64> = catalog.requirements.iter().map(|_| 1 + chance.below(40)).collect();
    let mark = |hardness: u64, care: u64, chance: &mut Chance| match chance.below(1000) {
        0..=79 => b'N',
        80..=159 => b'U',
        160..=179 => b'R',
        180..=184 => b'W',
        185..=204 => b'A',
        _ if chance.below(40) * 10 < hardness * (10 - care) => b'F',
        _ => b'P',
    };
    let mut marks: Vec<Vec<u8>> = Vec::new();
    for _ in &names {
        let care = chance.below(11);
        marks.push(
            hardness.iter().map(|one| mark(if care == 10 { 0 } else { *one }, care.min(9), &mut chance)).collect(),
        );
        if care == 10 {
            let last = marks.last_mut().expect("one");
            last.iter_mut().filter(|mark| b"URW".contains(*mark)).for_each(|mark| *mark = b'P');
        }
    }
    let (mut audits, mut transitions) = (Vec::new(), Vec::new());
    for number in 0..runs {
        let run = Run {
            id: format!("202609{:02}T060000Z", number + 1),
            started_at: format!("2026-09-{:02}T06:00:00Z", number + 1),
            finished_at: Some(format!("2026-09-{:02}T07:00:00Z", number + 1)),
            catalog: catalog.version.clone(),
            requirements: catalog.requirements.iter().map(|one| one.id.clone()).collect(),
            policies: if number < 4 {
                format!("sha256:{}", "a".repeat(64))
            } else {
                format!("sha256:{}", "b".repeat(64))
            },
            tool: "osps 0.1.0".to_owned(),
            conditions: Conditions::default(),
            inventory: inventory.clone(),
        };
        let mut records = Vec::new();
        for (at, name) in names.iter().enumerate() {
            for (place, one) in marks[at].iter_mut().enumerate() {
                if number > 0 && chance.below(200) == 0 {
                    let to = if chance.below(3) == 0 { b'F' } else { b'P' };
                    if number + 1 == runs && *one != to {
                        transitions.push(Transition {
                            run: run.id.clone(),
                            repository: name.clone(),
                            requirement: catalog.requirements[place].id.to_string(),
                            from: Mark::read(char::from(*one)).expect("a mark"),
                            to: Mark::read(char::from(to)).expect("a mark"),
                        });
                    }
                    *one = to;
                }
            }
            let result = match chance.below(100) {
                0..=1 => RepositoryResult::NotAssessed {
                    why: "fetching it took longer than 300 seconds".to_owned(),
                    passing: true,
                },
                2 => RepositoryResult::NotAssessed {
                    why: format!("{}/{} is not there, or the token may not see it", name.owner, name.name),
                    passing: false,
                },
                _ => result(&marks[at], &catalog),
            };
            records.push(Record { repository: name.clone(), result });
        }
        records.sort_by(|one, other| one.repository.cmp(&other.repository));
        audits.push(Audit { run, records });
    }
    transitions.sort();
    let now = audits.pop().expect("a run");
    let expiring = names.iter().step_by(40).take(30).enumerate().map(|(at, name)| Expiring {
        last_day: format!("2026-09-{:02}", 13 + at % 15).parse().expect("a day"),
        repository: name.clone(),
        requirement: catalog.requirements[at % catalog.requirements.len()].id.clone(),
        kind: Kind::ALL[at % 3],
        by: "Ada Example".to_owned(),
    });
    let mut expiring: Vec<Expiring> = expiring.collect();
    expiring.sort();
    (Survey { now, past: audits, transitions, expiring, within: 30, mode: LevelMode::Cumulative }, catalog)
}

/// A portfolio in which whatever an inventory or a repository can set is hostile.
fn hostile() -> (Survey, Catalog) {
    let (mut survey, catalog) = generated(HOSTILE.len() as u64, 2);
    let inventory = &mut survey.now.run.inventory;
    inventory.title = Some(HOSTILE[0].to_owned());
    inventory.groups[2].title = HOSTILE[1].to_owned();
    for (project, text) in inventory.projects.iter_mut().zip(HOSTILE) {
        (project.id, project.title, project.owners) = (text.to_owned(), text.to_owned(), vec![text.to_owned()]);
    }
    for (record, text) in survey.now.records.iter_mut().zip(HOSTILE).take(4) {
        record.result = RepositoryResult::NotAssessed { why: text.to_owned(), passing: true };
    }
    for (one, text) in survey.expiring.iter_mut().zip(HOSTILE) {
        one.by = text.to_owned();
    }
    (survey, catalog)
}

fn first() -> Level {
    Level::ALL[0]
}

fn write(directory: &str, projects: u64) -> String {
    let (survey, catalog) = generated(projects, 12);
    let portfolio = Portfolio::of(&survey, &catalog, first());
    let slugs = Slugs::of(&survey.now.run.inventory);
    let page = portfolio.index(Some(&slugs)).expect("a page");
    let directory = Path::new("target/reports").join(directory);
    std::fs::create_dir_all(directory.join("projects")).expect("made");
    std::fs::write(directory.join("index.html"), &page).expect("written");
    let several = survey.now.run.inventory.projects.iter().position(|project| project.repositories.len() > 1);
    let several = portfolio.project(several.expect("one of several repositories"), &slugs).expect("a page");
    std::fs::write(directory.join("projects/several.html"), several).expect("written");
    let single = evidence(&samples::mixed()).expect("a page");
    std::fs::write(directory.join("projects/single.html"), single).expect("written");
    page
}

/// The pages stay in `target/reports/` for the browser that CI looks at them with.
#[test]
fn the_same_run_gives_the_same_page() {
    let page = write("portfolio", 300);
    assert!(page == write("portfolio", 300));
    for part in ["levels", "failed", "projects", "trend", "changes", "expiring", "missing", "method"] {
        assert!(page.contains(&format!("<h2 id=\"{part}\">")), "{part}");
    }
    assert!(page.matches("<tr><th scope=\"row\"><a href=\"projects/project-").count() > 250);
    assert!(!page.to_lowercase().contains("rank 1") && !page.contains("score:"));
}

/// What a run over 5,000 repositories looks like: `cargo test --lib five_thousand -- --ignored` leaves it in `target/reports/`.
#[test]
#[ignore = "it is there to be measured"]
fn five_thousand() {
    let page = write("portfolio-5000", 5_000);
    assert!(page.len() < 1_100_000, "{}", page.len());
}

#[test]
fn hostile_texts_become_no_tags() {
    let (survey, catalog) = hostile();
    let portfolio = Portfolio::of(&survey, &catalog, first());
    let slugs = Slugs::of(&survey.now.run.inventory);
    let page = portfolio.index(Some(&slugs)).expect("a page");
    let body = page.split_once("</style>").and_then(|(_, rest)| rest.split_once("<script")).map(|(body, _)| body);
    let body = body.expect("a body");
    assert!(!body.contains("<img") && !body.contains("<svg/") && !body.contains("javascript:alert(1)\""));
    assert!(body.contains("&lt;img src=x onerror=alert(1)&gt;"), "it is shown as it is");
    for tag in body.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default()) {
        assert!(!tag.split('"').step_by(2).any(|part| part.contains("onerror") || part.contains("onload")), "<{tag}>");
        if let Some((_, address)) = tag.split_once("href=\"") {
            let address = address.split('"').next().unwrap_or_default();
            let is_ours =
                ["#", "https://", "projects/", "data/", "portfolio.md"].iter().any(|known| address.starts_with(known));
            assert!(is_ours && !address.contains(".."), "<{tag}>");
        }
    }
    for at in 0..slugs.projects.len() {
        let page = portfolio.project(at, &slugs).expect("a page");
        assert!(!page.contains("<img") && !page.contains("<script"), "{page}");
    }
    let text = portfolio.markdown().expect("a text");
    for event in pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES) {
        use pulldown_cmark::{Event, Tag};
        assert!(
            !matches!(
                event,
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. } | Tag::Link { .. })
            ),
            "{event:?}"
        );
    }
}

fn table(fill: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    fill(&mut out).expect("written");
    String::from_utf8(out).expect("a text")
}

#[test]
fn no_cell_becomes_a_formula() {
    let (survey, catalog) = hostile();
    for text in [
        table(|out| results_csv(&survey, &catalog, out)),
        table(|out| not_assessed_csv(&survey, out)),
        table(|out| changes_csv(&survey, out)),
    ] {
        assert!(text.ends_with("\r\n"));
        assert!(!["\"=", "\"+", "\"-", "\"@"].iter().any(|start| text.contains(&format!(",{start}"))), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("\"=") || line.starts_with("\"@")), "{text}");
    }
    let lines = table(|out| results_jsonl(&survey, out));
    assert_eq!(lines.lines().count(), survey.now.records.len());
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|row| row.is_object())));
}

#[test]
fn every_requirement_of_every_assessed_repository_is_a_row() {
    let (survey, catalog) = generated(20, 1);
    let assessed = survey.now.records.iter().filter(|record| standing::marks(&record.result).is_some()).count();
    let text = table(|out| results_csv(&survey, &catalog, out));
    assert_eq!(text.lines().count(), 1 + assessed * catalog.requirements.len());
    assert!(text.starts_with("\"run\",\"started_at\",\"catalog\",\"project\","));
}

#[test]
fn an_issue_takes_it() {
    let (survey, catalog) = generated(3_000, 2);
    let text = Portfolio::of(&survey, &catalog, first()).markdown().expect("a text");
    assert!((50_000..=ISSUE).contains(&text.len()), "{}", text.len());
    assert!(text.contains("more, in data/results.csv"));
    let (survey, catalog) = hostile();
    assert!(Portfolio::of(&survey, &catalog, first()).markdown().expect("a text").len() <= ISSUE);
}

#[test]
fn only_our_scripts_and_our_style_may_take_effect() {
    let (survey, catalog) = generated(3, 1);
    let portfolio = Portfolio::of(&survey, &catalog, first());
    let page = portfolio.index(None).expect("a page");
    let policy = page.split_once("Content-Security-Policy\" content=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (policy, rest) = policy.expect("a policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let style = rest.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
    assert!(policy.contains(&format!("'sha256-{}'", digest(style))));
    for script in rest.split("<script>").skip(1) {
        let (script, _) = script.split_once("</script>").expect("an end");
        assert!(policy.contains(&format!("'sha256-{}'", digest(script))));
    }
    let rest = rest.split("<script").next().unwrap_or_default();
    assert!(!rest.contains(" style=\"") && !rest.contains("@import") && !rest.contains("url("));
    assert!(!page.contains("href=\"projects/"), "without pages of projects nothing leads to them");
    let several = portfolio.project(0, &Slugs::of(&survey.now.run.inventory)).expect("a page");
    assert!(several.contains("<a href=\"../index.html\">"));
}

/// The vendored file is the one that its authors publish.
#[test]
fn the_library_is_what_its_origin_says() {
    let origin: toml::Value =
        toml::from_str(include_str!("../../../templates/vendor/datatables/ORIGIN.toml")).expect("TOML");
    let text = template::source(LIBRARY).expect("the library");
    let found = crate::bundle::hex(&Sha256::digest(text));
    assert_eq!(origin.get("sha256").and_then(toml::Value::as_str), Some(found.as_str()));
    let version = origin.get("version").and_then(toml::Value::as_str).expect("a version");
    assert!(text.starts_with(&format!("/*! DataTables {version}\n")));
    let lean = lean(text);
    assert!(lean.starts_with(&format!("/*! DataTables {version}\n")) && lean.contains("Copyright (c)"));
    assert!(
        !lean.lines().any(|line| line.ends_with('\\') || line.matches('`').count() % 2 == 1),
        "a text over several lines"
    );
    assert!(include_str!("../../../templates/vendor/datatables/LICENSE").starts_with("The MIT License"));
}

#[rstest]
#[case::one("3", &["3"], "level 3")]
#[case::the_lowest("32", &["3", "2"], "level 2")]
#[case::none("30", &["3", "0"], "no level")]
#[case::one_is_missing("3-", &["3", "-"], "not assessed")]
#[case::none_whatever_is_missing("0-", &["0", "-"], "no level")]
fn the_level_of_a_project_is_the_lowest(#[case] _name: &str, #[case] levels: &[&str], #[case] expected: &str) {
    let (mut survey, catalog) = generated(1, 1);
    let project = &mut survey.now.run.inventory.projects[0];
    project.repositories = (0..levels.len()).map(|at| format!("a/b{at}").parse().expect("a name")).collect();
    let marks = "P".repeat(survey.now.run.requirements.len());
    let record = |(name, level): (&RepositoryName, &&str)| Record {
        repository: name.clone(),
        result: match level.parse::<u8>() {
            Ok(level) => RepositoryResult::Assessed {
                commit: None,
                level: Level::try_from(level).ok(),
                marks: marks.clone(),
                assessment: String::new(),
            },
            Err(_) => RepositoryResult::NotAssessed { why: "x".to_owned(), passing: false },
        },
    };
    survey.now.records = project.repositories.iter().zip(levels).map(record).collect();
    let portfolio = Portfolio::of(&survey, &catalog, first());
    assert_eq!(portfolio.standings[0].reached.words(), expected);
}

#[test]
fn a_requirement_stands_as_in_the_repository_where_it_stands_worst() {
    let (mut survey, catalog) = generated(1, 1);
    let run = &mut survey.now.run;
    run.requirements.truncate(4);
    run.inventory.projects[0].repositories = vec!["a/b".parse().expect("a name"), "a/c".parse().expect("a name")];
    let result = |marks: &str| RepositoryResult::Assessed {
        commit: None,
        level: None,
        marks: marks.to_owned(),
        assessment: String::new(),
    };
    let names = run.inventory.projects[0].repositories.clone();
    let marks = ["PUNF", "FPPU"];
    survey.now.records =
        names.into_iter().zip(marks).map(|(repository, marks)| Record { repository, result: result(marks) }).collect();
    let portfolio = Portfolio::of(&survey, &catalog, first());
    assert_eq!(portfolio.standings[0].marks.as_deref(), Some("FUPF"));
}

#[test]
fn nothing_is_met_in_a_repository_that_was_not_assessed() {
    let (mut survey, catalog) = generated(1, 1);
    let run = &mut survey.now.run;
    run.requirements.truncate(6);
    let names: Vec<RepositoryName> = ["a/b", "a/c"].iter().map(|name| name.parse().expect("a name")).collect();
    run.inventory.projects[0].repositories.clone_from(&names);
    let assessed =
        RepositoryResult::Assessed { commit: None, level: None, marks: "PUNFRA".to_owned(), assessment: String::new() };
    let missed = RepositoryResult::NotAssessed { why: "x".to_owned(), passing: false };
    let results = names.into_iter().zip([assessed, missed]);
    survey.now.records = results.map(|(repository, result)| Record { repository, result }).collect();
    let portfolio = Portfolio::of(&survey, &catalog, first());
    assert_eq!(portfolio.standings[0].marks.as_deref(), Some("UUUFUU"));
}
