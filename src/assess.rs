//! Floor 1: catalog + rulings -> assessment. Pure: no clock, no file, no engine.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::assessment::{
    Assessment, CatalogRef, DigestRef, FORMAT, FactsRef, LevelMode, LevelStanding, Levels, Standing, Verdict,
};
use crate::model::catalog::{Catalog, Requirement};
use crate::model::id::{Level, RequirementId};
use crate::model::ruling::{Outcome, Ruling};
use crate::model::subject::Subject;

/// Which requirements are assessed; the others are `not_run`. An empty selection selects all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only requirements that count at this level.
    pub level: Option<Level>,
    /// Only these families, in upper case.
    pub families: BTreeSet<String>,
    /// Only these requirements.
    pub requirements: BTreeSet<RequirementId>,
}

/// Everything an assessment names besides its verdicts.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// What was assessed.
    pub subject: Subject,
    /// Against which version of the standard.
    pub catalog: CatalogRef,
    /// The digest of the policies.
    pub policies_digest: String,
    /// The facts document.
    pub facts: FactsRef,
}

/// Puts the rulings of all policies into the frame of one catalog.
pub fn assess(
    catalog: &Catalog,
    provenance: Provenance,
    rulings: Vec<Ruling>,
    mode: LevelMode,
    selection: &Selection,
) -> Assessment {
    let by_id: BTreeMap<String, Ruling> = rulings.into_iter().map(|ruling| (ruling.id.to_string(), ruling)).collect();
    let mut requirements: Vec<Verdict> = catalog
        .active()
        .map(|requirement| {
            let ruling = selection.selects(requirement, mode).then(|| by_id.get(policy_id(requirement)));
            verdict(requirement, ruling)
        })
        .collect();
    requirements.sort_by(|a, b| a.id.cmp(&b.id));
    let mut outcomes: BTreeMap<Outcome, u32> = Outcome::ALL.into_iter().map(|outcome| (outcome, 0)).collect();
    for verdict in &requirements {
        *outcomes.entry(verdict.outcome).or_default() += 1;
    }
    Assessment {
        format: FORMAT,
        subject: provenance.subject,
        catalog: provenance.catalog,
        policies: DigestRef { digest: provenance.policies_digest },
        facts: provenance.facts,
        levels: levels(&requirements, mode),
        outcomes,
        requirements,
    }
}

/// The policy that decides a requirement: the one the catalog names, else the one of the same id.
fn policy_id(requirement: &Requirement) -> &str {
    requirement.policy.as_deref().unwrap_or(requirement.id.as_str())
}

impl Selection {
    fn selects(&self, requirement: &Requirement, mode: LevelMode) -> bool {
        self.level.is_none_or(|level| mode.counts(&requirement.levels, level))
            && (self.families.is_empty() || self.families.contains(requirement.id.family()))
            && (self.requirements.is_empty() || self.requirements.contains(&requirement.id))
    }
}

/// How an outcome counts.
fn standing(outcome: Outcome) -> Standing {
    match outcome {
        Outcome::Passed | Outcome::NotApplicable => Standing::Met,
        Outcome::Failed => Standing::Unmet,
        Outcome::NeedsReview | Outcome::Unknown | Outcome::NotRun => Standing::Open,
    }
}

fn verdict(requirement: &Requirement, ruling: Option<Option<&Ruling>>) -> Verdict {
    let empty = |outcome: Outcome, message: &str, defect: Option<String>| Verdict {
        id: requirement.id.clone(),
        family: requirement.id.family().to_owned(),
        levels: requirement.levels.clone(),
        summary: requirement.summary.clone(),
        outcome,
        confidence: None,
        evidence_kind: None,
        standing: standing(outcome),
        message: message.to_owned(),
        notes: Vec::new(),
        needs: Vec::new(),
        evidence: Vec::new(),
        declaration: None,
        remediation: requirement.remediation.clone(),
        defect,
    };
    match ruling {
        None => empty(Outcome::NotRun, "Not asked for in this run.", None),
        Some(None) => {
            let defect = format!("no policy for {}", policy_id(requirement));
            empty(Outcome::Unknown, "No policy decides this requirement.", Some(defect))
        }
        Some(Some(ruling)) => Verdict {
            confidence: ruling.confidence,
            evidence_kind: ruling.evidence_kind,
            notes: ruling.notes.clone(),
            needs: ruling.needs.clone(),
            evidence: ruling.evidence.clone(),
            ..empty(ruling.outcome, &ruling.message, ruling.defect.clone())
        },
    }
}

fn levels(verdicts: &[Verdict], mode: LevelMode) -> Levels {
    let standings: Vec<LevelStanding> =
        Level::ALL.into_iter().map(|level| level_standing(verdicts, level, mode)).collect();
    let reached = standings.iter().take_while(|standing| standing.reached).last().map(|standing| standing.level);
    let upward_closed = |levels: &[Level]| {
        Level::ALL.into_iter().all(|level| LevelMode::Cumulative.counts(levels, level) == levels.contains(&level))
    };
    let mode_matters_for =
        verdicts.iter().filter(|verdict| !upward_closed(&verdict.levels)).map(|verdict| verdict.id.clone()).collect();
    Levels { mode, reached, mode_matters_for, standings }
}

