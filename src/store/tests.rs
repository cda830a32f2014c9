//! The same tests on SQLite and, where `OSPS_TEST_POSTGRES` names an empty database, on PostgreSQL.

use super::*;
use crate::model::id::RequirementId;
use crate::model::portfolio::{Conditions, Inventory, Project};

fn block<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work)
}

fn run(day: u32) -> Run {
    Run {
        id: format!("2026-11-{day:02}"),
        started_at: format!("2026-11-{day:02}T00:00:00Z"),
        finished_at: None,
        catalog: "2026-08-28".to_owned(),
        requirements: ["OSPS-AC-01.01", "OSPS-AC-02.01"].iter().map(|id| id.parse().expect("an id")).collect(),
        policies: "sha256:0".to_owned(),
        tool: "osps".to_owned(),
        conditions: Conditions::default(),
        inventory: Inventory::default(),
    }
}

fn assessed(repository: &str, marks: &str, assessment: &str) -> Record {
    Record {
        repository: repository.parse().expect("a name"),
        result: RepositoryResult::Assessed {
            commit: Some("c".repeat(40)),
            level: Some(2.try_into().expect("a level")),
            marks: marks.to_owned(),
            assessment: assessment.to_owned(),
        },
    }
}

fn kept(record: &Record, document: Option<&str>) -> Done {
    Done { record: record.clone(), document: document.map(str::to_owned) }
}

/// PostgreSQL has one database for all tests, so they take turns.
static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// What was tried in vain gives way to what came of it later, and not the other way round.
#[test]
fn a_later_try_counts() {
    stores(async |store| {
        let run = store.begin(run(1)).await.expect("begun");
        let failed = |passing| Record {
            repository: "acme/widget".parse().expect("a name"),
            result: RepositoryResult::NotAssessed { why: "The server refused.".to_owned(), passing },
        };
        let fine = assessed("acme/widget", "PF", "sha256:1");
        for (record, document, stands) in [
            (failed(true), None, failed(true)),
            (fine.clone(), Some("{}"), fine.clone()),
            (failed(true), None, fine.clone()),
            (failed(false), None, fine.clone()),
        ] {
            store.record(&run, &[kept(&record, document)], "now").await.expect("kept");
            assert_eq!(store.records(&run.id).await.expect("read"), [stands]);
        }
    });
}

/// Each kind of store, empty.
fn stores(about: impl AsyncFn(Store)) {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let directory = tempfile::tempdir().expect("a directory");
    let mut addresses = vec![format!("sqlite:{}", directory.path().join("history.db").display())];
    addresses.extend(std::env::var("OSPS_TEST_POSTGRES"));
    for address in addresses {
        block(async {
            let store = Store::open(&address).await.expect("opened");
            for table in ["transition", "record", "run", "document"] {
                let clean = AssertSqlSafe(format!("DELETE FROM {table}"));
                sqlx::query(clean).execute(&store.pool).await.expect("emptied");
            }
            about(store).await;
        });
    }
}

#[test]
fn what_is_kept_is_found_again() {
    stores(async |store| {
        let run = store.begin(run(1)).await.expect("begun");
        let failed = Record {
            repository: "acme/gadget".parse().expect("a name"),
            result: RepositoryResult::NotAssessed { why: "The server refused.".to_owned(), passing: true },
        };
        let fine = assessed("acme/widget", "PF", "sha256:1");
        store.record(&run, &[kept(&fine, Some("{\"a\": 1}"))], "now").await.expect("kept");
        store.record(&run, &[kept(&failed, None)], "now").await.expect("kept");
        store.finish(&run.id, "2026-11-01T01:00:00Z").await.expect("finished");
        assert_eq!(store.records(&run.id).await.expect("read"), [failed, fine]);
        assert_eq!(store.done(&run.id).await.expect("read").len(), 1, "what passes is tried again");
        assert_eq!(store.document("sha256:1").await.expect("read").as_deref(), Some("{\"a\": 1}"));
        assert_eq!(store.document("sha256:2").await.expect("read"), None);
        let runs = store.runs().await.expect("read");
        assert_eq!(runs, [Run { finished_at: Some("2026-11-01T01:00:00Z".to_owned()), ..run }]);
    });
}

/// What a store kept before runs said how they judge was judged without options.
#[test]
fn a_store_of_an_earlier_version_is_brought_to_this_one() {
    stores(async |store| {
        let run = store.begin(run(1)).await.expect("begun");
        for back in ["ALTER TABLE run DROP COLUMN conditions", "DELETE FROM osps_schema WHERE version = 2"] {
            sqlx::query(back).execute(&store.pool).await.expect("taken back");
        }
        let sqlite = sqlite_connection(&store.pool.acquire().await.expect("a connection"));
        schema::migrate(&store.pool, sqlite).await.expect("brought forward");
        assert_eq!(store.runs().await.expect("read"), [run]);
    });
}

