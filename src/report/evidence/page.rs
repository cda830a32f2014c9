//! What the evidence report shows, in words and in order; the templates only lay it out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words;
use crate::model::assessment::{Assessment, Basis, Check, LevelMode, LevelStanding, PoliciesRef, Standing, Verdict};
use crate::model::catalog::Remediation;
use crate::model::declaration::{Claim, Effect, Laid};
use crate::model::evidence::Evidence;
use crate::model::id::RequirementId;
use crate::model::ruling::{Need, Outcome};
use crate::model::source::Source;
use crate::model::subject::Subject;
use crate::report::links;

/// Digits of a digest where it is only to be recognised.
const SHORT: usize = 12;
/// Files that `--config` takes; others are named where declarations are.
const CONFIGURATIONS: [&str; 2] = ["baseline.yaml", ".github/baseline.yaml"];

/// A text, and where it leads if anywhere.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    text: String,
    url: Option<String>,
}

/// Something named, counted and explained.
#[derive(Debug, Serialize)]
struct Count {
    class: &'static str,
    sign: &'static str,
    word: &'static str,
    count: usize,
    means: &'static str,
}

/// The whole report.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    /// The page above it, where it is one of several.
    pub(super) back: Option<&'static str>,
    name: String,
    title: String,
    claim: String,
    disclaimer: &'static str,
    warnings: Vec<String>,
    subject: &'a Subject,
    repository: Option<String>,
    commit: Option<Link>,
    day: String,
    tool: &'a str,
    catalog: CatalogView<'a>,
    policies: &'a PoliciesRef,
    policies_short: String,
    facts: FactsView<'a>,
    mode: &'static str,
    mode_matters: Option<String>,
    target: Option<String>,
    levels: Vec<LevelView>,
    outcomes: Vec<Count>,
    bases: Vec<Count>,
    total: usize,
    open: Vec<OpenGroup<'a>>,
    declarations: DeclaredView<'a>,
    families: Vec<FamilyView<'a>>,
    sources: Vec<SourceView<'a>>,
    collect: String,
    evaluate: String,
}

#[derive(Debug, Serialize)]
struct CatalogView<'a> {
    id: &'a str,
    version: &'a str,
    url: Option<String>,
    digest: &'a str,
}

#[derive(Debug, Serialize)]
struct FactsView<'a> {
    digest: &'a str,
    short: String,
    collected_at: &'a str,
    time: String,
    tool: &'a str,
    access: String,
}

#[derive(Debug, Serialize)]
struct LevelView {
    level: String,
    reached: bool,
    state: String,
    total: u32,
    parts: Vec<Part>,
}

/// A part of the bar of a level, in thousandths of it.
#[derive(Debug, Serialize)]
struct Part {
    class: &'static str,
    word: &'static str,
    count: u32,
    from: u32,
    width: u32,
}

/// What one thing would settle.
#[derive(Debug, Serialize)]
struct OpenGroup<'a> {
    title: String,
    items: Vec<OpenItem<'a>>,
}

#[derive(Debug, Serialize)]
struct OpenItem<'a> {
    id: &'a RequirementId,
    summary: &'a str,
    why: Vec<Why<'a>>,
    /// What settles it all the same.
    settled: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Why<'a> {
    reason: &'a str,
    facts: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct DeclaredView<'a> {
    as_of: String,
    laid: Vec<DeclarationView<'a>>,
    files: &'a [crate::model::assessment::FileRef],
    unmatched: Vec<DeclarationView<'a>>,
    unmatched_claims: Vec<ClaimView<'a>>,
}

#[derive(Debug, Serialize)]
struct FamilyView<'a> {
    id: &'a str,
    title: &'a str,
    met: usize,
    total: usize,
    requirements: Vec<RequirementView<'a>>,
}

