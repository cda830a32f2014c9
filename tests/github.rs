//! Full runs of the binary against a scripted GitHub.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::ffi::OsString;

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::json;
use support::github::{
    Fault, GitHub, Sight, World, check, landed, merged, reader_rule, release, rule, strict_classic, strict_rules,
};
use support::{Repository, expect, osps, outcome};
use tempfile::TempDir;

const TOKEN: &str = "github_pat_11AAAAAAA0planted_0123456789abcdefghijklmnopqrstuvwxyz";

/// A run with a token in a file, or without one.
struct Run {
    repository: Repository,
    scratch: TempDir,
    sight: Sight,
}

impl Run {
    fn new(sight: Sight) -> Self {
        let scratch = TempDir::new().expect("a directory");
        std::fs::write(scratch.path().join("token"), TOKEN).expect("a file");
        Self { repository: support::well_kept(), scratch, sight }
    }

    fn args(&self, command: &str, github: &GitHub) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec![command.into(), self.repository.path().into()];
        args.extend(["--api-url", &github.url, "--max-wait", "0", "--timeout", "2", "--cache-dir"].map(OsString::from));
        args.push(self.scratch.path().join("cache").into());
        if self.sight == Sight::Nobody {
            args.push("--anonymous".into());
        } else {
            args.push("--token-file".into());
            args.push(self.scratch.path().join("token").into());
        }
        args
    }

    fn assess(&self, github: &GitHub) -> serde_json::Value {
        let mut args = self.args("assess", github);
        args.extend(["-o", "json"].map(OsString::from));
        serde_json::from_str(&expect(0, &osps(args))).expect("JSON")
    }

    fn facts(&self, github: &GitHub) -> serde_json::Value {
        serde_json::from_str(&expect(0, &osps(self.args("collect", github)))).expect("JSON")
    }
}

/// A world as one sees it.
fn seen_by(sight: Sight) -> World {
    World { sight, ..World::default() }
}

fn protected(sight: Sight) -> World {
    World { rules: strict_rules(), ..seen_by(sight) }
}

fn classic(sight: Sight, for_readers: bool) -> World {
    World { classic: Some(strict_classic()), reader_rule: for_readers.then(reader_rule), ..seen_by(sight) }
}

/// The requirements that rest on what the forge says, in the order of the table below.
const IDS: [&str; 11] = [
    "OSPS-AC-01.01",
    "OSPS-AC-02.01",
    "OSPS-AC-03.01",
    "OSPS-AC-03.02",
    "OSPS-BR-02.01",
    "OSPS-GV-02.01",
    "OSPS-QA-01.01",
    "OSPS-QA-01.02",
    "OSPS-QA-03.01",
    "OSPS-QA-07.01",
    "OSPS-VM-03.01",
];

