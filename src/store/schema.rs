//! The tables, and how those of an earlier version become those of this one. The statements are what SQLite and PostgreSQL
//! have in common; `{bytes}` is the one type they name differently.

use sqlx::{AnyPool, AssertSqlSafe, Row as _};

use super::StoreError;

/// The steps from nothing to the newest schema, one list of statements each.
const STEPS: &[&[&str]] = &[
    &[
        "CREATE TABLE run (
        id TEXT PRIMARY KEY,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        catalog TEXT NOT NULL,
        requirements TEXT NOT NULL,
        policies TEXT NOT NULL,
        tool TEXT NOT NULL,
        inventory TEXT NOT NULL
    )",
        "CREATE TABLE record (
        run TEXT NOT NULL,
        repository TEXT NOT NULL,
        revision TEXT,
        level BIGINT,
        marks TEXT,
        assessment TEXT,
        why TEXT,
        passing BIGINT,
        kept_at TEXT NOT NULL,
        PRIMARY KEY (run, repository)
    )",
        "CREATE INDEX record_by_repository ON record (repository, run)",
        "CREATE TABLE transition (
        run TEXT NOT NULL,
        repository TEXT NOT NULL,
        requirement TEXT NOT NULL,
        was TEXT NOT NULL,
        is_now TEXT NOT NULL,
        PRIMARY KEY (run, repository, requirement)
    )",
        "CREATE TABLE document (digest TEXT PRIMARY KEY, content {bytes} NOT NULL)",
    ],
    &["ALTER TABLE run ADD COLUMN conditions TEXT NOT NULL DEFAULT '{}'"],
];

/// Brings a store to the newest schema. Several processes may do so at once: one does it, the others wait.
pub(super) async fn migrate(pool: &AnyPool, sqlite: bool) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    let mut transaction = match sqlite {
        true => pool.begin_with("BEGIN IMMEDIATE").await?,
        false => pool.begin().await?,
    };
    if !sqlite {
        // Any number that all of them agree on.
        sqlx::query("SELECT pg_advisory_xact_lock(8210342)").execute(&mut *transaction).await?;
    }
    sqlx::query("CREATE TABLE IF NOT EXISTS osps_schema (version BIGINT NOT NULL)").execute(&mut *transaction).await?;
    let row = sqlx::query("SELECT MAX(version) FROM osps_schema").fetch_one(&mut *transaction).await?;
    let found: i64 = row.try_get::<Option<i64>, _>(0)?.unwrap_or(0);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let missing = STEPS.iter().zip(1_i64..).filter(|(_, version)| *version > found);
    for (statements, version) in missing {
        for statement in *statements {
            let text = statement.replace("{bytes}", if sqlite { "BLOB" } else { "BYTEA" });
            sqlx::query(AssertSqlSafe(text)).execute(&mut *transaction).await?;
        }
        sqlx::query("INSERT INTO osps_schema (version) VALUES ($1)").bind(version).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}
