//! The rules as a table: kind x outcome x clock x version, and what the limits and the evidence add.

use super::*;
use crate::model::declaration::{KindLimits, Origin};
use rstest::rstest;

use Effect::{
    Expired, Forbidden, NotYet, Overruled, Partial, Redundant, Settles, Stale, Unmatched, Unsupported, Waives,
};
use Kind::{Attestation as ATT, NotApplicable as NA, Waiver as WVR};
use Standing::{Met, Open, Unmet, Waived};

/// What the machine says: the outcome, a failure by absence apart, and for open ones whether the requirement applies.
#[derive(Debug, Clone, Copy)]
enum M {
    Passed,
    DoesNotApply,
    Observed,
    Absent,
    Review,
    Unknown,
    NotRun,
    /// Undecided, and the precondition of the requirement was seen to hold.
    UnknownHolds,
    ReviewHolds,
    /// Undecided, and the requirement has no precondition.
    UnknownAlways,
    ReviewAlways,
}

fn seen<'a>(machine: M, evidence: &'a [Evidence]) -> Seen<'a> {
    let outcome = match machine {
        M::Passed => Outcome::Passed,
        M::DoesNotApply => Outcome::NotApplicable,
        M::Observed | M::Absent => Outcome::Failed,
        M::Review | M::ReviewHolds | M::ReviewAlways => Outcome::NeedsReview,
        M::Unknown | M::UnknownHolds | M::UnknownAlways => Outcome::Unknown,
        M::NotRun => Outcome::NotRun,
    };
    let condition = match machine {
        M::UnknownHolds | M::ReviewHolds => Condition::Holds,
        M::UnknownAlways | M::ReviewAlways => Condition::Always,
        _ => Condition::Open,
    };
    Seen { outcome, by_absence: matches!(machine, M::Absent), condition, evidence, text_sha256: "new" }
}

