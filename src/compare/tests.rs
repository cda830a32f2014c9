use jiff::ToSpan as _;
use rstest::rstest;

use super::*;
use crate::model::assessment::Basis;
use crate::model::declaration::{Declaration, Laid, Origin};
use crate::model::evidence::{Confidence, EvidenceKind};
use crate::model::ruling::Outcome;
use crate::model::source::Source;

/// The requirement that the table changes; it counts at every level.
const ID: &str = "OSPS-BR-01.01";
const FLOWS: &str = "workflows.flows";
const RULES: &str = "branch.direct_push_blocked";

fn day() -> Date {
    "2026-11-22".parse().expect("a day")
}

/// How one requirement stands.
#[derive(Clone)]
struct Stand {
    outcome: Outcome,
    confidence: Option<Confidence>,
    kind: Option<EvidenceKind>,
    needs: Vec<Need>,
    places: Vec<Evidence>,
    laid: Option<(Kind, Effect, i32)>,
    defect: bool,
}

fn stand(outcome: Outcome) -> Stand {
    let confidence = match outcome {
        Outcome::Unknown | Outcome::NotRun => None,
        Outcome::NeedsReview => Some(Confidence::Low),
        _ => Some(Confidence::High),
    };
    let kind = confidence.map(|_| EvidenceKind::Observed);
    Stand { outcome, confidence, kind, needs: Vec::new(), places: Vec::new(), laid: None, defect: false }
}

fn pass() -> Stand {
    stand(Outcome::Passed)
}
fn fail() -> Stand {
    stand(Outcome::Failed)
}
fn review() -> Stand {
    stand(Outcome::NeedsReview)
}
fn unknown() -> Stand {
    stand(Outcome::Unknown)
}
fn not_applicable() -> Stand {
    stand(Outcome::NotApplicable)
}
fn not_run() -> Stand {
    stand(Outcome::NotRun)
}

impl Stand {
    fn needing(mut self, fact: &str, reason: &str, src: &[&str]) -> Self {
        self.needs.push(Need {
            fact: fact.to_owned(),
            reason: reason.to_owned(),
            needs: None,
            detail: None,
            src: src.iter().map(|source| (*source).to_owned()).collect(),
        });
        self
    }

    fn because(mut self, detail: &str) -> Self {
        self.needs.last_mut().expect("a need").detail = Some(detail.to_owned());
        self
    }

    fn at(mut self, path: &str, line: u64, detail: &str) -> Self {
        self.places.push(Evidence {
            fact: Some(FLOWS.to_owned()),
            path: Some(path.to_owned()),
            line: Some(line),
            detail: Some(detail.to_owned()),
            ..Evidence::default()
        });
        self
    }

    fn at_each(self, lines: std::ops::Range<u64>) -> Self {
        lines.fold(self, |stand, line| stand.at(&format!("w{line}.yml"), line, "text becomes code"))
    }

    fn with(mut self, kind: Kind, effect: Effect, days_left: i32) -> Self {
        self.laid = Some((kind, effect, days_left));
        self
    }

    fn of_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    fn by(mut self, kind: EvidenceKind) -> Self {
        self.kind = Some(kind);
        self
    }

    fn defective(mut self) -> Self {
        self.defect = true;
        self
    }
}

fn attested() -> Stand {
    unknown().with(Kind::Attestation, Effect::Settles, 200)
}
fn waived() -> Stand {
    fail().with(Kind::Waiver, Effect::Waives, 60)
}

/// What both runs could see and who judged them.
#[derive(Clone, Default)]
struct World {
    before: Vec<&'static str>,
    now: Vec<&'static str>,
    permission: (Option<&'static str>, Option<&'static str>),
    other_policies: bool,
    other_catalog: bool,
    same_tree: bool,
    touched: Option<Vec<&'static str>>,
    gone: Vec<&'static str>,
    change_only: bool,
    weights: Vec<(Class, Severity)>,
    /// Facts that were not known before.
    unknown_before: Vec<&'static str>,
}