/// The expected outcomes by their first letters: passed, failed, unknown, review, not applicable.
#[rstest]
//                                                        AC-01 02 03.01 03.02 BR-02 GV-02 QA-01.01 .02 03 07 VM-03
#[case::rules_nobody(protected(Sight::Nobody), "r u p p p p p p p p p")]
#[case::rules_reader(protected(Sight::Reader), "r u p p p p p p p p p")]
#[case::rules_admin(protected(Sight::Admin), "p p p p p p p p p p p")]
#[case::classic_nobody(classic(Sight::Nobody, false), "r u u p p p p p u u p")]
#[case::classic_reader(classic(Sight::Reader, true), "r u p p p p p p p p p")]
#[case::classic_hidden(classic(Sight::Reader, false), "r u u p p p p p u u p")]
#[case::classic_admin(classic(Sight::Admin, false), "p p p p p p p p p p p")]
#[case::both_admin(World { rules: strict_rules(), ..classic(Sight::Admin, false) }, "p p p p p p p p p p p")]
#[case::deletion_rule_and_classic_checks(World { rules: vec![rule("deletion", json!(null))], ..classic(Sight::Admin, false) }, "p p p p p p p p p p p")]
#[case::neither_nobody(seen_by(Sight::Nobody), "r u f p p p p p f f p")]
#[case::neither_reader(seen_by(Sight::Reader), "r u f p p p p p f f p")]
#[case::neither_admin(seen_by(Sight::Admin), "p p f p p p p p f f p")]
#[case::person_reader(World { organization: false, ..protected(Sight::Reader) }, "r p p p p p p p p p p")]
#[case::person_admin(World { organization: false, ..protected(Sight::Admin) },   "r p p p p p p p p p p")]
#[case::private_reader(World { visibility: "PRIVATE", ..protected(Sight::Reader) }, "r u p p p r f f p p p")]
#[case::private_nobody(World { visibility: "PRIVATE", ..protected(Sight::Nobody) }, "r u u u p p u u u u p")]
#[case::archived(World { archived: true, ..seen_by(Sight::Reader) },  "r u p p p r p p f f p")]
#[case::renamed(World { name: "gadget", old_name: Some("widget"), ..protected(Sight::Reader) }, "r u p p p p r p p p p")]
#[case::renamed_nobody(World { name: "gadget", old_name: Some("widget"), ..protected(Sight::Nobody) }, "r u p p p p r p p p p")]
#[case::forked(World { fork: true, ..protected(Sight::Reader) },      "r u p p p p p p p p p")]
#[case::empty_there(World { empty: true, ..protected(Sight::Reader) }, "r u u u p p p p u u p")]
#[case::loose_organization(World { two_factor: false, base_permission: "write", ..protected(Sight::Admin) }, "r f p p p p p p p p p")]
#[case::no_approvals_admin(World { rules: vec![rule("pull_request", json!({"required_approving_review_count": 0}))], ..seen_by(Sight::Admin) }, "p p p p p p p p f f p")]
#[case::no_approvals_reader(World { rules: vec![rule("pull_request", json!({"required_approving_review_count": 0}))], ..seen_by(Sight::Reader) }, "r u p p p p p p u u p")]
#[case::roles_pass_by(World { bypass: vec![json!({"bypassMode": "ALWAYS", "repositoryRoleName": "maintain"})], ..protected(Sight::Admin) }, "p p r p p p p p r r p")]
#[case::apps_pass_by(World { bypass: vec![json!({"bypassMode": "ALWAYS", "actor": {"__typename": "App"}})], ..protected(Sight::Admin) }, "p p p p p p p p p p p")]
#[case::admins_unbound(World { classic: Some({ let mut rule = strict_classic(); rule["isAdminEnforced"] = json!(false); rule }), ..seen_by(Sight::Admin) }, "p p r p p p p p r r p")]
#[case::pushed_directly(World { history: vec![landed(1, false)], ..protected(Sight::Admin) }, "p p r p p p p p p r p")]
#[case::approved_by_a_bot(World { pull_requests: vec![merged(1, "ada", &["helper[bot]"], &["test"])], ..protected(Sight::Admin) }, "p p p p p p p p p r p")]
#[case::check_never_ran(World { pull_requests: vec![merged(1, "ada", &["grace"], &["lint"])], head_checks: vec![check("lint", "x", "SUCCESS")], ..protected(Sight::Admin) }, "p p p p p p p p r p p")]
#[case::issues_off(World { issues: false, ..protected(Sight::Reader) }, "r u p p p p p p p p p")]
#[case::reporting_off(World { private_reporting: false, ..protected(Sight::Reader) }, "r u p p p p p p p p p")]
fn outcomes(#[case] world: World, #[case] expected: &str) {
    let run = Run::new(world.sight);
    let github = GitHub::serve(world);
    let assessment = run.assess(&github);
    let letter = |id: &str| {
        match outcome(&assessment, id) {
            "needs_review" => "r",
            "not_applicable" => "n",
            other => &other[..1],
        }
        .to_owned()
    };
    let found: Vec<String> = IDS.iter().map(|id| letter(id)).collect();
    let told: Vec<String> = IDS
        .iter()
        .zip(expected.split(' '))
        .filter(|(id, expected)| letter(id) != *expected)
        .map(|(id, _)| {
            let verdict = assessment["requirements"]
                .as_array()
                .expect("a list")
                .iter()
                .find(|verdict| verdict["id"] == *id)
                .expect("there");
            format!("{id} {} {} {}", verdict["outcome"], verdict["message"], verdict["needs"])
        })
        .collect();
    assert_eq!(found.join(" "), expected, "{told:#?}");
    let verdicts = assessment["requirements"].as_array().expect("a list");
    let defective: Vec<_> = verdicts.iter().filter(|verdict| !verdict["defect"].is_null()).collect();
    assert!(defective.is_empty(), "a policy does not cope with these facts: {defective:#?}");
}

/// Two rules on change requests say the same in either order.
#[test]
fn the_order_of_rules_changes_nothing() {
    let of = |counts: [u64; 2]| {
        let rules =
            counts.map(|count| rule("pull_request", json!({"required_approving_review_count": count}))).to_vec();
        let run = Run::new(Sight::Admin);
        run.facts(&GitHub::serve(World { rules, ..seen_by(Sight::Admin) }))["branch"].clone()
    };
    assert_eq!(of([0, 1]), of([1, 0]));
}