#[derive(Debug, Serialize)]
struct RequirementView<'a> {
    id: &'a RequirementId,
    summary: &'a str,
    control: Option<&'a str>,
    levels: String,
    outcome: Count,
    standing: &'static str,
    standing_class: &'static str,
    /// The standing, where it is not what the outcome alone would give.
    differs: Option<&'static str>,
    basis: Option<&'static str>,
    confidence: Option<&'static str>,
    kind: Option<&'static str>,
    message: &'a str,
    notes: &'a [String],
    needs: Vec<NeedView<'a>>,
    evidence: Vec<EvidenceView<'a>>,
    declaration: Option<DeclarationView<'a>>,
    claims: Vec<ClaimView<'a>>,
    defect: Option<&'a str>,
    check: Option<&'a Check>,
    scopes: String,
    text: Link,
    text_sha256: &'a str,
    remediation: Option<Fix<'a>>,
    command: String,
    unfolded: bool,
}

#[derive(Debug, Serialize)]
struct NeedView<'a> {
    fact: &'a str,
    reason: &'a str,
    needs: Option<&'a str>,
    detail: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct EvidenceView<'a> {
    place: Option<Link>,
    detail: Option<&'a str>,
    fact: Option<&'a str>,
    sources: Vec<SourceRef>,
}

#[derive(Debug, Serialize)]
struct SourceRef {
    name: String,
    /// The number of the source in the list of all; none for one that the facts do not name.
    number: Option<usize>,
    digest: Option<String>,
    status: Option<u16>,
}

#[derive(Debug, Serialize)]
struct SourceView<'a> {
    number: usize,
    name: &'a str,
    kind: &'a str,
    reference: Link,
    digest: Option<&'a str>,
    status: Option<u16>,
}

#[derive(Debug, Serialize)]
struct DeclarationView<'a> {
    requirement: &'a RequirementId,
    kind: &'static str,
    statement: &'a str,
    by: &'a str,
    on: String,
    last_day: String,
    counts: bool,
    effect: &'static str,
    evidence: Vec<Link>,
    remarks: &'a [String],
    origin: String,
    foundation: bool,
    catalog: Option<&'a str>,
    text_sha256: Option<&'a str>,
    paths: &'a [String],
    findings: &'a [String],
}

#[derive(Debug, Serialize)]
struct ClaimView<'a> {
    requirement: &'a RequirementId,
    claimant: &'a str,
    outcome: &'static str,
    on: Option<&'a str>,
    catalog: Option<&'a str>,
    statement: Option<&'a str>,
    file: &'a str,
    conflict: bool,
}

#[derive(Debug, Serialize)]
struct Fix<'a> {
    text: &'a str,
    command: Option<&'a str>,
    effort: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(assessment: &'a Assessment) -> Self {
        let Assessment { subject, catalog, facts, levels, .. } = assessment;
        let evaluate = evaluate(assessment);
        let matters: Vec<String> = levels.mode_matters_for.iter().map(ToString::to_string).collect();
        let wanted = levels.target.map(|target| {
            let state = if levels.reached >= Some(target) { "reached" } else { "not reached" };
            format!("level {target}: {state}")
        });
        let name = name(subject);
        Self {
            back: None,
            title: format!("{name}: OSPS Baseline evidence report, {}", words::day(assessment)),
            name,
            claim: words::claim(assessment),
            disclaimer: words::DISCLAIMER,
            warnings: warnings(assessment),
            subject,
            repository: links::repository(subject),
            commit: subject.commit.as_ref().map(|text| Link { text: text.clone(), url: links::commit(subject) }),
            day: words::day(assessment),
            tool: &assessment.tool,
            catalog: CatalogView {
                id: &catalog.id,
                version: &catalog.version,
                url: links::web(&catalog.url).map(str::to_owned),
                digest: &catalog.digest,
            },
            policies: &assessment.policies,
            policies_short: short(&assessment.policies.digest),
            facts: FactsView {
                digest: &facts.digest,
                short: short(&facts.digest),
                collected_at: &facts.collected_at,
                time: words::time(&facts.collected_at),
                tool: &facts.tool,
                access: words::access(&facts.access),
            },
            mode: words::mode(levels.mode),
            mode_matters: (!matters.is_empty()).then(|| words::listed(&matters)),
            target: wanted,
            levels: levels.standings.iter().map(LevelView::of).collect(),
            outcomes: Outcome::ALL.into_iter().map(|outcome| counted(assessment, outcome)).collect(),
            bases: bases(assessment),
            total: assessment.requirements.len(),
            open: open(assessment),
            declarations: DeclaredView::of(assessment),
            families: families(assessment, &evaluate),
            sources: sources(assessment),
            collect: collect(subject),
            evaluate: format!("{evaluate} -o json=assessment.json"),
        }
    }
}