/// Nobody was asked, either time.
fn offline() -> World {
    World { before: vec!["history", "tags"], now: vec!["history", "tags"], ..World::default() }
}
/// The forge answered, both times.
fn asked() -> World {
    let all = vec!["history", "tags", "rules", "repository", "fallback"];
    World { before: all.clone(), now: all, permission: (Some("admin"), Some("admin")), ..World::default() }
}
/// The forge answered, and now nobody was asked.
fn no_token_now() -> World {
    World { now: offline().now, permission: (Some("admin"), None), ..asked() }
}
fn weaker_token() -> World {
    World { permission: (Some("admin"), Some("read")), ..asked() }
}
fn rules_unread_now() -> World {
    World { now: vec!["history", "tags", "repository", "fallback"], ..asked() }
}
fn token_new() -> World {
    World { before: offline().before, permission: (None, Some("admin")), ..asked() }
}
fn shallow_now() -> World {
    World { now: vec![], ..offline() }
}
fn trees(touched: &[&'static str]) -> World {
    World { touched: Some(touched.to_vec()), change_only: true, ..offline() }
}
fn other_policies() -> World {
    World { other_policies: true, ..offline() }
}
fn other_catalog() -> World {
    World { other_catalog: true, ..offline() }
}
fn weighing(class: Class, severity: Severity) -> World {
    World { weights: vec![(class, severity)], ..offline() }
}

fn put(assessment: &mut Assessment, id: &str, stand: &Stand) {
    let verdict = assessment.requirements.iter_mut().find(|one| one.id.as_str() == id).expect("the requirement");
    verdict.outcome = stand.outcome;
    verdict.confidence = stand.confidence;
    verdict.evidence_kind = stand.kind;
    verdict.needs = stand.needs.clone();
    verdict.evidence = stand.places.clone();
    verdict.message = format!("It is {:?}.", stand.outcome);
    verdict.defect = stand.defect.then(|| "it errs".to_owned());
    verdict.standing = match (stand.outcome, stand.laid) {
        (_, Some((_, Effect::Settles, _))) => Standing::Met,
        (_, Some((_, Effect::Waives, _))) => Standing::Waived,
        (Outcome::Passed | Outcome::NotApplicable, _) => Standing::Met,
        (Outcome::Failed, _) => Standing::Unmet,
        _ => Standing::Open,
    };
    verdict.basis = match (verdict.standing, stand.laid, stand.kind) {
        (Standing::Met, Some((_, Effect::Settles, _)), _) => Some(Basis::Attested),
        (Standing::Waived, ..) => Some(Basis::Waived),
        (Standing::Open, ..) => None,
        (_, _, Some(EvidenceKind::Declared)) => Some(Basis::Claimed),
        _ => Some(Basis::Observed),
    };
    verdict.declaration = stand.laid.map(|(kind, effect, left)| Laid {
        said: Declaration {
            requirement: id.parse().expect("an id"),
            kind,
            statement: "It is so.".to_owned(),
            evidence: Vec::new(),
            by: "ada".to_owned(),
            on: "2026-01-01".parse().expect("a day"),
            expires: day().checked_add(left.days()).expect("a day"),
            catalog: None,
            text_sha256: None,
            paths: Vec::new(),
            findings: Vec::new(),
            origin: Origin { file: "baseline.yaml".to_owned(), line: 1, foundation: false },
        },
        effect,
        last_day: day().checked_add(left.days()).expect("a day"),
        remarks: Vec::new(),
    });
}

/// An assessment in which everything is met but what is put there.
fn assessment() -> Assessment {
    let mut assessment: Assessment =
        serde_json::from_str(include_str!("../../tests/assessments/mixed.json")).expect("an assessment");
    let ids: Vec<String> = assessment.requirements.iter().map(|one| one.id.to_string()).collect();
    for id in ids {
        put(&mut assessment, &id, &pass());
    }
    assessment.declarations.as_of = day();
    assessment
}

fn both(world: &World, was: &Stand, now: &Stand) -> (Assessment, Assessment) {
    let side = |stand: &Stand, sources: &[&str], permission: Option<&str>, digest: &str| {
        let mut side = assessment();
        put(&mut side, ID, stand);
        side.facts.sources = sources
            .iter()
            .map(|id| {
                let (kind, status) =
                    if matches!(*id, "history" | "tags") { ("git", None) } else { ("rest", Some(200)) };
                let reference = format!("the {id}");
                ((*id).to_owned(), Source { kind: kind.to_owned(), reference, digest: None, status })
            })
            .collect();
        let git = Source {
            kind: "git".to_owned(),
            reference: "a commit".to_owned(),
            digest: Some(digest.to_owned()),
            status: None,
        };
        side.facts.sources.insert("git".to_owned(), git);
        side.facts.access.permission = permission.map(str::to_owned);
        side.facts.unknown = stand.needs.iter().map(|need| (need.fact.clone(), need.reason.clone())).collect();
        level(&mut side);
        side
    };
    let mut before = side(was, &world.before, world.permission.0, "tree one");
    let mut after = side(now, &world.now, world.permission.1, if world.same_tree { "tree one" } else { "tree two" });
    for fact in &world.unknown_before {
        before.facts.unknown.insert((*fact).to_owned(), "offline".to_owned());
    }
    if world.other_policies {
        after.policies.digest = "sha256:others".to_owned();
    }
    if world.other_catalog {
        before.catalog.digest = "sha256:others".to_owned();
        before.catalog.version = "2026-02-19".to_owned();
    }
    (before, after)
}

fn level(assessment: &mut Assessment) {
    let mode = assessment.levels.mode;
    let met = |level: &Level| {
        assessment.requirements.iter().filter(|one| mode.counts(&one.levels, *level)).all(|one| met(one.standing))
    };
    assessment.levels.reached = Level::ALL.into_iter().take_while(met).last();
}

fn rules(world: &World) -> Rules {
    Rules {
        touched: world.touched.as_ref().map(|paths| paths.iter().map(|path| (*path).to_owned()).collect()),
        gone: world.gone.iter().map(|path| (*path).to_owned()).collect(),
        change_only: world.change_only,
        weights: world.weights.iter().copied().collect(),
        ..Rules::default()
    }
}

use Cause as C;
use Class as K;

/// One difference each: how it was, how it is, in which world; then the class, the cause and the exit code.
#[rstest]
// Met, and not met any longer.
#[case::failed(pass(), fail(), offline(), K::Regression, C::Project, 1)]
#[case::failed_online(pass(), fail(), asked(), K::Regression, C::Project, 1)]
#[case::failed_by_inference(pass(), fail().of_confidence(Confidence::Medium), offline(), K::Regression, C::Project, 1)]
#[case::failed_with_a_weaker_token(pass(), fail(), weaker_token(), K::Regression, C::Project, 1)]
#[case::failed_without_a_token(pass(), fail(), no_token_now(), K::Regression, C::Project, 1)]
#[case::failed_by_the_day(pass(), fail(), World { same_tree: true, ..offline() }, K::Regression, C::Clock, 1)]
#[case::failed_by_a_setting(pass(), fail(), World { same_tree: true, ..asked() }, K::Regression, C::Project, 1)]
#[case::applies_and_fails(not_applicable(), fail(), offline(), K::Regression, C::Project, 1)]
#[case::claimed_and_fails(pass().by(EvidenceKind::Declared), fail(), offline(), K::Regression, C::Project, 1)]
#[case::attested_and_seen_to_fail(attested(), fail().with(Kind::Attestation, Effect::Overruled, 200), offline(), K::Regression, C::Project, 1)]
#[case::weighed_lighter(pass(), fail(), weighing(K::Regression, Severity::Warning), K::Regression, C::Project, 1)]
// Met, and a person has to look.
#[case::review(pass(), review(), offline(), K::Weakened, C::Project, 1)]
#[case::review_of_what_is_known(pass(), review().needing(RULES, "offline", &["rules"]), offline(), K::Weakened, C::Project, 1)]
#[case::review_by_the_day(pass(), review(), World { same_tree: true, ..offline() }, K::Weakened, C::Clock, 1)]
#[case::review_of_what_is_left(pass().at("LICENSE", 1, "MIT"), review().at("Cargo.toml", 6, "MIT"), World { gone: vec!["LICENSE"], ..offline() }, K::EvidenceLost, C::Project, 1)]
#[case::review_of_other_words(pass().at("SECURITY.md", 1, "x"), review(), World { gone: vec!["LICENSE"], ..offline() }, K::Weakened, C::Project, 1)]
#[case::review_for_want_of_sight(pass(), review().needing(RULES, "forbidden", &["rules"]), rules_unread_now(), K::NotComparable, C::Credential, 4)]
#[case::review_in_a_storm(pass(), review().needing(RULES, "error", &["rules"]), asked(), K::NotComparable, C::Network, 4)]
// Met, and unknown: the project.
#[case::does_not_parse(pass(), unknown().needing(FLOWS, "parse_error", &["git"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::does_not_parse_online(pass(), unknown().needing(FLOWS, "parse_error", &["git"]), asked(), K::EvidenceLost, C::Project, 1)]
#[case::too_much(pass(), unknown().needing(FLOWS, "truncated", &["git"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::too_much_lying(pass(), unknown().needing(FLOWS, "truncated", &["worktree"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::cannot_be_read(pass(), unknown().needing(FLOWS, "unsupported", &["git"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::file_gone(pass(), unknown().needing("docs.closed.contact", "offline", &["fallback"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::file_gone_where_nobody_may_look(pass(), unknown().needing(RULES, "forbidden", &["admin"]), asked(), K::EvidenceLost, C::Project, 1)]
#[case::file_gone_and_never_seen(pass(), unknown().needing(RULES, "forbidden", &["rules"]), World { unknown_before: vec![RULES], ..asked() }, K::EvidenceLost, C::Project, 1)]
#[case::statement_gone(pass(), unknown().needing("project.single", "not_requested", &["config"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::link_leads_nowhere(pass(), unknown().needing("insights.present", "error", &["git"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::nothing_said(pass(), unknown(), offline(), K::EvidenceLost, C::Project, 1)]
#[case::claim_gone(pass().by(EvidenceKind::Declared), unknown().needing(RULES, "offline", &["rules"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::statement_taken_back(attested(), unknown().needing(RULES, "offline", &["rules"]), offline(), K::EvidenceLost, C::Project, 1)]
#[case::evidence_of_the_statement_gone(attested(), unknown().with(Kind::Attestation, Effect::Unsupported, 200), offline(), K::EvidenceLost, C::Project, 1)]
// Met, and unknown: not the project.
#[case::token_gone(pass(), unknown().needing(RULES, "offline", &["rules"]), no_token_now(), K::NotComparable, C::Credential, 4)]
#[case::asked_without(pass(), unknown().needing(RULES, "unauthenticated", &["rules"]), no_token_now(), K::NotComparable, C::Credential, 4)]
#[case::token_revoked(pass(), unknown().needing(RULES, "unauthenticated", &["rules"]), rules_unread_now(), K::NotComparable, C::Credential, 4)]
#[case::token_weaker(pass(), unknown().needing(RULES, "forbidden", &["rules"]), weaker_token(), K::NotComparable, C::Credential, 4)]
#[case::one_right_less(pass(), unknown().needing(RULES, "forbidden", &["rules"]), asked(), K::NotComparable, C::Credential, 4)]
#[case::option_left_out(pass(), unknown().needing(RULES, "not_requested", &["rules"]), rules_unread_now(), K::NotComparable, C::Credential, 4)]
#[case::network_down(pass(), unknown().needing(RULES, "error", &["rules"]), rules_unread_now(), K::NotComparable, C::Network, 4)]
#[case::limit_reached(pass(), unknown().needing(RULES, "rate_limited", &["rules"]), asked(), K::NotComparable, C::Network, 4)]
#[case::list_cut_by_the_forge(pass(), unknown().needing(RULES, "truncated", &["rules"]), asked(), K::NotComparable, C::Network, 4)]
#[case::answer_garbled(pass(), unknown().needing(RULES, "parse_error", &["rules"]), asked(), K::NotComparable, C::Network, 4)]
#[case::down_and_forbidden(pass(), unknown().needing(RULES, "forbidden", &["rules"]).needing("org.x", "error", &["repository"]), asked(), K::NotComparable, C::Network, 4)]
#[case::gone_and_down(pass(), unknown().needing(FLOWS, "parse_error", &["git"]).needing(RULES, "error", &["rules"]), asked(), K::NotComparable, C::Network, 4)]
#[case::shallow(pass(), unknown().needing("releases.has_release", "truncated", &["git"]), shallow_now(), K::NotComparable, C::Credential, 4)]
#[case::tags_left_out(pass(), unknown().needing("license.at_release", "not_requested", &["git"]), shallow_now(), K::NotComparable, C::Credential, 4)]
#[case::defect(pass(), unknown().defective(), offline(), K::NotComparable, C::Policies, 4)]
#[case::did_not_apply_and_down(not_applicable(), unknown().needing(RULES, "error", &["rules"]), asked(), K::NotComparable, C::Network, 4)]
#[case::not_comparable_made_light(pass(), unknown().needing(RULES, "offline", &["rules"]), World { weights: vec![(K::NotComparable, Severity::Notice), (K::LevelDrop, Severity::Notice)], ..no_token_now() }, K::NotComparable, C::Credential, 0)]
#[case::not_comparable_made_grave(pass(), unknown().needing(RULES, "offline", &["rules"]), World { weights: vec![(K::NotComparable, Severity::Error)], ..no_token_now() }, K::NotComparable, C::Credential, 1)]
// Scope.
#[case::applies_no_more(pass(), not_applicable(), offline(), K::ScopeChange, C::Project, 0)]
#[case::applies_now_and_open(not_applicable(), unknown().needing(RULES, "offline", &["rules"]), offline(), K::ScopeChange, C::Project, 1)]
#[case::applies_now_for_review(not_applicable(), review(), offline(), K::ScopeChange, C::Project, 1)]
#[case::applies_now_and_met(not_applicable(), pass(), offline(), K::Unchanged, C::Project, 0)]
#[case::still_does_not_apply(not_applicable(), not_applicable(), offline(), K::Unchanged, C::Project, 0)]
// Still met.
#[case::same(pass(), pass(), offline(), K::Unchanged, C::Project, 0)]
#[case::seen_elsewhere(pass().at("a.md", 1, "x"), pass().at("b.md", 9, "y"), offline(), K::Unchanged, C::Project, 0)]
#[case::a_little_less_sure(pass(), pass().of_confidence(Confidence::Medium), offline(), K::Unchanged, C::Project, 0)]
#[case::much_less_sure(pass(), pass().of_confidence(Confidence::Low), offline(), K::Weakened, C::Project, 0)]
#[case::only_claimed_now(pass(), pass().by(EvidenceKind::Declared), offline(), K::Weakened, C::Project, 0)]
#[case::only_attested_now(pass(), attested(), offline(), K::Weakened, C::Project, 0)]
#[case::attested_as_before(attested(), attested(), offline(), K::Unchanged, C::Project, 0)]
#[case::seen_now(attested(), pass(), offline(), K::Unchanged, C::Project, 0)]
#[case::by_a_weaker_token(pass(), pass(), weaker_token(), K::Unchanged, C::Project, 0)]
// Failed before.
#[case::still_fails(fail(), fail(), offline(), K::Known, C::Project, 0)]
#[case::same_place(fail().at("a.yml", 3, "code"), fail().at("a.yml", 3, "code"), offline(), K::Known, C::Project, 0)]
#[case::line_moved(fail().at("a.yml", 3, "code at 3"), fail().at("a.yml", 14, "code at 14"), offline(), K::Known, C::Project, 0)]
#[case::file_moved(fail().at("a.yml", 3, "code"), fail().at("b.yml", 3, "code"), offline(), K::Known, C::Project, 0)]
#[case::one_mended(fail().at_each(1..4), fail().at_each(1..3), offline(), K::Known, C::Project, 0)]
#[case::one_for_another(fail().at_each(1..4), fail().at_each(2..5), offline(), K::Known, C::Project, 0)]
#[case::one_more(fail().at_each(1..3), fail().at_each(1..4), offline(), K::MoreFindings, C::Project, 1)]
#[case::one_more_in_the_same_file(fail().at("a.yml", 3, "code"), fail().at("a.yml", 3, "code").at("a.yml", 9, "code"), offline(), K::MoreFindings, C::Project, 1)]
#[case::one_more_in_a_full_list(fail().at_each(2..12), fail().at_each(1..11), offline(), K::MoreFindings, C::Project, 1)]
#[case::another_in_a_full_list(fail().at_each(1..11), fail().at_each(2..12), offline(), K::Known, C::Project, 0)]
#[case::places_where_none_were(fail(), fail().at("a.yml", 3, "code"), offline(), K::Known, C::Project, 0)]
#[case::more_made_light(fail().at_each(1..3), fail().at_each(1..4), weighing(K::MoreFindings, Severity::Silent), K::MoreFindings, C::Project, 0)]
#[case::review_of_a_failure(fail(), review(), offline(), K::Known, C::Project, 0)]
#[case::failure_out_of_sight(fail(), unknown().needing(RULES, "offline", &["rules"]), no_token_now(), K::Known, C::Project, 0)]
#[case::mended(fail(), pass(), offline(), K::Improvement, C::Project, 0)]
#[case::does_not_apply(fail(), not_applicable(), offline(), K::Improvement, C::Project, 0)]
#[case::attested_now(fail(), attested(), offline(), K::Improvement, C::Project, 0)]
// Open before.
#[case::still_unknown(unknown(), unknown(), offline(), K::Known, C::Project, 0)]
#[case::less_unknown(unknown(), review(), token_new(), K::Known, C::Project, 0)]
#[case::more_unknown(review(), unknown(), no_token_now(), K::Known, C::Project, 0)]
#[case::seen_to_fail(unknown(), fail(), offline(), K::NewlySeen, C::Project, 0)]
#[case::seen_to_fail_by_a_token(unknown(), fail(), token_new(), K::NewlySeen, C::Credential, 0)]
#[case::reviewed_and_fails(review(), fail(), offline(), K::NewlySeen, C::Project, 0)]
#[case::not_run_before(not_run(), fail(), offline(), K::NewlySeen, C::Project, 0)]
#[case::brought_by_the_change(unknown().needing(FLOWS, "parse_error", &["git"]).because("b.yml does not parse"), fail().at("a.yml", 3, "code"), trees(&["a.yml"]), K::Regression, C::Project, 1)]
#[case::brought_to_what_is_reviewed(review().at("b.yml", 9, "calls another"), fail().at("a.yml", 3, "code"), trees(&["a.yml"]), K::Regression, C::Project, 1)]
#[case::brought_into_what_is_reviewed(review().at("a.yml", 9, "calls another"), fail().at("a.yml", 3, "code"), trees(&["a.yml"]), K::Regression, C::Project, 1)]
#[case::what_was_reviewed_fails(review().at("a.yml", 9, "code"), fail().at("a.yml", 3, "code"), trees(&["a.yml"]), K::NewlySeen, C::Project, 0)]
#[case::what_was_reviewed_fails_untouched(review().at("a.yml", 9, "calls another"), fail().at("a.yml", 9, "code"), trees(&["b.yml"]), K::NewlySeen, C::Project, 0)]
#[case::found_where_nobody_could_read(unknown().needing(FLOWS, "parse_error", &["git"]).because("a.yml does not parse"), fail().at("a.yml", 3, "code"), trees(&["a.yml"]), K::NewlySeen, C::Project, 0)]
#[case::found_where_nobody_wrote(unknown(), fail().at("a.yml", 3, "code"), trees(&["b.yml"]), K::NewlySeen, C::Project, 0)]
#[case::inferred_where_somebody_wrote(unknown(), fail().of_confidence(Confidence::Medium).at("a.md", 3, "x"), trees(&["a.md"]), K::NewlySeen, C::Project, 0)]
#[case::seen_to_pass(unknown(), pass(), offline(), K::Improvement, C::Project, 0)]
#[case::seen_to_pass_by_a_token(unknown(), pass(), token_new(), K::Improvement, C::Credential, 0)]
#[case::reviewed_and_passes(review(), pass(), offline(), K::Improvement, C::Project, 0)]
#[case::stated(unknown(), attested(), offline(), K::Improvement, C::Project, 0)]
#[case::not_run_now(pass(), not_run(), offline(), K::Unchanged, C::Project, 0)]
// Waivers and the clock.
#[case::waived_now(fail(), waived(), offline(), K::NewWaiver, C::Project, 0)]
#[case::worse_and_waived(pass(), waived(), offline(), K::NewWaiver, C::Project, 0)]
#[case::worse_and_waived_made_grave(
    fail(),
    waived(),
    weighing(K::NewWaiver, Severity::Error),
    K::NewWaiver,
    C::Project,
    1
)]
#[case::waived_as_before(waived(), waived(), offline(), K::Known, C::Project, 0)]
#[case::waived_and_more(waived().at_each(1..2), waived().at_each(1..4), offline(), K::Known, C::Project, 0)]
#[case::waiver_ended(waived(), fail().with(Kind::Waiver, Effect::Expired, -1), offline(), K::Expired, C::Clock, 1)]
#[case::statement_ended(attested(), unknown().with(Kind::Attestation, Effect::Expired, -1), offline(), K::Expired, C::Clock, 1)]
#[case::not_applicable_ended(unknown().with(Kind::NotApplicable, Effect::Settles, 9), unknown().with(Kind::NotApplicable, Effect::Expired, -1), offline(), K::Expired, C::Clock, 1)]
#[case::ended_and_other_policies(waived(), fail().with(Kind::Waiver, Effect::Expired, -1), other_policies(), K::Expired, C::Clock, 1)]
#[case::waiver_does_not_cover_it(waived(), fail().with(Kind::Waiver, Effect::Partial, 60), offline(), K::Regression, C::Project, 1)]
#[case::waiver_taken_back(waived(), fail(), offline(), K::Known, C::Project, 0)]
#[case::waived_and_mended(waived(), pass(), offline(), K::Improvement, C::Project, 0)]
#[case::waiver_forbidden(waived(), fail().with(Kind::Waiver, Effect::Forbidden, 60), offline(), K::PolicyChange, C::Policies, 0)]
#[case::statement_forbidden(attested(), unknown().with(Kind::Attestation, Effect::Forbidden, 60), offline(), K::PolicyChange, C::Policies, 0)]
#[case::statement_of_another_text(attested(), unknown().with(Kind::Attestation, Effect::Stale, 60), offline(), K::CatalogChange, C::Catalog, 0)]
// Another judge.
#[case::other_policies_fail_it(pass(), fail(), other_policies(), K::PolicyChange, C::Policies, 0)]
#[case::other_policies_lose_it(pass(), unknown(), other_policies(), K::PolicyChange, C::Policies, 0)]
#[case::other_policies_pass_it(fail(), pass(), other_policies(), K::PolicyChange, C::Policies, 0)]
#[case::other_policies_find_more(fail().at_each(1..2), fail().at_each(1..3), other_policies(), K::PolicyChange, C::Policies, 0)]
#[case::other_policies_alike(pass(), pass(), other_policies(), K::Unchanged, C::Project, 0)]
#[case::other_policies_and_down(pass(), unknown().needing(RULES, "error", &["rules"]), World { other_policies: true, ..asked() }, K::NotComparable, C::Network, 4)]
#[case::other_policies_and_waived(pass(), waived(), other_policies(), K::NewWaiver, C::Project, 0)]
#[case::other_catalog_fails_it(pass(), fail(), other_catalog(), K::CatalogChange, C::Catalog, 0)]
#[case::other_catalog_reviews_it(pass(), review(), other_catalog(), K::CatalogChange, C::Catalog, 0)]
#[case::other_catalog_alike(fail(), fail(), other_catalog(), K::Known, C::Project, 0)]
#[case::other_catalog_and_policies(pass(), fail(), World { other_policies: true, ..other_catalog() }, K::CatalogChange, C::Catalog, 0)]
fn pairs(
    #[case] was: Stand,
    #[case] now: Stand,
    #[case] world: World,
    #[case] class: Class,
    #[case] cause: Cause,
    #[case] exit: u8,
) {
    let (before, after) = both(&world, &was, &now);
    let rules = rules(&world);
    let comparison = compare(&Past::of(&before, "before"), &after, "after", &rules);
    let change = comparison.changes.iter().find(|change| change.id.as_str() == ID);
    let found = change.map_or((Class::Unchanged, Cause::Project), |change| (change.class, change.cause));
    assert_eq!(found, (class, cause), "{change:?}");
    let gate = answer(&comparison, &rules, None);
    let code = match gate.answer {
        Answer::Holds => 0,
        Answer::Fails => 1,
        Answer::Incomplete => 4,
    };
    assert_eq!(code, exit, "{:?} {:?}", gate.because, comparison.level);
    assert!(comparison.changes.iter().all(|change| change.id.as_str() == ID), "nothing else changed");
}