fn released(assets: &[(&str, &[u8])]) -> World {
    let digest = |bytes: &[u8]| format!("sha256:{}", osps::bundle::hex(&<sha2::Sha256 as sha2::Digest>::digest(bytes)));
    let digests: Vec<String> = assets.iter().map(|(_, bytes)| digest(bytes)).collect();
    let listed: Vec<(&str, usize, Option<&str>)> = assets
        .iter()
        .zip(&digests)
        .map(|((name, bytes), digest)| (*name, bytes.len(), Some(digest.as_str())))
        .collect();
    let files = assets.iter().map(|(name, bytes)| (format!("v1.2.0/{name}"), bytes.to_vec())).collect();
    let body = "This release mends the parser, adds a flag for colours, and drops support for the old format of files.";
    World { releases: vec![release("v1.2.0", body, &listed)], files, ..protected(Sight::Reader) }
}

const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----\n\nabcdef\n-----END PGP SIGNATURE-----\n";
const SBOM: &str = r#"{"bomFormat": "CycloneDX", "metadata": {"timestamp": "2026-01-01T00:00:00Z", "tools": [{}]}, "components":
    [{"name": "a", "version": "1", "purl": "pkg:cargo/a@1", "licenses": [{}], "supplier": {}}], "dependencies": [{"ref": "a"}]}"#;

#[rstest]
#[case::signed(&[("widget-1.2.0-linux.exe", "MZ" ), ("widget-1.2.0-linux.exe.asc", SIGNATURE)], "passed", "failed")]
#[case::unsigned(&[("widget-1.2.0-linux.exe", "MZ")], "failed", "failed")]
#[case::empty_signature(&[("widget-1.2.0-linux.exe", "MZ"), ("widget-1.2.0-linux.exe.sig", "")], "failed", "failed")]
#[case::strange_signature(&[("widget-1.2.0-linux.exe", "MZ"), ("widget-1.2.0-linux.exe.sig", "what is this")], "needs_review", "failed")]
#[case::with_inventory(&[("widget-1.2.0-linux.exe", "MZ"), ("sbom.cdx.json", SBOM)], "failed", "passed")]
#[case::empty_inventory(&[("widget-1.2.0-linux.exe", "MZ"), ("sbom.cdx.json", "")], "failed", "failed")]
#[case::broken_inventory(&[("widget-1.2.0-linux.exe", "MZ"), ("sbom.cdx.json", "{\"bomFormat\"")], "failed", "failed")]
fn releases(#[case] assets: &[(&str, &str)], #[case] signed: &str, #[case] inventory: &str) {
    let assets: Vec<(&str, &[u8])> = assets.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let run = Run::new(Sight::Reader);
    let assessment = run.assess(&GitHub::serve(released(&assets)));
    assert_eq!((outcome(&assessment, "OSPS-BR-06.01"), outcome(&assessment, "OSPS-QA-02.02")), (signed, inventory));
    assert_eq!(outcome(&assessment, "OSPS-BR-02.02"), "passed");
}

#[test]
fn signed_lists_of_checksums_cover_what_they_list() {
    let sum = osps::bundle::hex(&<sha2::Sha256 as sha2::Digest>::digest(b"MZ"));
    let list = format!("{sum}  widget.exe\n");
    let assets: [(&str, &[u8]); 3] =
        [("widget.exe", b"MZ"), ("SHA256SUMS", list.as_bytes()), ("SHA256SUMS.asc", SIGNATURE.as_bytes())];
    let run = Run::new(Sight::Reader);
    assert_eq!(outcome(&run.assess(&GitHub::serve(released(&assets))), "OSPS-BR-06.01"), "passed");
    let wrong = list.replace(&sum, &"0".repeat(64));
    let assets: [(&str, &[u8]); 3] =
        [("widget.exe", b"MZ"), ("SHA256SUMS", wrong.as_bytes()), ("SHA256SUMS.asc", SIGNATURE.as_bytes())];
    assert_eq!(outcome(&run.assess(&GitHub::serve(released(&assets))), "OSPS-BR-06.01"), "failed");
}

