//! Floor 1: catalog + rulings + declarations -> assessment. Pure: no clock, no file, no engine.

mod declarations;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use self::declarations::WARNING_DAYS;
use self::declarations::{Rules, Seen, last_day, lay, standing};
use crate::model::assessment::{
    Assessment, Basis, CatalogRef, Check, Declared, FORMAT, FactsRef, FileRef, LevelMode, LevelStanding, Levels,
    PoliciesRef, Standing, Verdict,
};
use crate::model::catalog::{Catalog, Requirement};
use crate::model::declaration::{Claim, Condition, Declaration, Effect, Kind, Laid, Limits};
use crate::model::evidence::EvidenceKind;
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
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// What was assessed.
    pub subject: Subject,
    /// Against which version of the standard.
    pub catalog: CatalogRef,
    /// The policies.
    pub policies: PoliciesRef,
    /// The facts document.
    pub facts: FactsRef,
    /// The version of osps that judges.
    pub tool: String,
    /// How each policy checks, by its id.
    pub checks: BTreeMap<String, Check>,
}

/// What people and other tools state about the subject, and how that is judged.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    /// The day on which declarations are judged.
    pub as_of: Date,
    /// Declarations; of several for one requirement the first that counts is laid over it.
    pub declarations: Vec<Declaration>,
    /// What configurations allow.
    pub limits: Limits,
    /// Evidence links that lead nowhere.
    pub dead_links: BTreeSet<String>,
    /// Requirements that may not apply; those that are not named apply to every project.
    pub conditions: BTreeMap<RequirementId, Condition>,
    /// What others claim; shown beside the verdicts.
    pub claims: Vec<Claim>,
    /// The files that the declarations come from.
    pub files: Vec<FileRef>,
    /// The level that the project wants to reach.
    pub target_level: Option<Level>,
}