/// The level before is what the lists of the catalog make of a snapshot, too.
#[test]
fn a_drop_of_the_level_is_derived() {
    let (before, after) = both(&offline(), &pass(), &fail());
    let expected = Some((Level::ALL.last().copied(), None, Severity::Error, Cause::Project));
    let seen = |past: &Past| {
        let level = compare(past, &after, "after", &Rules::default()).level?;
        Some((level.before, level.after, level.severity, level.cause))
    };
    assert_eq!(seen(&Past::of(&before, "before")), expected);
    assert_eq!(seen(&Past::of_snapshot(&Snapshot::of(&before), "file")), expected);
    let down = unknown().needing(RULES, "error", &["rules"]);
    let (before, after) = both(&asked(), &pass(), &down);
    let level = compare(&Past::of(&before, "before"), &after, "after", &Rules::default()).level.expect("a change");
    assert_eq!((level.severity, level.cause), (Severity::Notice, Cause::Network), "the project did not fall");
}

#[rstest]
#[case::not_in(Rules { except: BTreeSet::from(["BR".to_owned()]), ..Rules::default() }, 0)]
#[case::not_this(Rules { except: BTreeSet::from([ID.to_owned()]), ..Rules::default() }, 0)]
#[case::others(Rules { only: BTreeSet::from(["AC".to_owned()]), ..Rules::default() }, 0)]
#[case::this(Rules { only: BTreeSet::from([ID.to_owned()]), ..Rules::default() }, 1)]
#[case::its_level(Rules { level: Level::try_from(1).ok(), ..Rules::default() }, 1)]
fn requirements_in_and_out(#[case] rules: Rules, #[case] changes: usize) {
    let (before, after) = both(&offline(), &pass(), &fail());
    let comparison = compare(&Past::of(&before, "before"), &after, "after", &rules);
    assert_eq!(comparison.changes.len(), changes);
    assert_eq!(comparison.level, None, "a part tells nothing about levels");
}