/// What a pipeline checks out: one commit and no tags. The forge tells of the newest release all the same; only whether
/// its tag is signed was not seen.
#[rstest]
#[case::with_files(&[("widget-1.2.0-linux.exe", "MZ"), ("widget-1.2.0-linux.exe.asc", SIGNATURE)], "passed")]
#[case::without_files(&[], "needs_review")]
fn a_checkout_without_tags(#[case] assets: &[(&str, &str)], #[case] signed: &str) {
    let mut run = Run::new(Sight::Reader);
    let shallow = TempDir::new().expect("a directory");
    let from = format!("file://{}", run.repository.path().display());
    let to = shallow.path().join("checkout");
    let to = to.to_str().expect("a text");
    run.repository.git(["clone", "-q", "--depth", "1", "--no-tags", &from, to]);
    run.repository.git(["-C", to, "remote", "set-url", "origin", "https://github.com/acme/widget.git"]);
    let checkout = Repository::empty();
    std::fs::remove_dir_all(checkout.path()).expect("removed");
    std::fs::rename(to, checkout.path()).expect("moved");
    run.repository = checkout;
    let assets: Vec<(&str, &[u8])> = assets.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let github = GitHub::serve(released(&assets));
    let facts = run.facts(&github);
    let tag = &facts["releases"]["latest"]["tag"];
    assert_eq!((&tag["known"]["name"], &tag["known"]["signed"]), (&json!("v1.2.0"), &json!(null)), "{tag}");
    let assessment = run.assess(&github);
    for id in ["OSPS-BR-02.01", "OSPS-BR-04.01"] {
        assert_eq!(outcome(&assessment, id), "passed", "{id}");
    }
    assert_eq!(outcome(&assessment, "OSPS-BR-06.01"), signed);
}

/// An old signed release says nothing about the newest one.
#[test]
fn an_old_signature_is_none() {
    let mut world = released(&[("widget.exe", b"MZ")]);
    world.releases.push(release("v1.0.0", "", &[("widget.exe", 2, None), ("widget.exe.asc", SIGNATURE.len(), None)]));
    assert_eq!(outcome(&Run::new(Sight::Reader).assess(&GitHub::serve(world)), "OSPS-BR-06.01"), "failed");
}

fn without_time(mut facts: serde_json::Value) -> serde_json::Value {
    facts["collection"]["collected_at"] = json!(null);
    facts
}

/// How many requests a run takes. A release with a file that nothing covers takes the most: its attestations are asked for.
/// A second run asks all of them again, conditionally where the interface knows conditions: queries and long questions
/// are the two that it knows none for, and nothing that it answers conditionally tells whether their answers changed.
#[rstest]
#[case::rules(protected(Sight::Reader), 5, 2)]
#[case::unprotected(seen_by(Sight::Reader), 6, 2)]
#[case::classic_shown(classic(Sight::Reader, true), 6, 2)]
#[case::classic_hidden(classic(Sight::Reader, false), 6, 2)]
#[case::few_rules(World { rules: vec![rule("deletion", json!(null))], ..classic(Sight::Reader, false) }, 5, 2)]
#[case::rules_that_the_query_shows_in_part(World { rules: vec![rule("code_scanning", json!({"code_scanning_tools": []}))], ..seen_by(Sight::Reader) }, 6, 2)]
#[case::rules_and_classic_shown(World { rules: strict_rules(), ..classic(Sight::Reader, true) }, 6, 2)]
#[case::of_an_enterprise(World { ruleset_of: "Enterprise", ..protected(Sight::Reader) }, 6, 2)]
#[case::of_a_person(World { organization: false, ..seen_by(Sight::Reader) }, 6, 2)]
#[case::private(World { visibility: "PRIVATE", ..seen_by(Sight::Reader) }, 5, 2)]
#[case::renamed(World { name: "gadget", old_name: Some("widget"), ..protected(Sight::Reader) }, 5, 2)]
#[case::admin(protected(Sight::Admin), 11, 2)]
#[case::unprotected_admin(seen_by(Sight::Admin), 11, 2)]
#[case::admin_who_is_refused(World { token: "", ..seen_by(Sight::Admin) }, 11, 2)]
#[case::admin_of_a_person(World { organization: false, ..protected(Sight::Admin) }, 10, 2)]
#[case::nobody(protected(Sight::Nobody), 6, 1)]
#[case::nobody_unprotected(seen_by(Sight::Nobody), 7, 1)]
fn requests_are_counted(#[case] world: World, #[case] most: usize, #[case] unconditional: usize) {
    let files = released(&[("widget-1.2.0.exe", b"MZ")]);
    let world = World { releases: files.releases, files: files.files, ..world };
    let run = Run::new(world.sight);
    let github = GitHub::serve(world);
    let first = run.facts(&github);
    let asked = github.api_requests();
    assert_eq!(asked.len(), most, "{asked:#?}");
    assert!(asked.iter().all(|request| request.authorization.is_some() == (run.sight != Sight::Nobody)));
    let second = run.facts(&github);
    let again = github.api_requests().split_off(asked.len());
    assert_eq!(again.len(), most, "{again:#?}");
    let refused = asked.iter().filter(|request| request.status >= 400).count();
    let changed: Vec<_> = again.iter().filter(|request| request.status != 304).collect();
    assert_eq!(changed.len(), unconditional + refused, "{changed:#?}");
    assert!(changed.iter().all(|request| request.method == "POST" || request.status >= 400), "{changed:#?}");
    assert_eq!(without_time(first), without_time(second));
}