fn name(subject: &Subject) -> String {
    match (&subject.host, &subject.owner) {
        (Some(host), Some(owner)) => format!("{host}/{owner}/{}", subject.name),
        _ => subject.name.clone(),
    }
}

/// What a reader must know before the first number.
fn warnings(assessment: &Assessment) -> Vec<String> {
    let mut warnings = Vec::new();
    let changed = &assessment.policies.changed;
    if !changed.is_empty() {
        let files = words::listed(changed);
        warnings.push(format!("Judged with policies or tables that are not those of osps: {files}."));
    }
    if assessment.policies.strict_platform {
        warnings.push("What the host guarantees was kept from passing a requirement.".to_owned());
    }
    if assessment.levels.mode == LevelMode::Exact {
        warnings.push(
            "Levels were read exactly as the catalog lists them: a level does not ask for everything below it."
                .to_owned(),
        );
    }
    let not_run = assessment.outcomes.get(&Outcome::NotRun).copied().unwrap_or_default();
    if not_run > 0 {
        warnings.push(format!("Only a part was assessed: {not_run} requirements were not asked for."));
    }
    if assessment.subject.commit.is_none() {
        warnings
            .push("Files were read as they lay in a directory, without a commit: they cannot be looked up.".to_owned());
    }
    let defects = assessment.requirements.iter().filter(|verdict| verdict.defect.is_some()).count();
    if defects > 0 {
        warnings.push(format!("{defects} policies are defective; what they should decide is unknown."));
    }
    warnings
}

impl LevelView {
    fn of(standing: &LevelStanding) -> Self {
        let counts = [
            ("met", "met", standing.met),
            ("waived", "waived", standing.waived),
            ("open", "open", standing.open),
            ("unmet", "not met", standing.unmet),
        ];
        let mut from = 0;
        let parts = counts.map(|(class, word, count)| {
            let width = (count * 1000).checked_div(standing.total).unwrap_or_default();
            let part = Part { class, word, count, from, width };
            from += width;
            part
        });
        let state = match (standing.reached, standing.total) {
            (true, _) => "reached",
            (false, 0) => "not reached: nothing counts at it",
            (false, _) => "not reached",
        };
        Self {
            level: standing.level.to_string(),
            reached: standing.reached,
            state: state.to_owned(),
            total: standing.total,
            parts: parts.into(),
        }
    }
}

fn counted(assessment: &Assessment, outcome: Outcome) -> Count {
    let count = assessment.outcomes.get(&outcome).copied().unwrap_or_default() as usize;
    Count { count, ..named(outcome) }
}

fn named(outcome: Outcome) -> Count {
    let class = match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NeedsReview => "review",
        Outcome::NotApplicable => "na",
        Outcome::Unknown => "unknown",
        Outcome::NotRun => "notrun",
    };
    let (sign, word, means) = (words::sign(outcome), words::outcome(outcome), words::outcome_means(outcome));
    Count { class, sign, word, count: 0, means }
}