#[test]
fn repositories_are_counted_as_they_stand() {
    stores(async |store| {
        let mut number = 0;
        for day in 1..=2 {
            let run = store.begin(run(day)).await.expect("begun");
            let at = |level: Option<u8>, number: usize| {
                let mut record = assessed(&format!("acme/r{number}"), "PF", "sha256:1");
                let reached = level.map(|level| level.try_into().expect("a level"));
                if let RepositoryResult::Assessed { level, .. } = &mut record.result {
                    *level = reached;
                }
                record
            };
            let mut records: Vec<Record> = Vec::new();
            for level in [None, Some(1), Some(3), Some(3)].into_iter().take(2 + usize::from(day == 1) * 2) {
                number += 1;
                records.push(at(level, number));
            }
            let result = RepositoryResult::NotAssessed { why: "It is gone.".to_owned(), passing: false };
            records.push(Record { repository: "acme/gone".parse().expect("a name"), result });
            let done: Vec<Done> = records.iter().map(|record| kept(record, None)).collect();
            store.record(&run, &done, "now").await.expect("kept");
            let counted = store.tallies().await.expect("read");
            assert_eq!(counted.len(), day as usize);
            assert_eq!(counted[&run.id], Tally::of(&records));
        }
        let texts: Vec<String> = store.tallies().await.expect("read").values().map(Tally::to_string).collect();
        assert_eq!(
            texts,
            [
                "5 repositories: 2 level 3, 0 level 2, 1 level 1, 1 no level, 1 not assessed",
                "3 repositories: 0 level 3, 0 level 2, 1 level 1, 1 no level, 1 not assessed",
            ]
        );
    });
}

#[test]
fn a_repository_is_kept_once_per_run() {
    stores(async |store| {
        let run = store.begin(run(1)).await.expect("begun");
        store.record(&run, &[kept(&assessed("acme/widget", "PF", "sha256:1"), None)], "now").await.expect("kept");
        store.record(&run, &[kept(&assessed("acme/widget", "FF", "sha256:2"), None)], "now").await.expect("kept");
        let records = store.records(&run.id).await.expect("read");
        assert_eq!(records, [assessed("acme/widget", "PF", "sha256:1")]);
    });
}

#[test]
fn runs_of_the_same_instant_are_told_apart() {
    stores(async |store| {
        assert_eq!(store.begin(run(1)).await.expect("begun").id, "2026-11-01");
        assert_eq!(store.begin(run(1)).await.expect("begun").id, "2026-11-01-2");
    });
}

#[test]
fn parts_of_one_run_join_it_and_others_are_refused() {
    stores(async |store| {
        let mut begun = run(1);
        begun.inventory = one_project(&["acme/gadget", "acme/widget"]);
        assert_eq!(store.join(begun.clone()).await.expect("begun").id, "2026-11-01");
        assert_eq!(store.join(begun.clone()).await.expect("joined"), begun);
        for (other, what) in [
            (Run { policies: "sha256:1".to_owned(), ..begun.clone() }, "policies"),
            (Run { catalog: "2025-02-25".to_owned(), ..begun.clone() }, "standard"),
            (Run { tool: "osps 9".to_owned(), ..begun.clone() }, "osps"),
            (Run { inventory: Inventory::default(), ..begun.clone() }, "inventory"),
            (Run { conditions: Conditions { strict_platform: true, ..Conditions::default() }, ..begun.clone() }, "how"),
        ] {
            let error = store.join(other).await.expect_err("another run").to_string();
            assert!(error.contains(what), "{error}");
        }
        let first = assessed("acme/gadget", "PF", "sha256:1");
        store.record(&begun, &[kept(&first, None)], "2026-11-01T00:00:09Z").await.expect("kept");
        assert_eq!(store.finish_if_done(begun.clone()).await.expect("asked").finished_at, None);
        let second = assessed("acme/widget", "PP", "sha256:2");
        store.record(&begun, &[kept(&second, None)], "2026-11-01T00:00:05Z").await.expect("kept");
        let finished = store.finish_if_done(begun).await.expect("asked").finished_at;
        assert_eq!(finished.as_deref(), Some("2026-11-01T00:00:09Z"));
    });
}

fn one_project(repositories: &[&str]) -> Inventory {
    let project = Project {
        id: "acme".to_owned(),
        title: "Acme".to_owned(),
        group: None,
        owners: Vec::new(),
        target_level: None,
        repositories: repositories.iter().map(|name| name.parse().expect("a name")).collect(),
    };
    Inventory { projects: vec![project], ..Inventory::default() }
}

