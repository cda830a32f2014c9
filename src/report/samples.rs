//! Assessments for the tests of all formats: everything passed, failed or unknown, mixed with declarations, huge, hostile.

use crate::model::assessment::{Assessment, Basis, Standing, Verdict};
use crate::model::evidence::{Confidence, Evidence, EvidenceKind};
use crate::model::ruling::{Need, Outcome};

/// Texts that become something else where they are pasted instead of written.
pub(super) const HOSTILE: [&str; 12] = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"><svg/onload=alert(1)>",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "]]><![CDATA[",
    "%0A::error file=x::forged",
    "a\r\n::error::forged\n# forged heading\n| a | b |",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) `code` <!-- -->",
    "nul\u{0} bell\u{7} escape\u{1b}[31m bidi\u{202e}txt.exe \u{fffe}",
    "{{ 7 * 7 }} {% raw %} ${{ github.token }} $(id)",
];

/// All samples by name.
pub(super) fn all() -> Vec<(&'static str, Assessment)> {
    vec![
        ("passed", all_of(Outcome::Passed)),
        ("failed", all_of(Outcome::Failed)),
        ("unknown", all_of(Outcome::Unknown)),
        ("mixed", mixed()),
        ("huge", huge()),
        ("hostile", hostile()),
    ]
}

/// A real assessment with declarations of every kind.
pub(super) fn mixed() -> Assessment {
    serde_json::from_str(include_str!("../../tests/assessments/mixed.json")).expect("an assessment")
}

/// Every requirement with one outcome, and nothing declared.
pub(super) fn all_of(outcome: Outcome) -> Assessment {
    let mut assessment = mixed();
    for verdict in &mut assessment.requirements {
        let id = verdict.id.clone();
        *verdict = Verdict {
            outcome,
            confidence: (outcome != Outcome::Unknown).then_some(Confidence::High),
            evidence_kind: (outcome != Outcome::Unknown).then_some(EvidenceKind::Observed),
            standing: match outcome {
                Outcome::Passed | Outcome::NotApplicable => Standing::Met,
                Outcome::Failed => Standing::Unmet,
                _ => Standing::Open,
            },
            basis: outcome.is_decided().then_some(Basis::Observed),
            message: format!("What was seen of {id} in words."),
            notes: Vec::new(),
            needs: Vec::new(),
            evidence: vec![Evidence {
                fact: Some("files.listed".to_owned()),
                src: vec!["git".to_owned()],
                path: Some(format!("docs/{id}.md")),
                line: Some(3),
                ..Evidence::default()
            }],
            declaration: None,
            claims: Vec::new(),
            defect: None,
            ..verdict.clone()
        };
        if outcome == Outcome::Unknown {
            verdict.evidence.clear();
            verdict.needs = vec![Need {
                fact: "org.two_factor_required".to_owned(),
                reason: "offline".to_owned(),
                needs: Some("a read token".to_owned()),
                detail: None,
                src: vec!["org".to_owned()],
            }];
        }
    }
    count(&mut assessment);
    assessment
}

/// More than 5,000 findings.
pub(super) fn huge() -> Assessment {
    let mut assessment = all_of(Outcome::Failed);
    for verdict in &mut assessment.requirements {
        verdict.evidence = (1..=100)
            .map(|line| Evidence {
                path: Some(format!("src/module_{}/file_{line}.rs", line % 7)),
                line: Some(line),
                detail: Some(format!("finding {line} of {}: {}", verdict.id, "long text ".repeat(30))),
                src: vec!["git".to_owned()],
                ..Evidence::default()
            })
            .collect();
    }
    assessment
}

/// Every text that a repository or a declaration can set is hostile.
pub(super) fn hostile() -> Assessment {
    let mut assessment = mixed();
    let mut next = HOSTILE.iter().cycle();
    let mut text = || (*next.next().expect("a cycle")).to_owned();
    assessment.subject.name = "<img src=x onerror=alert(1)>".to_owned();
    assessment.subject.owner = Some("=cmd|x".to_owned());
    assessment.subject.default_branch = Some(text());
    for verdict in &mut assessment.requirements {
        verdict.message = text();
        verdict.notes = vec![text(), text()];
        for evidence in &mut verdict.evidence {
            evidence.path = evidence.path.is_some().then(&mut text);
            evidence.url = Some("javascript:alert(1)".to_owned());
            evidence.detail = Some(text());
        }
        if let Some(laid) = &mut verdict.declaration {
            laid.said.statement = text();
            laid.said.by = text();
            laid.said.evidence = vec![text(), "javascript:alert(1)".to_owned()];
            laid.remarks = vec![text()];
        }
    }
    assessment
}

/// A document without what changes whenever anything of the sample does: derived ids by the order in which they appear, and
/// digests. For snapshots.
pub(super) fn steady(document: impl serde::Serialize) -> serde_json::Value {
    let mut ids: Vec<String> = Vec::new();
    let changing = regex::Regex::new(
        r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})|\b([0-9a-f]{40}|[0-9a-f]{64})\b",
    );
    let text = serde_json::to_string(&document).expect("JSON");
    let steady = changing.expect("an expression").replace_all(&text, |found: &regex::Captures<'_>| {
        let Some(id) = found.name("id") else { return "DIGEST".to_owned() };
        let place = ids.iter().position(|known| known == id.as_str()).unwrap_or_else(|| {
            ids.push(id.as_str().to_owned());
            ids.len() - 1
        });
        format!("ID-{}", place + 1)
    });
    serde_json::from_str(&steady).expect("JSON")
}

/// Counts outcomes and levels again after a change.
pub(super) fn count(assessment: &mut Assessment) {
    for (outcome, number) in &mut assessment.outcomes {
        *number = assessment.requirements.iter().filter(|verdict| verdict.outcome == *outcome).count() as u32;
    }
    let mode = assessment.levels.mode;
    for standing in &mut assessment.levels.standings {
        let of = |wanted: Option<Standing>| {
            let counting =
                assessment.requirements.iter().filter(|verdict| mode.counts(&verdict.levels, standing.level));
            counting.filter(|verdict| wanted.is_none_or(|wanted| verdict.standing == wanted)).count() as u32
        };
        let (total, met, unmet) = (of(None), of(Some(Standing::Met)), of(Some(Standing::Unmet)));
        let (open, waived) = (of(Some(Standing::Open)), of(Some(Standing::Waived)));
        (standing.total, standing.met, standing.unmet, standing.open, standing.waived) =
            (total, met, unmet, open, waived);
        standing.reached = met == total;
    }
    let reached = assessment.levels.standings.iter().take_while(|standing| standing.reached).last();
    assessment.levels.reached = reached.map(|standing| standing.level);
}