#[test]
fn what_a_catalog_adds_and_drops() {
    let (mut before, mut after) = both(&other_catalog(), &pass(), &pass());
    before.requirements.retain(|one| one.id.as_str() != "OSPS-QA-05.01");
    after.requirements.retain(|one| one.id.as_str() != ID);
    put(&mut after, "OSPS-QA-05.01", &fail());
    let comparison = compare(&Past::of(&before, "before"), &after, "after", &Rules::default());
    let classes: Vec<(&str, Class)> =
        comparison.changes.iter().map(|change| (change.id.as_str(), change.class)).collect();
    assert_eq!(classes, [("OSPS-QA-05.01", Class::NewRequirement), (ID, Class::Retired)]);
    assert_eq!(answer(&comparison, &Rules::default(), None).answer, Answer::Holds);
}

/// What a change did nothing to is not shown as its doing: of what is gone, that which it changed comes first.
#[test]
fn the_change_is_shown_at_what_it_changed() {
    let shown = |was: Stand, now: Stand, touched: &[&'static str]| {
        let world = trees(touched);
        let (before, after) = both(&world, &was, &now);
        let comparison = compare(&Past::of(&before, "before"), &after, "after", &rules(&world));
        let change = comparison.changes.into_iter().find(|change| change.id.as_str() == ID).expect("a change");
        let paths = |items: Vec<Evidence>| items.into_iter().filter_map(|item| item.path).collect::<Vec<_>>().join(" ");
        (paths(change.places), paths(change.was))
    };
    let told = |places: &str, was: &str| (places.to_owned(), was.to_owned());
    let all = |names: &[&str]| names.iter().fold(pass(), |stand, name| stand.at(name, 1, "x"));
    let many = all(&["w/a", "w/b", "w/c", "w/d", "w/e", "w/f"]);
    assert_eq!(shown(many.clone(), unknown(), &["w/f"]), told("", "w/f w/a w/b w/c w/d"));
    assert_eq!(shown(many.clone(), unknown(), &["src/x", "w/new"]), told("w/new", "w/a w/b w/c w/d w/e"));
    assert_eq!(shown(many, unknown(), &["src/x"]), told("", "w/a w/b w/c w/d w/e"));
    assert_eq!(shown(all(&["LICENSE"]), unknown(), &["other"]), told("", "LICENSE"), "the root is no neighbourhood");
    let left = review().at("README.md", 9, "is named here");
    assert_eq!(shown(all(&["LICENSE", "README.md"]), left.clone(), &["LICENSE"]), told("", "LICENSE README.md"));
    assert_eq!(shown(all(&["LICENSE"]), left, &["LICENSE", "README.md"]), told("README.md", "LICENSE"));
}