#[test]
fn changes_are_told_from_the_last_run_that_saw_the_repository() {
    stores(async |store| {
        for (day, marks) in [(1, Some("PF")), (2, None), (3, Some("FF")), (4, Some("FF"))] {
            let run = store.begin(run(day)).await.expect("begun");
            let record = match marks {
                Some(marks) => assessed("acme/widget", marks, "sha256:1"),
                None => Record {
                    repository: "acme/widget".parse().expect("a name"),
                    result: RepositoryResult::NotAssessed { why: "gone".to_owned(), passing: false },
                },
            };
            store.record(&run, &[kept(&record, None)], "now").await.expect("kept");
        }
        let told = store.transitions("2026-11-03").await.expect("read");
        let told: Vec<(&str, char, char)> =
            told.iter().map(|one| (one.requirement.as_str(), one.from.character(), one.to.character())).collect();
        assert_eq!(told, [("OSPS-AC-01.01", 'P', 'F')]);
        assert_eq!(store.transitions("2026-11-04").await.expect("read"), []);
    });
}

#[test]
fn pruning_keeps_the_newest_run_and_what_it_names() {
    stores(async |store| {
        for day in 1..=3 {
            let run = store.begin(run(day)).await.expect("begun");
            let record = assessed("acme/widget", "PF", &format!("sha256:{day}"));
            store.record(&run, &[kept(&record, Some("{}"))], "now").await.expect("kept");
            store.finish(&run.id, "then").await.expect("finished");
        }
        assert_eq!(store.prune("2027-01-01").await.expect("pruned"), 2);
        assert_eq!(store.runs().await.expect("read").len(), 1);
        assert_eq!(store.document("sha256:1").await.expect("read"), None);
        assert!(store.document("sha256:3").await.expect("read").is_some());
    });
}

#[test]
fn a_store_is_opened_again_and_a_newer_one_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let address = format!("sqlite:{}", directory.path().join("history.db").display());
    block(async {
        let store = Store::open(&address).await.expect("made");
        store.begin(run(1)).await.expect("begun");
        drop(store);
        let store = Store::open(&address).await.expect("opened");
        assert_eq!(store.runs().await.expect("read").len(), 1);
        sqlx::query("INSERT INTO osps_schema (version) VALUES (99)").execute(&store.pool).await.expect("written");
        drop(store);
        let error = Store::open(&address).await.expect_err("refused");
        assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
        let error = Store::open("mysql://user:secret@host/x").await.expect_err("refused").to_string();
        assert!(!error.contains("secret"), "{error}");
    });
}

/// A year of a large foundation: what it takes, for `cargo test --release --lib store -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes, and is there to be measured"]
#[allow(clippy::print_stdout, reason = "it is there to be measured")]
fn a_year_of_five_thousand_repositories() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("year.db");
    let keep = std::env::var_os("OSPS_TEST_YEAR").map(std::path::PathBuf::from);
    let path = keep.unwrap_or(path);
    let address = std::env::var("OSPS_TEST_POSTGRES").unwrap_or_else(|_| format!("sqlite:{}", path.display()));
    let (repositories, weeks) = (5_000_u64, 52_u64);
    let document = include_str!("../../tests/assessments/mixed.json");
    let ids: Vec<RequirementId> =
        (0..64).map(|n| format!("OSPS-AC-{:02}.{:02}", n / 8 + 1, n % 8 + 1).parse().expect("an id")).collect();
    block(async {
        let store = Store::open(&address).await.expect("opened");
        let began = std::time::Instant::now();
        for week in 0..weeks {
            let day = jiff::civil::date(2026, 1, 5).saturating_add(jiff::Span::new().weeks(week as i64));
            let names = (0..repositories).map(|at| format!("acme/r{at:04}"));
            let names: Vec<String> = names.collect();
            let inventory = one_project(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let run = Run {
                id: day.to_string(),
                started_at: format!("{day}T00:00:00Z"),
                requirements: ids.clone(),
                inventory,
                ..run(1)
            };
            let run = store.begin(run).await.expect("begun");
            for (at, name) in (0_u64..).zip(&names) {
                // One repository in fifty changes in a week; its marks follow from how often it did.
                let changes = (0..=week).filter(|week| (at + week * 97) % 50 == 0).count() as u64;
                let mark = |n: u64| {
                    char::from(b"PFRNUP"[((at * 31 + n * 7 + u64::from(n == changes % 64) * changes) % 6) as usize])
                };
                let marks: String = (0..64).map(mark).collect();
                let record = assessed(name, &marks, &format!("sha256:{at}-{changes}"));
                let document = document.replace("acme", name);
                store.record(&run, &[kept(&record, Some(&document))], "2026-01-05T00:00:00Z").await.expect("kept");
            }
            store.finish(&run.id, &format!("{day}T05:00:00Z")).await.expect("finished");
        }
        println!("written in {:?}", began.elapsed());
        println!("{} bytes", std::fs::metadata(&path).map_or(0, |file| file.len()));
    });
}