/// Puts the rulings of all policies into the frame of one catalog, and lays the declarations over them.
pub fn assess(
    catalog: &Catalog,
    provenance: Provenance,
    rulings: Vec<Ruling>,
    mode: LevelMode,
    selection: &Selection,
    statements: &Statements,
) -> Assessment {
    let by_id: BTreeMap<String, Ruling> = rulings.into_iter().map(|ruling| (ruling.id.to_string(), ruling)).collect();
    let mut requirements: Vec<Verdict> = catalog
        .active()
        .map(|requirement| {
            let ruling = selection.selects(requirement, mode).then(|| by_id.get(policy_id(requirement)));
            let check = provenance.checks.get(policy_id(requirement));
            let seen = verdict(requirement, ruling, check);
            let by_absence = ruling.flatten().is_some_and(|ruling| ruling.by_absence);
            claimed(declared(seen, by_absence, requirement, statements), statements)
        })
        .collect();
    requirements.sort_by(|a, b| a.id.cmp(&b.id));
    let mut outcomes: BTreeMap<Outcome, u32> = Outcome::ALL.into_iter().map(|outcome| (outcome, 0)).collect();
    for verdict in &requirements {
        *outcomes.entry(verdict.outcome).or_default() += 1;
    }
    Assessment {
        format: FORMAT,
        tool: provenance.tool,
        subject: provenance.subject,
        catalog: provenance.catalog,
        policies: provenance.policies,
        facts: provenance.facts,
        levels: levels(&requirements, mode, statements.target_level),
        outcomes,
        declarations: Declared {
            as_of: statements.as_of,
            files: statements.files.clone(),
            unmatched: unmatched(catalog, statements),
            unmatched_claims: unmatched_claims(catalog, statements),
        },
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

/// Lays what is declared for a requirement over its verdict: the first declaration that counts, else the first.
fn declared(verdict: Verdict, by_absence: bool, requirement: &Requirement, statements: &Statements) -> Verdict {
    let seen = Seen {
        outcome: verdict.outcome,
        by_absence,
        condition: statements.conditions.get(&verdict.id).copied().unwrap_or_default(),
        evidence: &verdict.evidence,
        text_sha256: &requirement.text_sha256,
    };
    let rules = Rules { as_of: statements.as_of, limits: &statements.limits, dead_links: &statements.dead_links };
    let of_it = statements.declarations.iter().filter(|declaration| declaration.requirement == verdict.id);
    let mut laid: Vec<(Laid, Standing)> = of_it.map(|declaration| lay(declaration, &seen, &rules)).collect();
    let counting = laid.iter().position(|(laid, _)| laid.effect.counts()).unwrap_or_default();
    if laid.is_empty() {
        return verdict;
    }
    let (laid, standing) = laid.swap_remove(counting);
    let basis = match laid.effect {
        Effect::Settles => Some(Basis::Attested),
        Effect::Waives => Some(Basis::Waived),
        _ => verdict.basis,
    };
    Verdict { standing, basis, declaration: Some(laid), ..verdict }
}

/// What a declaration would do for a requirement that is open, or not met where it waives: its state without an assessment.
pub fn outlook(declaration: &Declaration, catalog: &Catalog, statements: &Statements) -> Laid {
    let requirement = catalog.requirement(&declaration.requirement).filter(|requirement| requirement.is_active());
    let Some(requirement) = requirement else { return unmatched_one(declaration, catalog, statements) };
    // Whether its scope matches what is found cannot be told without looking.
    let unscoped = Declaration { paths: Vec::new(), findings: Vec::new(), ..declaration.clone() };
    let outcome = if declaration.kind == Kind::Waiver { Outcome::Failed } else { Outcome::Unknown };
    let text_sha256 = &requirement.text_sha256;
    let seen = Seen { outcome, by_absence: false, condition: Condition::Open, evidence: &[], text_sha256 };
    let rules = Rules { as_of: statements.as_of, limits: &statements.limits, dead_links: &statements.dead_links };
    let (laid, _) = lay(&unscoped, &seen, &rules);
    Laid { said: declaration.clone(), ..laid }
}

/// Puts the claims of others beside a verdict.
fn claimed(verdict: Verdict, statements: &Statements) -> Verdict {
    let mut claims: Vec<Claim> =
        statements.claims.iter().filter(|claim| claim.requirement == verdict.id).cloned().collect();
    claims.sort();
    for claim in &mut claims {
        claim.conflict = claim.outcome.is_decided() && verdict.outcome.is_decided() && claim.outcome != verdict.outcome;
    }
    Verdict { claims, ..verdict }
}

/// Declarations for what this version of the standard does not ask.
fn unmatched(catalog: &Catalog, statements: &Statements) -> Vec<Laid> {
    let known = |id: &RequirementId| catalog.requirement(id).is_some_and(Requirement::is_active);
    let others = statements.declarations.iter().filter(|declaration| !known(&declaration.requirement));
    others.map(|declaration| unmatched_one(declaration, catalog, statements)).collect()
}

fn unmatched_one(declaration: &Declaration, catalog: &Catalog, statements: &Statements) -> Laid {
    let id = &declaration.requirement;
    let remark = match catalog.requirement(id) {
        Some(retired) if retired.replaced_by.is_empty() => {
            format!("{id} is retired in the catalog {}.", catalog.version)
        }
        Some(retired) => {
            let heirs: Vec<&str> = retired.replaced_by.iter().map(RequirementId::as_str).collect();
            format!("{id} is retired in the catalog {}; see {}.", catalog.version, heirs.join(", "))
        }
        None => format!("There is no {id} in the catalog {}.", catalog.version),
    };
    Laid {
        said: declaration.clone(),
        effect: Effect::Unmatched,
        last_day: last_day(declaration, &statements.limits),
        remarks: vec![remark],
    }
}

/// Claims about what this version of the standard does not ask.
fn unmatched_claims(catalog: &Catalog, statements: &Statements) -> Vec<Claim> {
    let known = |id: &RequirementId| catalog.requirement(id).is_some_and(Requirement::is_active);
    let mut claims: Vec<Claim> = statements.claims.iter().filter(|claim| !known(&claim.requirement)).cloned().collect();
    claims.sort();
    claims
}

/// What a standing rests on where nothing is declared.
fn basis(outcome: Outcome, kind: Option<EvidenceKind>) -> Option<Basis> {
    match (outcome.is_decided(), kind) {
        (false, _) => None,
        (true, Some(EvidenceKind::Declared)) => Some(Basis::Claimed),
        (true, Some(EvidenceKind::Attested)) => Some(Basis::Attested),
        (true, _) => Some(Basis::Observed),
    }
}

fn verdict(requirement: &Requirement, ruling: Option<Option<&Ruling>>, check: Option<&Check>) -> Verdict {
    let empty = |outcome: Outcome, message: &str, defect: Option<String>| Verdict {
        id: requirement.id.clone(),
        family: requirement.id.family().to_owned(),
        levels: requirement.levels.clone(),
        summary: requirement.summary.clone(),
        url: requirement.url.clone(),
        text_sha256: requirement.text_sha256.clone(),
        scopes: requirement.scopes.clone(),
        check: check.cloned(),
        outcome,
        confidence: None,
        evidence_kind: None,
        standing: standing(outcome),
        basis: None,
        message: message.to_owned(),
        notes: Vec::new(),
        needs: Vec::new(),
        evidence: Vec::new(),
        declaration: None,
        claims: Vec::new(),
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
            basis: basis(ruling.outcome, ruling.evidence_kind),
            notes: ruling.notes.clone(),
            needs: ruling.needs.clone(),
            evidence: ruling.evidence.clone(),
            ..empty(ruling.outcome, &ruling.message, ruling.defect.clone())
        },
    }
}

fn levels(verdicts: &[Verdict], mode: LevelMode, target: Option<Level>) -> Levels {
    let standings: Vec<LevelStanding> =
        Level::ALL.into_iter().map(|level| level_standing(verdicts, level, mode)).collect();
    let reached = standings.iter().take_while(|standing| standing.reached).last().map(|standing| standing.level);
    let upward_closed = |levels: &[Level]| {
        Level::ALL.into_iter().all(|level| LevelMode::Cumulative.counts(levels, level) == levels.contains(&level))
    };
    let mode_matters_for =
        verdicts.iter().filter(|verdict| !upward_closed(&verdict.levels)).map(|verdict| verdict.id.clone()).collect();
    Levels { mode, reached, target, mode_matters_for, standings }
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
            by_absence: false,
        }
    }

    fn assessed(outcomes: [Outcome; 4], mode: LevelMode, selection: &Selection) -> Assessment {
        let provenance = Provenance::default();
        let ids = ["OSPS-AC-01.01", "OSPS-BR-07.01", "OSPS-DO-06.01", "OSPS-QA-07.01"];
        let rulings = ids.iter().zip(outcomes).map(|(id, outcome)| ruling(id, outcome)).collect();
        assess(&catalog(), provenance, rulings, mode, selection, &Statements::default())
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
        let provenance = Provenance::default();
        let assessment = assess(
            &catalog(),
            provenance,
            Vec::new(),
            LevelMode::Cumulative,
            &Selection::default(),
            &Statements::default(),
        );
        assert!(assessment.requirements.iter().all(|verdict| verdict.outcome == U && verdict.defect.is_some()));
    }
}