/// What the standings rest on.
fn bases(assessment: &Assessment) -> Vec<Count> {
    let count = |basis| assessment.requirements.iter().filter(|verdict| verdict.basis == basis).count();
    let of = |basis, word| Count { class: "", sign: "", word, count: count(Some(basis)), means: words::basis(basis) };
    vec![
        of(Basis::Observed, "observed"),
        of(Basis::Claimed, "claimed"),
        of(Basis::Attested, "attested"),
        of(Basis::Waived, "waived"),
        Count { class: "", sign: "", word: "open", count: count(None), means: "nothing yet" },
    ]
}

/// What is not decided, by what would settle it; what settles most comes first.
fn open(assessment: &Assessment) -> Vec<OpenGroup<'_>> {
    let mut groups: BTreeMap<(u8, String), Vec<OpenItem<'_>>> = BTreeMap::new();
    for verdict in assessment.requirements.iter().filter(|verdict| !verdict.outcome.is_decided()) {
        let mut why: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for need in &verdict.needs {
            why.entry(words::reason(&need.reason)).or_default().push(&need.fact);
        }
        let why = why.into_iter().map(|(reason, facts)| Why { reason, facts });
        let settled = match verdict.standing {
            Standing::Met => Some("settled by a statement"),
            Standing::Waived => Some("waived"),
            Standing::Unmet | Standing::Open => None,
        };
        let item = OpenItem { id: &verdict.id, summary: &verdict.summary, why: why.collect(), settled };
        groups.entry(settles(verdict)).or_default().push(item);
    }
    let mut groups: Vec<_> =
        groups.into_iter().map(|((rank, title), items)| (rank, OpenGroup { title, items })).collect();
    groups.sort_by_key(|(rank, group)| (*rank, std::cmp::Reverse(group.items.len())));
    groups.into_iter().map(|(_, group)| group).collect()
}

fn settles(verdict: &Verdict) -> (u8, String) {
    if verdict.defect.is_some() {
        return (0, "It takes a mended policy".to_owned());
    }
    match verdict.outcome {
        Outcome::NeedsReview => (1, "It takes a person who looks at the evidence".to_owned()),
        Outcome::NotRun => (3, "It takes a run that asks for it".to_owned()),
        _ => {
            let mut needs: Vec<&str> = verdict.needs.iter().filter_map(|need| need.needs.as_deref()).collect();
            needs.sort_unstable();
            needs.dedup();
            (2, if needs.is_empty() { verdict.message.clone() } else { format!("It takes {}", needs.join(", or ")) })
        }
    }
}

impl<'a> DeclaredView<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        let declared = &assessment.declarations;
        let view = |laid: &'a Laid| DeclarationView::of(&assessment.subject, laid);
        Self {
            as_of: declared.as_of.to_string(),
            laid: assessment.requirements.iter().filter_map(|verdict| verdict.declaration.as_ref()).map(view).collect(),
            files: &declared.files,
            unmatched: declared.unmatched.iter().map(view).collect(),
            unmatched_claims: declared.unmatched_claims.iter().map(ClaimView::of).collect(),
        }
    }
}

fn families<'a>(assessment: &'a Assessment, evaluate: &str) -> Vec<FamilyView<'a>> {
    let families = assessment.catalog.families.iter().map(|family| {
        let of = assessment.requirements.iter().filter(|verdict| verdict.family == family.id);
        let requirements: Vec<_> =
            of.clone().map(|verdict| RequirementView::of(assessment, verdict, evaluate)).collect();
        let met = of.filter(|verdict| verdict.standing == Standing::Met).count();
        FamilyView { id: &family.id, title: &family.title, met, total: requirements.len(), requirements }
    });
    families.filter(|family| family.total > 0).collect()
}