/// Made on 2026-03-01, for the present text, good until 2026-09-01, with one link.
fn declaration(kind: Kind) -> Declaration {
    Declaration {
        requirement: "OSPS-GV-04.01".parse().expect("an id"),
        kind,
        statement: "So it is.".to_owned(),
        evidence: vec!["https://sample.dev/policy".to_owned()],
        by: "ada@sample.dev".to_owned(),
        on: day("2026-03-01"),
        expires: day("2026-09-01"),
        catalog: Some("2026-02-19".to_owned()),
        text_sha256: Some("new".to_owned()),
        paths: Vec::new(),
        findings: Vec::new(),
        origin: Origin { file: "baseline.yaml".to_owned(), line: 1, foundation: false },
    }
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn judged(declaration: &Declaration, seen: &Seen<'_>, as_of: &str, limits: &Limits, dead: &[&str]) -> (Laid, Standing) {
    let dead_links = dead.iter().map(|link| (*link).to_owned()).collect();
    lay(declaration, seen, &Rules { as_of: day(as_of), limits, dead_links: &dead_links })
}

const DURING: &str = "2026-06-01";
const BEFORE: &str = "2026-02-28";
const FIRST: &str = "2026-03-01";
const MONTH_LEFT: &str = "2026-08-02";
const MORE_LEFT: &str = "2026-08-01";
const LAST: &str = "2026-09-01";
const AFTER: &str = "2026-09-02";

#[rstest]
// An attestation settles what is open.
#[case::a01(ATT, M::Unknown, DURING, Some("new"), Settles, Met, 0)]
#[case::a02(ATT, M::Review, DURING, Some("new"), Settles, Met, 0)]
#[case::a03(ATT, M::NotRun, DURING, Some("new"), Settles, Met, 0)]
#[case::a04(ATT, M::UnknownHolds, DURING, Some("new"), Settles, Met, 0)]
#[case::a05(ATT, M::ReviewHolds, DURING, Some("new"), Settles, Met, 0)]
#[case::a06(ATT, M::UnknownAlways, DURING, Some("new"), Settles, Met, 0)]
#[case::a07(ATT, M::ReviewAlways, DURING, Some("new"), Settles, Met, 0)]
// With its evidence it settles absence, never an observation.
#[case::a08(ATT, M::Absent, DURING, Some("new"), Settles, Met, 0)]
#[case::a09(ATT, M::Observed, DURING, Some("new"), Overruled, Unmet, 1)]
// What is seen anyway needs no statement.
#[case::a10(ATT, M::Passed, DURING, Some("new"), Redundant, Met, 1)]
#[case::a11(ATT, M::DoesNotApply, DURING, Some("new"), Redundant, Met, 1)]
// The clock.
#[case::a12(ATT, M::Unknown, BEFORE, Some("new"), NotYet, Open, 1)]
#[case::a13(ATT, M::Unknown, FIRST, Some("new"), Settles, Met, 0)]
#[case::a14(ATT, M::Unknown, MORE_LEFT, Some("new"), Settles, Met, 0)]
#[case::a15(ATT, M::Unknown, MONTH_LEFT, Some("new"), Settles, Met, 1)]
#[case::a16(ATT, M::Unknown, LAST, Some("new"), Settles, Met, 1)]
#[case::a17(ATT, M::Unknown, AFTER, Some("new"), Expired, Open, 1)]
#[case::a18(ATT, M::Review, AFTER, Some("new"), Expired, Open, 1)]
#[case::a19(ATT, M::NotRun, AFTER, Some("new"), Expired, Open, 1)]
#[case::a20(ATT, M::Absent, AFTER, Some("new"), Expired, Unmet, 1)]
#[case::a21(ATT, M::Observed, AFTER, Some("new"), Expired, Unmet, 1)]
#[case::a22(ATT, M::Passed, AFTER, Some("new"), Expired, Met, 1)]
#[case::a23(ATT, M::Absent, BEFORE, Some("new"), NotYet, Unmet, 1)]
// Another text.
#[case::a24(ATT, M::Unknown, DURING, Some("old"), Stale, Open, 1)]
#[case::a25(ATT, M::Review, DURING, Some("old"), Stale, Open, 1)]
#[case::a26(ATT, M::Absent, DURING, Some("old"), Stale, Unmet, 1)]
#[case::a27(ATT, M::Observed, DURING, Some("old"), Stale, Unmet, 1)]
#[case::a28(ATT, M::Passed, DURING, Some("old"), Stale, Met, 1)]
#[case::a29(ATT, M::NotRun, DURING, Some("old"), Stale, Open, 1)]
#[case::a30(ATT, M::Unknown, AFTER, Some("old"), Stale, Open, 1)]
#[case::a31(ATT, M::Unknown, BEFORE, Some("old"), Stale, Open, 1)]
// A statement that is bound to no text.
#[case::a32(ATT, M::Unknown, DURING, None, Settles, Met, 0)]
#[case::a33(ATT, M::Unknown, AFTER, None, Expired, Open, 1)]
// A waiver never meets anything.
#[case::w01(WVR, M::Observed, DURING, Some("new"), Waives, Waived, 0)]
#[case::w02(WVR, M::Absent, DURING, Some("new"), Waives, Waived, 0)]
#[case::w03(WVR, M::Unknown, DURING, Some("new"), Waives, Waived, 0)]
#[case::w04(WVR, M::Review, DURING, Some("new"), Waives, Waived, 0)]
#[case::w05(WVR, M::NotRun, DURING, Some("new"), Waives, Waived, 0)]
#[case::w06(WVR, M::UnknownHolds, DURING, Some("new"), Waives, Waived, 0)]
#[case::w07(WVR, M::Passed, DURING, Some("new"), Redundant, Met, 1)]
#[case::w08(WVR, M::DoesNotApply, DURING, Some("new"), Redundant, Met, 1)]
#[case::w09(WVR, M::Observed, MONTH_LEFT, Some("new"), Waives, Waived, 1)]
#[case::w10(WVR, M::Observed, LAST, Some("new"), Waives, Waived, 1)]
#[case::w11(WVR, M::Observed, AFTER, Some("new"), Expired, Unmet, 1)]
#[case::w12(WVR, M::Absent, AFTER, Some("new"), Expired, Unmet, 1)]
#[case::w13(WVR, M::Unknown, AFTER, Some("new"), Expired, Open, 1)]
#[case::w14(WVR, M::Review, AFTER, Some("new"), Expired, Open, 1)]
#[case::w15(WVR, M::Observed, BEFORE, Some("new"), NotYet, Unmet, 1)]
#[case::w16(WVR, M::Observed, DURING, Some("old"), Stale, Unmet, 1)]
#[case::w17(WVR, M::Unknown, DURING, Some("old"), Stale, Open, 1)]
#[case::w18(WVR, M::Observed, AFTER, Some("old"), Stale, Unmet, 1)]
#[case::w19(WVR, M::Observed, DURING, None, Waives, Waived, 0)]
// That something does not apply is stated only where nobody saw that it does.
#[case::n01(NA, M::Unknown, DURING, Some("new"), Settles, Met, 0)]
#[case::n02(NA, M::Review, DURING, Some("new"), Settles, Met, 0)]
#[case::n03(NA, M::NotRun, DURING, Some("new"), Settles, Met, 0)]
#[case::n04(NA, M::UnknownHolds, DURING, Some("new"), Overruled, Open, 1)]
#[case::n05(NA, M::ReviewHolds, DURING, Some("new"), Overruled, Open, 1)]
#[case::n06(NA, M::UnknownAlways, DURING, Some("new"), Overruled, Open, 1)]
#[case::n07(NA, M::ReviewAlways, DURING, Some("new"), Overruled, Open, 1)]
#[case::n08(NA, M::Observed, DURING, Some("new"), Overruled, Unmet, 1)]
#[case::n09(NA, M::Absent, DURING, Some("new"), Overruled, Unmet, 1)]
#[case::n10(NA, M::Passed, DURING, Some("new"), Redundant, Met, 1)]
#[case::n11(NA, M::DoesNotApply, DURING, Some("new"), Redundant, Met, 1)]
#[case::n12(NA, M::Unknown, MONTH_LEFT, Some("new"), Settles, Met, 1)]
#[case::n13(NA, M::Unknown, LAST, Some("new"), Settles, Met, 1)]
#[case::n14(NA, M::Unknown, AFTER, Some("new"), Expired, Open, 1)]
#[case::n15(NA, M::Review, AFTER, Some("new"), Expired, Open, 1)]
#[case::n16(NA, M::Unknown, BEFORE, Some("new"), NotYet, Open, 1)]
#[case::n17(NA, M::Unknown, DURING, Some("old"), Stale, Open, 1)]
#[case::n18(NA, M::UnknownHolds, DURING, Some("old"), Stale, Open, 1)]
#[case::n19(NA, M::Unknown, DURING, None, Settles, Met, 0)]
fn rules(
    #[case] kind: Kind,
    #[case] machine: M,
    #[case] as_of: &str,
    #[case] text: Option<&str>,
    #[case] effect: Effect,
    #[case] standing: Standing,
    #[case] remarks: usize,
) {
    let declaration = Declaration { text_sha256: text.map(str::to_owned), ..declaration(kind) };
    let (laid, counted) = judged(&declaration, &seen(machine, &[]), as_of, &Limits::default(), &[]);
    assert_eq!((laid.effect, counted), (effect, standing), "{:?}", laid.remarks);
    assert_eq!(laid.remarks.len(), remarks, "{:?}", laid.remarks);
}

#[rstest]
#[case::absence_needs_evidence(ATT, M::Absent, &[], &[], Unsupported, Unmet)]
#[case::a_dead_link_is_none(ATT, M::Absent, &["docs/gone.md"], &["docs/gone.md"], Unsupported, Unmet)]
#[case::one_dead_link_of_two(ATT, M::Unknown, &["README.md", "gone.md"], &["gone.md"], Unsupported, Open)]
#[case::open_needs_none(ATT, M::Unknown, &[], &[], Settles, Met)]
#[case::not_applicable_needs_none(NA, M::Unknown, &[], &[], Settles, Met)]
#[case::a_waiver_rests_on_no_link(WVR, M::Observed, &["gone.md"], &["gone.md"], Waives, Waived)]
fn evidence(
    #[case] kind: Kind,
    #[case] machine: M,
    #[case] links: &[&str],
    #[case] dead: &[&str],
    #[case] effect: Effect,
    #[case] standing: Standing,
) {
    let links = links.iter().map(|link| (*link).to_owned()).collect();
    let declaration = Declaration { evidence: links, ..declaration(kind) };
    let (laid, counted) = judged(&declaration, &seen(machine, &[]), DURING, &Limits::default(), dead);
    assert_eq!((laid.effect, counted), (effect, standing), "{:?}", laid.remarks);
}

#[rstest]
#[case::no_such_kind(KindLimits { allowed: false, ..KindLimits::default() }, DURING, Forbidden, Open)]
#[case::not_for_this(KindLimits { forbidden_for: ["OSPS-GV-04.01".parse().expect("an id")].into(), ..KindLimits::default() }, DURING, Forbidden, Open)]
#[case::for_another(KindLimits { forbidden_for: ["OSPS-GV-01.01".parse().expect("an id")].into(), ..KindLimits::default() }, DURING, Settles, Met)]
#[case::shorter(KindLimits { max_days: 92, ..KindLimits::default() }, DURING, Settles, Met)]
#[case::too_short(KindLimits { max_days: 91, ..KindLimits::default() }, DURING, Expired, Open)]
#[case::with_evidence(KindLimits { evidence_required: true, ..KindLimits::default() }, DURING, Settles, Met)]
fn limits(#[case] attestation: KindLimits, #[case] as_of: &str, #[case] effect: Effect, #[case] standing: Standing) {
    let limits = Limits { attestation, ..Limits::default() };
    let (laid, counted) = judged(&declaration(ATT), &seen(M::Unknown, &[]), as_of, &limits, &[]);
    assert_eq!((laid.effect, counted), (effect, standing), "{:?}", laid.remarks);
}

#[test]
fn required_evidence_is_required_of_every_kind_that_settles() {
    let strict = KindLimits { evidence_required: true, ..KindLimits::default() };
    let limits = Limits { attestation: strict.clone(), waiver: KindLimits::default(), not_applicable: strict };
    for kind in [ATT, NA] {
        let bare = Declaration { evidence: Vec::new(), ..declaration(kind) };
        let (laid, standing) = judged(&bare, &seen(M::Unknown, &[]), DURING, &limits, &[]);
        assert_eq!((laid.effect, standing), (Unsupported, Open));
    }
}

fn place(path: &str, detail: &str) -> Evidence {
    Evidence { path: Some(path.to_owned()), detail: Some(detail.to_owned()), ..Evidence::default() }
}

#[rstest]
#[case::all_inside(&["vendor/**"], &[], 2, Waives, Waived)]
#[case::one_outside(&["vendor/a*"], &[], 2, Partial, Unmet)]
#[case::none_inside(&["docs/**"], &[], 2, Unmatched, Unmet)]
#[case::by_finding(&[], &["binary"], 2, Waives, Waived)]
#[case::by_another_finding(&[], &["secret"], 2, Unmatched, Unmet)]
#[case::path_and_finding(&["vendor/**"], &["binary"], 2, Waives, Waived)]
#[case::path_without_the_finding(&["vendor/**"], &["secret"], 2, Unmatched, Unmet)]
#[case::a_full_list_may_go_on(&["vendor/**"], &[], 10, Partial, Unmet)]
fn scope(
    #[case] paths: &[&str],
    #[case] findings: &[&str],
    #[case] found: usize,
    #[case] effect: Effect,
    #[case] standing: Standing,
) {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let declaration = Declaration { paths: texts(paths), findings: texts(findings), ..declaration(WVR) };
    let evidence: Vec<Evidence> =
        (0..found).map(|number| place(if number == 0 { "vendor/a.so" } else { "vendor/b.so" }, "binary")).collect();
    let (laid, counted) = judged(&declaration, &seen(M::Observed, &evidence), DURING, &Limits::default(), &[]);
    assert_eq!((laid.effect, counted), (effect, standing), "{:?}", laid.remarks);
}

#[test]
fn the_warning_counts_the_days() {
    let said =
        |as_of: &str| judged(&declaration(ATT), &seen(M::Unknown, &[]), as_of, &Limits::default(), &[]).0.remarks;
    assert_eq!(said(MORE_LEFT), Vec::<String>::new());
    assert_eq!(said(MONTH_LEFT), ["It expires in 30 days, on 2026-09-01."]);
    assert_eq!(said("2026-08-31"), ["It expires tomorrow."]);
    assert_eq!(said(LAST), ["It expires today."]);
}

/// Whatever is declared, whenever: only a statement of a person meets anything, and no observation is beaten.
#[test]
fn no_kind_beats_what_was_observed_and_no_waiver_meets_anything() {
    use M::{
        Absent, DoesNotApply, NotRun, Observed, Passed, Review, ReviewAlways, ReviewHolds, Unknown, UnknownAlways,
        UnknownHolds,
    };
    let all = [
        Passed,
        DoesNotApply,
        Observed,
        Absent,
        Review,
        Unknown,
        NotRun,
        UnknownHolds,
        ReviewHolds,
        UnknownAlways,
        ReviewAlways,
    ];
    for machine in all {
        for kind in Kind::ALL {
            for as_of in [BEFORE, FIRST, DURING, MONTH_LEFT, LAST, AFTER] {
                for text in [Some("new"), Some("old"), None] {
                    let declaration = Declaration { text_sha256: text.map(str::to_owned), ..declaration(kind) };
                    let seen = seen(machine, &[]);
                    let (laid, counted) = judged(&declaration, &seen, as_of, &Limits::default(), &[]);
                    let alone = standing(seen.outcome);
                    assert!(counted == alone || laid.effect.counts(), "{machine:?} {kind:?} {as_of} {text:?}");
                    assert!(kind != WVR || counted != Met || alone == Met, "a waiver lifts nothing");
                    assert!(!matches!(machine, Observed) || counted != Met, "an observed failure stays one");
                    assert!(alone != Met || counted == Met, "nothing takes away what was seen");
                }
            }
        }
    }
}