/// A change shows what is new in it, and what is gone.
#[test]
fn places_that_are_new_and_places_that_are_gone() {
    let one_more = |was: Stand, now: Stand, world: &World| {
        let (before, after) = both(world, &was, &now);
        let comparison = compare(&Past::of(&before, "before"), &after, "after", &Rules::default());
        let change = comparison.changes.into_iter().find(|change| change.id.as_str() == ID).expect("a change");
        let lines = |items: &[Evidence]| items.iter().filter_map(|item| item.line).collect::<Vec<_>>();
        (lines(&change.places), lines(&change.was))
    };
    let here = |stand: Stand, line: u64| stand.at("a.yml", line, "code");
    assert_eq!(one_more(here(fail(), 3), here(here(fail(), 4), 9), &offline()), (vec![9], vec![]));
    assert_eq!(one_more(pass(), here(here(fail(), 4), 9), &offline()), (vec![4, 9], vec![]));
    assert_eq!(one_more(here(pass(), 2), fail(), &offline()), (vec![], vec![2]), "what showed it is gone");
    assert_eq!(one_more(here(pass(), 2), unknown(), &offline()), (vec![], vec![2]));
}

#[test]
fn an_end_is_told_thirty_days_before() {
    let ending = |left: i32| {
        let stand = unknown().with(Kind::Attestation, Effect::Settles, left);
        let (before, after) = both(&offline(), &stand, &stand);
        let tells = |rules: &Rules| {
            let comparison = compare(&Past::of(&before, "before"), &after, "after", rules);
            comparison.changes.iter().any(|change| change.class == Class::ExpiresSoon)
        };
        (tells(&Rules::default()), tells(&Rules { change_only: true, ..Rules::default() }))
    };
    assert_eq!(ending(31), (false, false));
    assert_eq!(ending(30), (true, false), "a change request is not told what stands anyway");
    assert_eq!(ending(0), (true, false));
}