/// Several commands in one job share the answers: where young ones will do, nobody is asked again, except for what was
/// refused.
#[test]
fn young_answers_are_not_asked_for_again() {
    let run = Run::new(Sight::Reader);
    let github = GitHub::serve(released(&[("widget-1.2.0.exe", b"MZ")]));
    let first = run.facts(&github);
    let asked = github.api_requests();
    let refused = asked.iter().filter(|request| request.status >= 400).count();
    let mut args = run.args("collect", &github);
    args.extend(["--max-age", "600"].map(OsString::from));
    let second = serde_json::from_str(&expect(0, &osps(args))).expect("JSON");
    assert_eq!(github.api_requests().len(), asked.len() + refused);
    assert_eq!(without_time(first), without_time(second));
}

/// Nothing but the query is asked twice without a condition where no attestation is needed.
#[test]
fn a_second_run_of_a_signed_release_costs_one_query() {
    let run = Run::new(Sight::Reader);
    let github =
        GitHub::serve(released(&[("widget-1.2.0.exe", b"MZ"), ("widget-1.2.0.exe.asc", SIGNATURE.as_bytes())]));
    run.facts(&github);
    let asked = github.api_requests();
    assert_eq!(asked.len(), 4, "{asked:#?}");
    run.facts(&github);
    let again = github.api_requests().split_off(asked.len());
    let changed: Vec<&str> =
        again.iter().filter(|request| request.status != 304).map(|request| request.path.as_str()).collect();
    assert_eq!((again.len(), changed), (4, vec!["/graphql"]));
}

/// What breaks at the query, and the reason that every fact behind it then has.
#[rstest]
#[case::bad_credential(Fault::status(401, "Bad credentials"), "unauthenticated")]
#[case::no_right(Fault::status(403, "Resource not accessible by personal access token"), "forbidden")]
#[case::spent(Fault::with_headers(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "4000000000")], "API rate limit exceeded"), "rate_limited")]
#[case::secondary(Fault::with_headers(403, &[("retry-after", "3600")], "secondary"), "rate_limited")]
#[case::too_many(Fault::with_headers(429, &[("retry-after", "3600")], "slow down"), "rate_limited")]
#[case::spent_in_the_body(
    Fault::text(200, r#"{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}"#),
    "rate_limited"
)]
#[case::hidden(Fault::status(404, "Not Found"), "forbidden")]
#[case::hidden_in_the_body(
    Fault::text(
        200,
        r#"{"data": {"repository": null}, "errors": [{"type": "NOT_FOUND", "path": ["repository"], "message": "x"}]}"#
    ),
    "forbidden"
)]
#[case::internal(Fault::status(500, "oops"), "error")]
#[case::gateway(Fault::text(502, "<html>Bad Gateway</html>"), "error")]
#[case::unavailable(Fault::status(503, ""), "error")]
#[case::cut_off(Fault::CutOff, "error")]
#[case::endless(Fault::Endless, "truncated")]
#[case::stalled(Fault::Stalled, "error")]
#[case::no_json(Fault::text(200, "{\"data\": "), "parse_error")]
#[case::page(Fault::text(200, "<html>Unicorn</html>"), "parse_error")]
#[case::elsewhere(Fault::Answer { status: 302, headers: vec![("location", "http://127.0.0.2:9/graphql".to_owned())], body: String::new() }, "error")]
fn faults_at_the_query(#[case] fault: Fault, #[case] reason: &str) {
    let run = Run::new(Sight::Reader);
    let github = GitHub::with_faults(protected(Sight::Reader), vec![("POST /graphql".to_owned(), fault)]);
    let started = Instant::now();
    let facts = run.facts(&github);
    assert!(started.elapsed() < Duration::from_secs(50));
    for (section, fact) in [
        ("branch", "pr_required"),
        ("repo", "visibility"),
        ("checks", "observed"),
        ("org", "two_factor_required"),
        ("releases", "list"),
    ] {
        assert_eq!(facts[section][fact]["unknown"]["reason"], reason, "{section}.{fact}: {}", facts[section][fact]);
    }
    let assessment = run.assess(&github);
    for id in ["OSPS-AC-02.01", "OSPS-AC-03.01", "OSPS-QA-03.01", "OSPS-QA-07.01"] {
        assert_eq!(outcome(&assessment, id), "unknown", "{id}");
    }
}

