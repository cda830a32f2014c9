//! What a checklist holds, in which order, and that nothing in it becomes something else.

use std::collections::BTreeSet;
use std::path::Path;

use rstest::rstest;

use super::*;
use crate::model::assessment::LevelMode;
use crate::report::samples::{self, HOSTILE};

const STYLE: Style = Style { color: false, unicode: true, width: 100 };

fn shown(assessment: &Assessment, wanted: Option<Level>, format: Format, style: &Style) -> String {
    render(assessment, wanted, format, style).expect("rendered")
}

fn level(number: u8) -> Level {
    Level::ALL[usize::from(number) - 1]
}

/// The groups with the numbers of the requirements in each, such as `contributor BR-01.01 QA-05.02`.
fn outline(assessment: &Assessment, wanted: Option<u8>) -> Vec<String> {
    let checklist = Checklist::of(assessment, wanted.map(level));
    let of = |group: Group| {
        let ids = checklist.in_group(group).flat_map(Task::verdicts);
        let ids: Vec<&str> = ids.filter_map(|verdict| verdict.id.as_str().strip_prefix("OSPS-")).collect();
        (!ids.is_empty()).then(|| format!("{} {}", group.name(), ids.join(" ")))
    };
    Group::ALL.into_iter().filter_map(of).collect()
}

#[rstest]
#[case::asked_for(Some(3), Some(2), 3)]
#[case::wanted_by_the_project(None, Some(2), 2)]
#[case::wanted_and_reached(None, Some(1), 1)]
#[case::next(None, None, 2)]
fn the_goal(#[case] asked: Option<u8>, #[case] wanted: Option<u8>, #[case] expected: u8) {
    let mut assessment = samples::all_of(Outcome::Passed);
    let second = assessment.requirements.iter_mut().find(|verdict| verdict.levels.first() == Some(&level(2)));
    second.expect("one of level 2").standing = Standing::Unmet;
    samples::count(&mut assessment);
    assessment.levels.target = wanted.map(level);
    assert_eq!(goal(&assessment, asked.map(level)), level(expected));
}

#[test]
fn things_stand_in_groups_and_the_least_effort_first() {
    let expected = [
        "contributor BR-01.01 QA-05.02 BR-01.03",
        "review GV-03.01 DO-01.01",
        "undecided BR-03.01 GV-02.01 QA-01.01 AC-02.01 AC-03.01 AC-03.02 LE-02.02 LE-03.02 QA-01.02 QA-04.01 BR-07.01",
        "waived QA-05.01",
    ];
    assert_eq!(outline(&samples::mixed(), Some(1)), expected);
}

#[rstest]
#[case::first(1, LevelMode::Cumulative, 24)]
#[case::second(2, LevelMode::Cumulative, 43)]
#[case::third(3, LevelMode::Cumulative, 64)]
#[case::lower_ones_too(3, LevelMode::Exact, 64)]
fn all_up_to_the_level_is_left(#[case] wanted: u8, #[case] mode: LevelMode, #[case] expected: usize) {
    let mut assessment = samples::all_of(Outcome::Failed);
    assessment.levels.mode = mode;
    let checklist = Checklist::of(&assessment, Some(level(wanted)));
    assert_eq!(checklist.tasks.len(), expected);
    let order: Vec<_> = checklist.tasks.iter().map(|task| (task.group, task.minutes)).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert!(checklist.in_group(Group::Owner).count() > 0 && checklist.in_group(Group::Decision).count() > 0);
}

#[rstest]
#[case::failed(Outcome::Failed, Standing::Unmet, "contributor BR-01.01")]
#[case::review(Outcome::NeedsReview, Standing::Open, "review BR-01.01")]
#[case::unknown(Outcome::Unknown, Standing::Open, "undecided BR-01.01")]
#[case::not_run(Outcome::NotRun, Standing::Open, "undecided BR-01.01")]
#[case::waived(Outcome::Failed, Standing::Waived, "waived BR-01.01")]
#[case::waived_and_unknown(Outcome::Unknown, Standing::Waived, "waived BR-01.01")]
fn each_kind_has_its_group(#[case] outcome: Outcome, #[case] standing: Standing, #[case] expected: &str) {
    let mut assessment = samples::all_of(Outcome::Passed);
    let verdict = assessment.requirements.iter_mut().find(|verdict| verdict.id.as_str() == "OSPS-BR-01.01");
    let verdict = verdict.expect("there");
    (verdict.outcome, verdict.standing) = (outcome, standing);
    samples::count(&mut assessment);
    assert_eq!(outline(&assessment, None), [expected]);
    for format in Format::ALL {
        let text = shown(&assessment, None, format, &STYLE);
        assert!(text.contains("OSPS-BR-01.01"), "{}", format.name());
    }
}

#[test]
fn nothing_is_left_where_the_level_is_reached() {
    let assessment = samples::all_of(Outcome::Passed);
    for format in Format::ALL {
        let text = shown(&assessment, Some(level(3)), format, &STYLE);
        assert!(text.contains("Level 3 is reached: nothing is left to do."), "{}: {text}", format.name());
    }
    let document: Json = serde_json::from_str(&shown(&assessment, None, Format::Json, &STYLE)).expect("JSON");
    assert_eq!((&document["items"], &document["reached"]), (&Json::Array(Vec::new()), &Json::Bool(true)));
}