#[test]
fn a_declaration_that_does_nothing_is_told_once() {
    let redundant = pass().with(Kind::Attestation, Effect::Redundant, 200);
    let classes = |was: &Stand| {
        let (before, after) = both(&offline(), was, &redundant);
        let comparison = compare(&Past::of(&before, "before"), &after, "after", &Rules::default());
        comparison.changes.iter().map(|change| change.class).collect::<Vec<_>>()
    };
    assert_eq!(classes(&attested()), [Class::Stale]);
    assert_eq!(classes(&redundant), []);
}

/// What a snapshot keeps is enough for the same answers, but for what it cannot know.
#[test]
fn a_snapshot_tells_as_much_as_the_assessment() {
    let pairs = [
        (pass(), fail(), offline()),
        (pass(), review(), offline()),
        (pass(), unknown().needing("docs.closed.contact", "offline", &["fallback"]), offline()),
        (pass(), unknown().needing(RULES, "offline", &["rules"]), no_token_now()),
        (pass(), unknown().needing(RULES, "error", &["rules"]), asked()),
        (pass(), unknown().needing("releases.has_release", "truncated", &["git"]), shallow_now()),
        (fail().at_each(1..3), fail().at_each(1..4), offline()),
        (fail().at_each(1..3), fail().at_each(1..3), offline()),
        (waived(), fail().with(Kind::Waiver, Effect::Expired, -1), offline()),
        (pass(), not_applicable(), offline()),
        (unknown(), fail(), token_new()),
    ];
    for (was, now, world) in pairs {
        let (before, after) = both(&world, &was, &now);
        let snapshot = Snapshot::parse(&Snapshot::of(&before).text()).expect("a snapshot");
        assert_eq!(snapshot, Snapshot::of(&before));
        let told = |past: Past| {
            let comparison = compare(&past, &after, "after", &Rules::default());
            comparison.changes.iter().map(|change| (change.id.clone(), change.class, change.cause)).collect::<Vec<_>>()
        };
        assert_eq!(told(Past::of_snapshot(&snapshot, "file")), told(Past::of(&before, "before")));
    }
}