/// What breaks at single requests, and what of it is then unknown for which reason.
#[rstest]
#[case::rules_refused(
    "GET /repos/acme/widget/rules",
    Fault::status(404, "Not Found"),
    "branch",
    "pr_required",
    "forbidden"
)]
#[case::rules_broken("GET /repos/acme/widget/rules", Fault::status(500, ""), "branch", "required_checks", "error")]
#[case::rules_of_another_shape(
    "GET /repos/acme/widget/rules",
    Fault::text(200, "{}"),
    "branch",
    "rules_readable",
    "parse_error"
)]
#[case::releases_refused("GET /repos/acme/widget/releases", Fault::status(403, "no"), "releases", "list", "forbidden")]
#[case::releases_endless("GET /repos/acme/widget/releases", Fault::Endless, "releases", "list", "truncated")]
#[case::reporting_hidden(
    "GET /repos/acme/widget/private",
    Fault::status(404, "Not Found"),
    "security",
    "private_reporting",
    "forbidden"
)]
#[case::reporting_refused(
    "GET /repos/acme/widget/private",
    Fault::status(422, "no"),
    "security",
    "private_reporting",
    "error"
)]
#[case::advisories_elsewhere("GET /repos/acme/widget/security", Fault::Answer { status: 302, headers: vec![("location", "http://127.0.0.2:9/x".to_owned())], body: String::new() }, "security", "advisories", "error")]
#[case::nobody_in_time("GET /acme/widget.git", Fault::Stalled, "repo", "anonymous_readable", "error")]
#[case::settings_refused(
    "GET /repos/acme/widget/actions/permissions/workflow",
    Fault::status(403, "no"),
    "ci",
    "default_token",
    "forbidden"
)]
fn faults_at_single_requests(
    #[case] at: &str,
    #[case] fault: Fault,
    #[case] section: &str,
    #[case] fact: &str,
    #[case] reason: &str,
) {
    let run = Run::new(Sight::Admin);
    let world = World { sight: Sight::Admin, ..released(&[("widget-1.2.0.exe", b"MZ")]) };
    let facts = run.facts(&GitHub::with_faults(world, vec![(at.to_owned(), fault)]));
    assert_eq!(facts[section][fact]["unknown"]["reason"], reason, "{}", facts[section][fact]);
}

#[test]
fn lists_end_where_they_lead_astray() {
    let next = |link: &str| Fault::Answer {
        status: 200,
        headers: vec![("link", format!("<{link}>; rel=\"next\""))],
        body: json!([{"ghsa_id": "GHSA-1", "state": "published"}]).to_string(),
    };
    for link in ["http://127.0.0.2:9/more", "/repos/acme/widget/security-advisories?state=published&per_page=100"] {
        let github = GitHub::with_faults(
            protected(Sight::Reader),
            vec![("GET /repos/acme/widget/security".to_owned(), next(link))],
        );
        let facts = Run::new(Sight::Reader).facts(&github);
        assert_eq!(facts["security"]["advisories"]["complete"], false);
        assert_eq!(github.requests().iter().filter(|request| request.path.contains("security-advisories")).count(), 1);
    }
}

#[test]
fn a_gate_without_its_evidence_is_incomplete() {
    let github =
        GitHub::with_faults(protected(Sight::Reader), vec![("POST /graphql".to_owned(), Fault::status(503, ""))]);
    let run = Run::new(Sight::Reader);
    let mut args = run.args("assess", &github);
    args.extend(["--requirement", "OSPS-AC-03.01", "--require", "1"].map(OsString::from));
    expect(4, &osps(args));
}

/// What an administrator saw of the well-kept repository.
fn snapshot() -> &'static str {
    static TAKEN: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TAKEN.get_or_init(|| {
        let run = Run::new(Sight::Admin);
        let path = run.scratch.path().join("snapshot.json");
        let mut args = run.args("gate", &GitHub::serve(protected(Sight::Admin)));
        args.extend(["--init".into(), "--against".into(), path.clone().into_os_string()]);
        expect(0, &osps(args));
        std::fs::read_to_string(path).expect("a snapshot")
    })
}