impl<'a> RequirementView<'a> {
    fn of(assessment: &'a Assessment, verdict: &'a Verdict, evaluate: &str) -> Self {
        let levels: Vec<String> = verdict.levels.iter().map(ToString::to_string).collect();
        let control = verdict.id.control();
        let control = assessment.catalog.controls.iter().find(|known| known.id == control);
        let usual = match verdict.outcome {
            Outcome::Passed | Outcome::NotApplicable => Standing::Met,
            Outcome::Failed => Standing::Unmet,
            _ => Standing::Open,
        };
        let scopes: Vec<String> = verdict.scopes.iter().map(|scope| words::scope(*scope).to_owned()).collect();
        let to_do = matches!(verdict.standing, Standing::Unmet | Standing::Open | Standing::Waived);
        Self {
            id: &verdict.id,
            summary: &verdict.summary,
            control: control.map(|control| control.title.as_str()),
            levels: format!("level{} {}", if levels.len() == 1 { "" } else { "s" }, words::listed(&levels)),
            outcome: named(verdict.outcome),
            standing: words::standing(verdict.standing),
            standing_class: match verdict.standing {
                Standing::Met => "met",
                Standing::Unmet => "unmet",
                Standing::Open => "open",
                Standing::Waived => "waived",
            },
            differs: (verdict.standing != usual).then(|| match (verdict.standing, verdict.basis) {
                (Standing::Met, Some(Basis::Attested)) => "counts as met: attested",
                (Standing::Met, Some(Basis::Claimed)) => "counts as met: claimed",
                (standing, _) => words::standing(standing),
            }),
            basis: verdict.basis.map(words::basis),
            confidence: verdict.confidence.map(words::confidence),
            kind: verdict.evidence_kind.map(words::evidence_kind),
            message: &verdict.message,
            notes: &verdict.notes,
            needs: verdict.needs.iter().map(NeedView::of).collect(),
            evidence: verdict.evidence.iter().map(|item| EvidenceView::of(assessment, item)).collect(),
            declaration: verdict.declaration.as_ref().map(|laid| DeclarationView::of(&assessment.subject, laid)),
            claims: verdict.claims.iter().map(ClaimView::of).collect(),
            defect: verdict.defect.as_deref(),
            check: verdict.check.as_ref(),
            scopes: words::listed(&scopes),
            text: Link { text: verdict.url.clone(), url: links::web(&verdict.url).map(str::to_owned) },
            text_sha256: &verdict.text_sha256,
            remediation: verdict.remediation.as_ref().filter(|_| to_do).map(Fix::of),
            command: format!("{evaluate} --requirement {} -vv", verdict.id),
            unfolded: matches!(verdict.outcome, Outcome::Failed | Outcome::NeedsReview),
        }
    }
}

impl<'a> NeedView<'a> {
    fn of(need: &'a Need) -> Self {
        Self {
            fact: &need.fact,
            reason: words::reason(&need.reason),
            needs: need.needs.as_deref(),
            detail: need.detail.as_deref(),
        }
    }
}

impl<'a> EvidenceView<'a> {
    fn of(assessment: &'a Assessment, evidence: &'a Evidence) -> Self {
        let text = match (&evidence.path, evidence.line, &evidence.url) {
            (Some(path), Some(line), _) => Some(format!("{path}:{line}")),
            (Some(path), None, _) => Some(path.clone()),
            (None, _, url) => url.clone(),
        };
        let url = links::permalink(assessment, evidence);
        let known = &assessment.facts.sources;
        let sources = evidence.src.iter().map(|name| {
            let number = known.keys().position(|key| key == name);
            let source = known.get(name);
            SourceRef {
                name: name.clone(),
                number: number.map(|number| number + 1),
                digest: source.and_then(|source| source.digest.as_deref()).map(short),
                status: source.and_then(|source| source.status),
            }
        });
        Self {
            place: text.map(|text| Link { text, url }),
            detail: evidence.detail.as_deref(),
            fact: evidence.fact.as_deref(),
            sources: sources.collect(),
        }
    }
}

/// The beginning of a digest, with the name of its kind.
fn short(digest: &str) -> String {
    let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
    let digits: String = digits.chars().take(SHORT).collect();
    if kind.is_empty() { format!("{digits}…") } else { format!("{kind}:{digits}…") }
}

