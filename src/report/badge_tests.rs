use super::*;
use crate::model::assessment::{
    CatalogRef, Declared, FORMAT, FactsRef, LevelMode, LevelStanding, Levels, PoliciesRef, Standing, Verdict,
};
use crate::model::evidence::{Evidence, EvidenceKind};
use crate::model::subject::Subject;
use rstest::rstest;

fn level(number: u8) -> Level {
    Level::try_from(number).expect("a level")
}

fn assessment(reached: Option<u8>, unmet: u32, open: u32, requirements: Vec<Verdict>) -> Assessment {
    let standing = |number| LevelStanding {
        level: level(number),
        reached: reached.is_some_and(|reached| number <= reached),
        total: 10,
        met: 10 - unmet - open,
        unmet,
        open,
        waived: 0,
    };
    Assessment {
        format: FORMAT,
        subject: Subject {
            forge: Some("github".to_owned()),
            host: Some("github.com".to_owned()),
            owner: Some("acme".to_owned()),
            name: "widget".to_owned(),
            commit: Some("c".repeat(40)),
            ..Subject::default()
        },
        tool: String::new(),
        catalog: CatalogRef { version: "2026-08-28".to_owned(), ..CatalogRef::default() },
        policies: PoliciesRef::default(),
        facts: FactsRef { collected_at: "2026-11-22T09:00:00Z".to_owned(), ..FactsRef::default() },
        levels: Levels {
            mode: LevelMode::Cumulative,
            reached: reached.map(level),
            target: None,
            mode_matters_for: Vec::new(),
            standings: vec![standing(1), standing(2), standing(3)],
        },
        outcomes: std::collections::BTreeMap::new(),
        declarations: Declared {
            as_of: jiff::civil::date(2026, 11, 22),
            files: Vec::new(),
            unmatched: Vec::new(),
            unmatched_claims: Vec::new(),
        },
        requirements,
    }
}

fn verdict(id: &str, outcome: Outcome, confidence: Confidence, message: &str) -> Verdict {
    Verdict {
        id: id.parse().expect("an id"),
        family: "AC".to_owned(),
        levels: vec![level(1)],
        summary: String::new(),
        url: String::new(),
        text_sha256: String::new(),
        scopes: Vec::new(),
        check: None,
        outcome,
        confidence: Some(confidence),
        evidence_kind: Some(EvidenceKind::Observed),
        standing: Standing::Met,
        basis: None,
        message: message.to_owned(),
        notes: Vec::new(),
        needs: Vec::new(),
        evidence: vec![Evidence { path: Some("a b.md".to_owned()), line: Some(3), ..Evidence::default() }],
        declaration: None,
        claims: Vec::new(),
        remediation: None,
        defect: None,
    }
}

#[rstest]
#[case::reached(Some(2), 0, 0, "level 2")]
#[case::only_unknown(None, 0, 3, "3 unknown")]
#[case::failed(None, 1, 0, "below level 1")]
#[case::failed_and_unknown(None, 1, 3, "below level 1")]
fn standings(#[case] reached: Option<u8>, #[case] unmet: u32, #[case] open: u32, #[case] expected: &str) {
    let assessment = assessment(reached, unmet, open, Vec::new());
    assert_eq!(badge(&assessment).standing, expected);
    let svg = svg(&assessment);
    let document = roxmltree::Document::parse(&svg).expect("XML");
    let root = document.root_element();
    let title = format!("OSPS Baseline: {expected} (2026-08-28, 2026-11-22)");
    assert_eq!((root.attribute("role"), root.attribute("aria-label")), (Some("img"), Some(title.as_str())));
    let first = root.children().find(roxmltree::Node::is_element).expect("an element");
    assert_eq!((first.tag_name().name(), first.text()), ("title", Some(title.as_str())));
    let shields: serde_json::Value = serde_json::from_str(&shields(&assessment)).expect("JSON");
    assert_eq!(shields["schemaVersion"], 1);
    assert_eq!(shields["message"], format!("{expected} (2026-08-28, 2026-11-22)"));
}

/// White text on every colour has a contrast of at least 4.5 to 1.
#[rstest]
#[case(Some(1), 0, 0)]
#[case(None, 0, 3)]
#[case(None, 1, 0)]
fn contrast(#[case] reached: Option<u8>, #[case] unmet: u32, #[case] open: u32) {
    let color = badge(&assessment(reached, unmet, open, Vec::new())).color;
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("hexadecimal")) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
    assert!(1.05 / (luminance + 0.05) >= 4.5, "{color}");
}

#[test]
fn only_what_is_sure_is_proposed() {
    let requirements = vec![
        verdict("OSPS-AC-01.01", Outcome::Passed, Confidence::High, "Two factors & more."),
        verdict("OSPS-AC-02.01", Outcome::Passed, Confidence::Medium, "Likely."),
        verdict("OSPS-AC-03.01", Outcome::NeedsReview, Confidence::Low, "Look."),
        verdict("OSPS-AC-03.02", Outcome::Failed, Confidence::High, &"long ".repeat(200)),
    ];
    let links = proposals(&assessment(None, 1, 1, requirements), "https://github.com/acme/widget");
    let [link] = links.as_slice() else { panic!("{links:?}") };
    assert!(link.starts_with("https://www.bestpractices.dev/projects?as=edit&section=baseline-1&url=https%3A%2F%2Fgithub.com%2Facme%2Fwidget&osps_ac_01_01_status=Met&osps_ac_01_01_justification=Two%20factors%20%26%20more."), "{link}");
    assert!(
        link.contains("osps_ac_03_02_status=Unmet")
            && !link.contains("osps_ac_02_01")
            && !link.contains("osps_ac_03_01")
    );
    assert!(link.contains("blob%2Fcccc") && !link.contains("%2523L3") && link.contains("%23L3"), "{link}");
    assert!(!link.contains("overrides"));
    let many: Vec<Verdict> = (1..=30)
        .map(|number| {
            verdict(&format!("OSPS-AC-{number:02}.01"), Outcome::Passed, Confidence::High, &"words ".repeat(60))
        })
        .collect();
    let links = proposals(&assessment(None, 1, 1, many), "https://github.com/acme/widget");
    assert!(links.len() > 1 && links.iter().all(|link| link.len() <= LINK), "{:?}", links.iter().map(String::len));
    let proposed: usize = links.iter().map(|link| link.matches("_status=").count()).sum();
    assert_eq!(proposed, 30);
}

#[test]
fn a_justification_is_no_longer_than_the_form_takes() {
    assert_eq!(justified(&"ä".repeat(500), Some("https://sample.dev/x")).chars().count(), JUSTIFICATION);
}