#[test]
fn the_mixed_sample() {
    let assessment = samples::mixed();
    insta::assert_snapshot!("checklist_text", shown(&assessment, Some(level(1)), Format::Text, &STYLE));
    insta::assert_snapshot!("checklist_markdown", shown(&assessment, None, Format::Markdown, &STYLE));
    let document: Json = serde_json::from_str(&shown(&assessment, Some(level(1)), Format::Json, &STYLE)).expect("JSON");
    insta::assert_snapshot!(
        "checklist_json",
        format!("{:#}", Json::Array(document["items"].as_array().map(|items| items[..2].to_vec()).unwrap_or_default()))
    );
}

#[test]
fn every_sample_fits_the_schema_and_gives_the_same_bytes() {
    let schema = jsonschema::validator_for(&schema()).expect("a schema");
    for (name, assessment) in samples::all() {
        let text = shown(&assessment, Some(level(3)), Format::Json, &STYLE);
        let document: Json = serde_json::from_str(&text).expect("JSON");
        let wrong: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        let directory = Path::new("target/reports").join(name);
        std::fs::create_dir_all(&directory).expect("made");
        for format in Format::ALL {
            let once = shown(&assessment, None, format, &STYLE);
            assert!(once == shown(&assessment, None, format, &STYLE) && once.ends_with('\n'), "{name}");
            if format == Format::Html {
                // For the browser of CI.
                std::fs::write(directory.join("checklist.html"), once).expect("written");
            }
        }
    }
}

#[test]
fn many_findings_are_counted_and_not_all_shown() {
    let text = shown(&samples::huge(), Some(level(1)), Format::Markdown, &STYLE);
    assert!(text.contains("- and 90 more"));
    assert!(text.len() < 300_000, "{}", text.len());
}

/// The tags of a page, with their names.
fn tags(html: &str) -> impl Iterator<Item = (&str, &str)> {
    let body = html.split_once("</style>").map_or(html, |(_, body)| body);
    body.split('<').skip(1).map(|part| {
        let tag = part.split('>').next().unwrap_or_default();
        (tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default(), tag)
    })
}

#[test]
fn the_page_of_the_mixed_sample() {
    let page = shown(&samples::mixed(), Some(level(1)), Format::Html, &STYLE);
    insta::assert_snapshot!("checklist_html", page.split_once("</head>").map(|(_, body)| body).expect("a page"));
}

#[test]
fn hostile_texts_stay_texts() {
    let mut assessment = samples::hostile();
    assessment.requirements.iter_mut().for_each(|verdict| {
        verdict.needs.iter_mut().for_each(|need| need.needs = Some("a read token\n# forged <script>".to_owned()));
    });
    let text = shown(&assessment, Some(level(3)), Format::Text, &STYLE);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "control characters at a terminal");
    let markdown = shown(&assessment, Some(level(3)), Format::Markdown, &STYLE);
    let document: Json = serde_json::from_str(&shown(&assessment, Some(level(3)), Format::Json, &STYLE)).expect("JSON");
    let bodies: Vec<&str> =
        document["items"].as_array().expect("a list").iter().filter_map(|it| it["body"].as_str()).collect();
    let page = shown(&assessment, Some(level(3)), Format::Html, &STYLE);
    let body = page.split_once("</style>").map(|(_, body)| body).expect("a page");
    let mut known = BTreeSet::new();
    let usual = shown(&samples::mixed(), Some(level(3)), Format::Html, &STYLE);
    known.extend(tags(&usual).map(|(name, _)| name));
    for (name, tag) in tags(body) {
        assert!(known.contains(name) && !tag.contains(" style=") && !tag.contains(" on"), "<{tag}>");
        if let Some((_, address)) = tag.split_once("href=\"") {
            assert!(["#", "https://", "http://"].iter().any(|start| address.starts_with(start)), "<{tag}>");
        }
    }
    assert!(body.contains("&lt;img src=x onerror=alert(1)&gt;") && body.contains("escape[U+001B][31m"));
    assert!(!page.chars().any(|c| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'))));
    for text in bodies.into_iter().chain([markdown.as_str()]) {
        for event in pulldown_cmark::Parser::new(text) {
            use pulldown_cmark::{Event, Tag};
            match event {
                Event::Html(html) | Event::InlineHtml(html) => panic!("markup: {html}"),
                Event::Start(Tag::Link { dest_url, .. }) => assert!(dest_url.starts_with("https://"), "{dest_url}"),
                Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
                _ => {}
            }
        }
        let forged =
            |line: &str| ["::error", "# forged", "| a |"].iter().any(|start| line.trim_start().starts_with(start));
        assert!(!text.lines().any(forged), "a line of its own");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{0}']), "a character that hides");
    }
    // Neither the owner nor the name is one of a forge: no command is made of them.
    assert!(
        markdown.contains("/repos/O/R ") && HOSTILE.iter().all(|text| !markdown.contains(&format!("/repos/{text}")))
    );
}