fn gate(run: &Run, github: &GitHub) -> std::process::Output {
    let path = run.scratch.path().join("snapshot.json");
    std::fs::write(&path, snapshot()).expect("a file");
    let mut args = run.args("gate", github);
    args.extend(["--against".into(), path.into_os_string()]);
    osps(args)
}

const SPENT: [(&str, &str); 2] = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "4000000000")];

/// GitHub answered when the snapshot was taken. Whatever comes in between later: never green, never red, and the reason is
/// told.
#[rstest]
#[case::killed("GET /repos", Fault::CutOff, "breaks off")]
#[case::down("POST /graphql", Fault::status(503, ""), "status 503")]
#[case::revoked("", Fault::status(401, "Bad credentials"), "401")]
#[case::spent("POST /graphql", Fault::with_headers(403, &SPENT, "API rate limit exceeded"), "come back")]
#[case::spent_in_the_middle("GET /repos/acme/widget/rules", Fault::with_headers(403, &SPENT, "spent"), "come back")]
#[case::too_many_in_the_middle(
    "GET /repos/acme/widget/rules",
    Fault::with_headers(429, &[("retry-after", "3600")], "slow down"),
    "come back"
)]
#[case::refused_in_the_middle("GET /repos/acme/widget/rules", Fault::status(403, "no"), "403")]
fn a_gate_in_trouble_is_incomplete(#[case] at: &str, #[case] fault: Fault, #[case] reason: &str) {
    let run = Run::new(Sight::Admin);
    let text = expect(4, &gate(&run, &GitHub::with_faults(protected(Sight::Admin), vec![(at.to_owned(), fault)])));
    assert!(text.contains("The gate gives no answer") && text.contains(reason), "{text}");
}

#[rstest]
#[case::a_weaker_token(Sight::Reader)]
#[case::no_token(Sight::Nobody)]
fn a_gate_that_may_see_less_is_incomplete(#[case] sight: Sight) {
    let run = Run::new(sight);
    let text = expect(4, &gate(&run, &GitHub::serve(protected(sight))));
    assert!(text.contains("not comparable"), "{text}");
}

/// Trouble hides nothing of what the project did, and leaves nothing behind.
#[test]
fn what_got_worse_shows_in_trouble() {
    let run = Run::new(Sight::Admin);
    let down = vec![("POST /graphql".to_owned(), Fault::status(503, ""))];
    std::fs::remove_file(run.repository.path().join("LICENSE")).expect("removed");
    run.repository.commit("Without a licence");
    let text = expect(1, &gate(&run, &GitHub::with_faults(protected(Sight::Admin), down)));
    assert!(text.contains("OSPS-LE-03.01  evidence lost") && text.contains("status 503"), "{text}");
    run.repository.git(["checkout", "-q", "HEAD^", "--", "LICENSE"]);
    run.repository.commit("With its licence again");
    expect(0, &gate(&run, &GitHub::serve(protected(Sight::Admin))));
}

#[test]
fn the_doctor_says_what_is_missing() {
    let run = Run::new(Sight::Reader);
    let shown = expect(0, &osps(run.args("doctor", &GitHub::serve(protected(Sight::Reader)))));
    for words in [
        "fine grained token from",
        "an owner of the organization",
        "OSPS-AC-02.01",
        "Administration: read of the organization",
    ] {
        assert!(shown.contains(words), "no `{words}` in:\n{shown}");
    }
}

#[test]
fn the_readme_holds_the_table_of_permissions() {
    let table = expect(0, &osps(["doctor", "--permissions"]));
    let readme = std::fs::read_to_string("README.md").expect("readable");
    assert!(readme.contains(&table), "README.md does not hold what `osps doctor --permissions` prints:\n{table}");
}