#[test]
fn an_update_takes_what_is_no_worse_and_forgets_nothing() {
    let update = |was: &Stand, now: &Stand, world: &World| {
        let (before, after) = both(world, was, now);
        let snapshot = Snapshot::of(&before);
        let rules = rules(world);
        let comparison = compare(&Past::of_snapshot(&snapshot, "file"), &after, "after", &rules);
        let updated = snapshot.updated(&comparison, &after);
        let again = compare(&Past::of_snapshot(&updated, "file"), &after, "after", &rules);
        assert_eq!(updated.updated(&again, &after), updated, "twice is as good as once");
        (snapshot == updated, updated)
    };
    assert!(update(&pass(), &pass(), &offline()).0);
    assert!(!update(&fail(), &pass(), &offline()).0, "better is kept");
    assert!(update(&pass(), &fail(), &offline()).0, "worse is not");
    assert!(
        update(&pass(), &unknown().needing(RULES, "offline", &["rules"]), &no_token_now()).0,
        "nor what is out of sight"
    );
    assert!(!update(&pass(), &not_applicable(), &offline()).0, "a change of scope is confirmed");
    assert!(!update(&fail().at_each(1..4), &fail().at_each(1..3), &offline()).0, "fewer places are kept");
    let moved = update(&pass().at("a.md", 1, "x"), &pass().at("b.md", 1, "x"), &offline());
    assert!(moved.0, "that something is seen elsewhere is no reason to write");
    let (_, retaken) = update(&pass(), &fail(), &other_policies());
    assert_eq!(retaken.text().matches("\"failed\"").count(), 1, "other policies are taken as they judge");
    assert!(!retaken.text().contains("\n\n\n"));
}

#[rstest]
#[case("{", "1:1")]
#[case("{\"format\": 1}", "missing field")]
#[case("[]", "expected")]
fn what_is_no_snapshot(#[case] text: &str, #[case] told: &str) {
    let error = Snapshot::parse(text).expect_err("an error").to_string();
    assert!(error.contains(told), "{error}");
}