fn sources(assessment: &Assessment) -> Vec<SourceView<'_>> {
    assessment
        .facts
        .sources
        .iter()
        .enumerate()
        .map(|(at, (name, source))| SourceView {
            number: at + 1,
            name,
            kind: &source.kind,
            reference: Link { text: source.reference.clone(), url: looked_up(&assessment.subject, source) },
            digest: source.digest.as_deref(),
            status: source.status,
        })
        .collect()
}

/// Where a source can be looked at.
fn looked_up(subject: &Subject, source: &Source) -> Option<String> {
    match source.kind.as_str() {
        "git" if Some(&source.reference) == subject.commit.as_ref() => links::commit(subject),
        _ => links::web(&source.reference).map(str::to_owned),
    }
}

impl<'a> DeclarationView<'a> {
    fn of(subject: &Subject, laid: &'a Laid) -> Self {
        let said = &laid.said;
        let evidence = said.evidence.iter().map(|text| Link {
            text: text.clone(),
            url: links::web(text).map(str::to_owned).or_else(|| place(subject, text)),
        });
        Self {
            requirement: &said.requirement,
            kind: words::kind(said.kind),
            statement: &said.statement,
            by: &said.by,
            on: said.on.to_string(),
            last_day: laid.last_day.to_string(),
            counts: laid.effect.counts() || laid.effect == Effect::Redundant,
            effect: words::effect(laid.effect),
            evidence: evidence.collect(),
            remarks: &laid.remarks,
            origin: format!("{}:{}", said.origin.file, said.origin.line),
            foundation: said.origin.foundation,
            catalog: said.catalog.as_deref(),
            text_sha256: said.text_sha256.as_deref(),
            paths: &said.paths,
            findings: &said.findings,
        }
    }
}

/// Where a path that a declaration names can be looked at. What looks like an address of some other kind is none.
fn place(subject: &Subject, path: &str) -> Option<String> {
    let is_path = !path.contains([':', '?', '#']) && !path.chars().any(char::is_control);
    links::file(subject, path, None).filter(|_| is_path)
}

impl<'a> ClaimView<'a> {
    fn of(claim: &'a Claim) -> Self {
        Self {
            requirement: &claim.requirement,
            claimant: &claim.claimant,
            outcome: words::outcome(claim.outcome),
            on: claim.on.as_deref(),
            catalog: claim.catalog.as_deref(),
            statement: claim.statement.as_deref(),
            file: &claim.file,
            conflict: claim.conflict,
        }
    }
}

impl<'a> Fix<'a> {
    fn of(remediation: &'a Remediation) -> Self {
        Self {
            text: &remediation.text,
            command: remediation.command.as_deref(),
            effort: words::effort(remediation.minutes),
        }
    }
}

/// The command that reads the same again, in a clone.
fn collect(subject: &Subject) -> String {
    match &subject.commit {
        Some(commit) => format!("osps collect . --rev {} -o facts.json", quoted(commit)),
        None => "osps collect . --worktree -o facts.json".to_owned(),
    }
}

/// The command that judges the same again.
fn evaluate(assessment: &Assessment) -> String {
    let mut command = format!("osps evaluate facts.json --catalog {}", quoted(&assessment.catalog.version));
    if assessment.levels.mode == LevelMode::Exact {
        command.push_str(" --levels exact");
    }
    if assessment.policies.strict_platform {
        command.push_str(" --platform-evidence strict");
    }
    if !assessment.policies.changed.is_empty() {
        command.push_str(" --policies DIR");
    }
    let declared = &assessment.declarations;
    if let Some(file) = declared.files.iter().find(|file| CONFIGURATIONS.contains(&file.file.as_str())) {
        command.push_str(&format!(" --config {}", file.file));
    }
    if declared.as_of.to_string() != words::day(assessment) {
        command.push_str(&format!(" --as-of {}", declared.as_of));
    }
    command
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/')) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