/// The part of a Security Insights file that stands in another repository is read where that is wanted, from the same forge
/// only.
#[rstest]
#[case::wanted("https://github.com/acme/.github/blob/main/security-insights.yml", true, Some(2), 1)]
#[case::not_wanted("https://github.com/acme/.github/blob/main/security-insights.yml", false, None, 0)]
#[case::metadata("http://169.254.169.254/latest/meta-data", true, None, 0)]
fn the_parent_of_a_security_insights_file(
    #[case] address: &str,
    #[case] wanted: bool,
    #[case] repositories: Option<usize>,
    #[case] requests: usize,
) {
    const PARENT: &str = "header: {schema-version: 2.0.0}\nproject:\n  name: widget\n  repositories:\n    - {name: widget, url: 'https://github.com/acme/widget', comment: x}\n    - {name: widget-data, url: 'https://github.com/acme/widget-data', comment: x}\n";
    let run = Run::new(Sight::Reader);
    let own =
        format!("header:\n  schema-version: 2.0.0\n  project-si-source: {address}\nrepository:\n  status: active\n");
    run.repository.write("security-insights.yml", own.as_bytes());
    run.repository.commit("State\n\nSigned-off-by: Ada <ada@example.net>");
    let github = GitHub::serve(World { parent: Some(PARENT), ..protected(Sight::Reader) });
    let mut args = run.args("collect", &github);
    args.extend(wanted.then(|| OsString::from("--follow-parent")));
    let facts: serde_json::Value = serde_json::from_str(&expect(0, &osps(args))).expect("JSON");
    let listed = facts["insights"]["repositories"]["known"].as_array().map(Vec::len);
    assert_eq!(listed, repositories, "{}", facts["insights"]["repositories"]);
    let asked = github.requests();
    assert_eq!(asked.iter().filter(|request| request.path.contains("/contents/")).count(), requests);
    assert!(asked.iter().all(|request| !request.path.contains("meta-data")));
}

/// What the catalog has an administrator import makes its requirement pass, alone and together with the others.
#[test]
fn the_rulesets_of_the_catalog_meet_their_requirements() {
    let rules_of = |content: &str| -> Vec<serde_json::Value> {
        let ruleset = content.replace("[INSERT NAME OF THE CHECK]", "test");
        let ruleset: serde_json::Value = serde_json::from_str(&ruleset).expect("JSON");
        assert_eq!((&ruleset["target"], &ruleset["enforcement"]), (&"branch".into(), &"active".into()));
        assert_eq!(ruleset["conditions"]["ref_name"]["include"], serde_json::json!(["~DEFAULT_BRANCH"]));
        let rules = ruleset["rules"].as_array().expect("a list").clone();
        rules.into_iter().map(|one| rule(one["type"].as_str().expect("a type"), one["parameters"].clone())).collect()
    };
    let catalog = support::catalogs().latest();
    let rulesets = catalog.active().filter_map(|requirement| {
        let snippet = requirement.remediation.as_ref()?.snippet.as_ref()?;
        (snippet.place == "ruleset.json").then(|| (requirement.id.to_string(), rules_of(&snippet.content)))
    });
    let rulesets: Vec<_> = rulesets.filter(|(id, _)| id != "OSPS-QA-04.02").collect();
    assert_eq!(rulesets.len(), 5);
    let together: Vec<_> = rulesets.iter().flat_map(|(_, rules)| rules.clone()).collect();
    let repository = support::well_kept();
    let under = |rules: Vec<serde_json::Value>| {
        support::facts_beside(repository.path(), World { rules, ..seen_by(Sight::Admin) })
    };
    let all = under(together);
    for (id, rules) in rulesets {
        for (facts, how) in [(&under(rules), "alone"), (&all, "together")] {
            let (outcome, message) = support::outcome_of(facts, &id);
            assert_eq!(outcome, osps::model::ruling::Outcome::Passed, "{id} {how}: {message}");
        }
    }
}

/// The query tells rules as the list of rules does: what an enterprise adds nothing to is the same with and without it.
#[rstest]
#[case::strict(strict_rules())]
#[case::nothing_of_changes(vec![rule("deletion", json!(null)), rule("update", json!({"update_allows_fetch_and_merge": true}))])]
#[case::any_app(vec![rule("required_status_checks", json!({"required_status_checks": [{"context": "build"}]}))])]
#[case::code_owners(vec![rule("pull_request", json!({"required_approving_review_count": 0, "require_code_owner_review": true}))])]
#[case::merge_queue(vec![rule("merge_queue", json!({"merge_method": "SQUASH"})), rule("non_fast_forward", json!(null))])]
fn the_query_tells_rules_as_the_list_does(#[case] rules: Vec<serde_json::Value>) {
    let run = Run::new(Sight::Reader);
    let branch = |ruleset_of| {
        let github = GitHub::serve(World { rules: rules.clone(), ruleset_of, ..seen_by(Sight::Reader) });
        let facts = run.facts(&github);
        let asked = github.api_requests().iter().any(|request| request.path.contains("/rules/branches/"));
        (facts["branch"].clone(), asked)
    };
    let (told, listed) = (branch("Repository"), branch("Enterprise"));
    assert!(!told.1 && listed.1);
    assert_eq!(told.0, listed.0);
}
