use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::super::samples::{self, HOSTILE};
use super::*;
use crate::model::assessment::LevelMode;
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// What a browser would make of it, as far as that can be told without one: the tags and their attributes.
fn tags(html: &str) -> Vec<&str> {
    let body = html.split_once("</style>").map_or(html, |(_, body)| body);
    body.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default()).collect()
}

/// The whole in Markdown, and two families in HTML.
#[test]
fn the_report_of_the_mixed_sample() {
    let mut assessment = samples::mixed();
    let text = markdown(&assessment).expect("a report");
    assessment.requirements.retain(|verdict| matches!(verdict.family.as_str(), "AC" | "QA"));
    let page = html(&assessment).expect("a report");
    let body = page.split_once("</head>").map(|(_, body)| body).expect("a page");
    insta::with_settings!({snapshot_path => "../../../tests/snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("evidence-markdown", text);
        insta::assert_snapshot!("evidence-html", body);
    });
}

#[test]
fn hostile_texts_become_no_tags() {
    let known =
        tags(&html(&samples::mixed()).expect("a report")).into_iter().map(name_of).collect::<Vec<_>>().join(" ");
    let page = html(&samples::hostile()).expect("a report");
    for tag in tags(&page) {
        let name = name_of(tag);
        assert!(known.contains(name), "<{tag}>");
        let is_handler = |word: &str| word.starts_with("on") && word.contains('=');
        assert!(!tag.split('"').step_by(2).any(|part| part.split(' ').any(is_handler)), "<{tag}>");
        assert!(!tag.contains(" style="), "<{tag}>");
        if let Some((_, address)) = tag.split_once("href=\"") {
            assert!(
                address.starts_with(['#']) || address.starts_with("https://") || address.starts_with("http://"),
                "<{tag}>"
            );
        }
    }
    assert!(!page.contains("<img") && !page.contains("</script") && !page.contains("<svg/"));
    assert!(
        !page.contains("blob/2f806e04e9ef26161b89b47ad7380241c7a225ff/javascript"),
        "what looks like an address is no path"
    );
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "it is shown as it is");
    assert!(!page.chars().any(|c| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'))));
    assert!(page.contains("escape[U+001B][31m bidi[U+202E]txt.exe [U+FFFE]"));
}

fn name_of(tag: &str) -> &str {
    tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default()
}

#[test]
fn hostile_texts_become_no_markup() {
    let text = markdown(&samples::hostile()).expect("a report");
    let mut in_html = String::new();
    for event in pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES) {
        use pulldown_cmark::{Event, Tag};
        match event {
            Event::Html(html) | Event::InlineHtml(html) => in_html.push_str(&html),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://") || dest_url.starts_with("http://"), "{dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
            _ => {}
        }
    }
    assert_eq!(in_html, "");
    assert!(!text.lines().any(|line| line.starts_with("# forged") || line.starts_with("::")));
    assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'));
    for hostile in HOSTILE.iter().filter(|hostile| hostile.starts_with('<')) {
        assert!(!text.lines().any(|line| line.starts_with(hostile)), "{hostile}");
    }
}

#[test]
fn only_the_one_style_may_take_effect() {
    let page = html(&samples::mixed()).expect("a report");
    let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map(|(style, _)| style);
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style.expect("a style")));
    assert!(
        page.contains(&format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"))
    );
    assert!(
        !page.contains("<script") && !page.contains(" style=") && !page.contains("@import") && !page.contains("url(")
    );
}

#[test]
fn a_claim_names_a_day_a_version_and_a_level() {
    let mut assessment = samples::all_of(Outcome::Passed);
    assert_eq!(claim(&assessment), "As of 2026-11-22, this project complies with OSPS Baseline 2026-08-28 level 3.");
    assessment.levels.reached = Some(Level::ALL[0]);
    assessment.levels.mode = LevelMode::Exact;
    assert_eq!(
        claim(&assessment),
        "As of 2026-11-22, this project complies with OSPS Baseline 2026-08-28 level 1, counting only what the catalog lists at each level."
    );
    assert_eq!(
        claim(&samples::mixed()),
        "As of 2026-11-22, this project does not yet reach level 1 of OSPS Baseline 2026-08-28: of 24 requirements, 3 not met, 13 open and 1 waived."
    );
    for (name, assessment) in samples::all() {
        let both = html(&assessment).expect("a report") + &markdown(&assessment).expect("a report");
        assert!(both.contains("It is no score"), "{name}");
        assert!(!both.to_lowercase().contains("certified") && !both.contains("certificate"), "{name}");
    }
}

#[test]
fn commands_repeat_how_it_was_judged() {
    let mut assessment = samples::mixed();
    let page = markdown(&assessment).expect("a report");
    let command =
        "osps evaluate facts.json --catalog 2026-08-28 --config baseline.yaml --requirement OSPS-AC-01.01 -vv";
    assert!(page.contains(&format!("`{command}` with facts `sha256:")), "{page}");
    assert!(page.contains("osps collect . --rev 2f806e04e9ef26161b89b47ad7380241c7a225ff -o facts.json"));
    assessment.levels.mode = LevelMode::Exact;
    assessment.policies.strict_platform = true;
    assessment.policies.changed = vec!["AC/OSPS-AC-01.01.rego".to_owned()];
    assessment.declarations.as_of = "2026-12-24".parse().expect("a day");
    assessment.subject.commit = Some("x; rm -rf 'y'".to_owned());
    let page = markdown(&assessment).expect("a report");
    let options = "--levels exact --platform-evidence strict --policies DIR --config baseline.yaml --as-of 2026-12-24";
    assert!(page.contains(&format!("osps evaluate facts.json --catalog 2026-08-28 {options} ")), "{page}");
    assert!(page.contains("osps collect . --rev 'x; rm -rf '\\''y'\\''' -o facts.json"));
    assert!(page.contains("not those of osps: AC/OSPS-AC-01.01.rego"));
}