fn level_standing(verdicts: &[Verdict], level: Level, mode: LevelMode) -> LevelStanding {
    let count = |wanted: Option<Standing>| {
        let counted = verdicts
            .iter()
            .filter(|verdict| mode.counts(&verdict.levels, level))
            .filter(|verdict| wanted.is_none_or(|wanted| verdict.standing == wanted))
            .count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    };
    let (total, met) = (count(None), count(Some(Standing::Met)));
    LevelStanding {
        level,
        reached: total > 0 && met == total,
        total,
        met,
        unmet: count(Some(Standing::Unmet)),
        open: count(Some(Standing::Open)),
        waived: count(Some(Standing::Waived)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::catalog::{Scope, State};
    use rstest::rstest;

    fn requirement(id: &str, levels: &[u8]) -> Requirement {
        Requirement {
            id: id.parse().expect("an id"),
            levels: levels.iter().map(|level| Level::try_from(*level).expect("a level")).collect(),
            state: State::Active,
            summary: "Something.".to_owned(),
            url: "https://example.org".to_owned(),
            text_sha256: "0".repeat(64),
            applies_to: None,
            scopes: vec![Scope::Tree],
            remediation: None,
            policy: None,
            replaced_by: Vec::new(),
        }
    }

    fn catalog() -> Catalog {
        Catalog {
            id: "osps-baseline".to_owned(),
            version: "2026-08-28".to_owned(),
            url: String::new(),
            families: Vec::new(),
            controls: Vec::new(),
            requirements: vec![
                requirement("OSPS-AC-01.01", &[1, 2, 3]),
                requirement("OSPS-BR-07.01", &[1]),
                requirement("OSPS-DO-06.01", &[2, 3]),
                requirement("OSPS-QA-07.01", &[3]),
            ],
        }
    }

    fn ruling(id: &str, outcome: Outcome) -> Ruling {
        Ruling {
            id: id.parse().expect("an id"),
            outcome,
            confidence: None,
            evidence_kind: None,
            message: "Said.".to_owned(),
            notes: Vec::new(),
            evidence: Vec::new(),
            needs: Vec::new(),
            defect: None,
        }
    }

    fn assessed(outcomes: [Outcome; 4], mode: LevelMode, selection: &Selection) -> Assessment {
        let provenance = Provenance {
            subject: Subject::default(),
            catalog: CatalogRef { id: String::new(), version: String::new(), digest: String::new() },
            policies_digest: String::new(),
            facts: FactsRef { digest: String::new(), collected_at: String::new() },
        };
        let ids = ["OSPS-AC-01.01", "OSPS-BR-07.01", "OSPS-DO-06.01", "OSPS-QA-07.01"];
        let rulings = ids.iter().zip(outcomes).map(|(id, outcome)| ruling(id, outcome)).collect();
        assess(&catalog(), provenance, rulings, mode, selection)
    }

    use Outcome::{Failed as F, NeedsReview as R, NotApplicable as N, Passed as P, Unknown as U};

    #[rstest]
    #[case::all_met([P, P, P, P], LevelMode::Cumulative, Some(3))]
    #[case::not_applicable_counts([N, P, P, P], LevelMode::Cumulative, Some(3))]
    #[case::a_failure_at_three([P, P, P, F], LevelMode::Cumulative, Some(2))]
    #[case::a_review_is_not_met([P, P, R, P], LevelMode::Cumulative, Some(1))]
    #[case::an_unknown_is_not_met([U, P, P, P], LevelMode::Cumulative, None)]
    #[case::level_one_only_counts_upwards([P, F, P, P], LevelMode::Cumulative, None)]
    #[case::exact_lists([P, P, P, P], LevelMode::Exact, Some(3))]
    #[case::exact_still_needs_level_one([P, F, P, P], LevelMode::Exact, None)]
    fn level_reached(#[case] outcomes: [Outcome; 4], #[case] mode: LevelMode, #[case] reached: Option<u8>) {
        let assessment = assessed(outcomes, mode, &Selection::default());
        assert_eq!(assessment.levels.reached.map(Level::number), reached);
        assert_eq!(assessment.outcomes.values().sum::<u32>(), 4);
    }

    #[test]
    fn exact_and_cumulative_count_differently() {
        let totals = |mode| -> Vec<u32> {
            assessed([P, P, P, P], mode, &Selection::default()).levels.standings.iter().map(|s| s.total).collect()
        };
        assert_eq!(totals(LevelMode::Cumulative), [2, 3, 4]);
        assert_eq!(totals(LevelMode::Exact), [2, 2, 3]);
        let assessment = assessed([P, P, P, P], LevelMode::Cumulative, &Selection::default());
        let ids: Vec<_> = assessment.levels.mode_matters_for.iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["OSPS-BR-07.01"]);
    }

    #[test]
    fn what_is_not_selected_is_not_run() {
        let selection = Selection { families: BTreeSet::from(["AC".to_owned()]), ..Selection::default() };
        let assessment = assessed([P, F, P, P], LevelMode::Cumulative, &selection);
        assert_eq!(assessment.outcomes[&Outcome::NotRun], 3);
        assert_eq!(assessment.outcomes[&Outcome::Failed], 0);
        assert_eq!(assessment.levels.reached, None, "what was not run is not met");
    }

    #[test]
    fn a_requirement_without_policy_is_a_defect() {
        let provenance = Provenance {
            subject: Subject::default(),
            catalog: CatalogRef { id: String::new(), version: String::new(), digest: String::new() },
            policies_digest: String::new(),
            facts: FactsRef { digest: String::new(), collected_at: String::new() },
        };
        let assessment = assess(&catalog(), provenance, Vec::new(), LevelMode::Cumulative, &Selection::default());
        assert!(assessment.requirements.iter().all(|verdict| verdict.outcome == U && verdict.defect.is_some()));
    }
}
