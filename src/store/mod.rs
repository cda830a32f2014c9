//! Floor 1: what portfolio runs leave behind, in an SQLite file or a PostgreSQL database with one schema. It keeps runs,
//! what came of each repository, the changes between runs, and assessments by their digest, compressed. It never judges.

pub mod queue;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyPool, AssertSqlSafe, Row as _, Transaction};

use crate::model::id::Level;
use crate::model::portfolio::{Done, Mark, Record, RepositoryName, RepositoryResult, Run, Tally, Transition};

/// Bytes of one assessment when it is taken out again.
const MAX_DOCUMENT: u64 = 64 * 1024 * 1024;

/// A store of runs.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
}

/// What went wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, or cannot be reached or written.
    #[error(
        "the store gave up: {0}; what was finished is kept, and `--resume` goes on when the store can be used again"
    )]
    Database(String),
    /// An address that names no store.
    #[error("`{0}` names no store: expected sqlite:PATH or postgres://HOST/DATABASE")]
    Address(String),
    /// A store that a later version wrote.
    #[error("the store has the schema {found}, and this version of osps knows {known}: use the version that wrote it")]
    Newer {
        /// What it has.
        found: i64,
        /// What is known.
        known: i64,
    },
    /// A run of the same name was begun under other conditions.
    #[error("the run {run} was begun with another {what}: what belongs to one run is done with the same")]
    OtherRun {
        /// Its name.
        run: String,
        /// What differs.
        what: &'static str,
    },
    /// Work is shared in a store that cannot do so.
    #[error("work is shared between machines in a PostgreSQL store: expected `--store postgres://HOST/DATABASE`")]
    NoQueue,
    /// A row that does not hold what was put there.
    #[error("the store holds what nobody put there: {0}")]
    Broken(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(match error {
            sqlx::Error::Database(error) => error.message().to_owned(),
            error => error.to_string(),
        })
    }
}

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens a store, makes it where there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// An address of another kind, a database that cannot be reached, or a schema of a later version.
    pub async fn open(address: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let sqlite = address.strip_prefix("sqlite:");
        if sqlite.is_none() && !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            // What stands before an `@` may be a secret.
            return Err(StoreError::Address(address.rsplit('@').next().unwrap_or_default().to_owned()));
        }
        let url = match sqlite {
            Some(path) => format!("sqlite://{}?mode=rwc", path.trim_start_matches("//")),
            None => address.to_owned(),
        };
        // One writer at a time is what SQLite has; waiting for it is better than failing.
        let options = AnyPoolOptions::new().max_connections(if sqlite.is_some() { 1 } else { 4 });
        let options = options.after_connect(move |connection, _| {
            Box::pin(async move {
                if sqlite_connection(connection) {
                    for pragma in
                        ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA busy_timeout = 30000"]
                    {
                        sqlx::query(pragma).execute(&mut *connection).await?;
                    }
                }
                Ok(())
            })
        });
        let store = Self { pool: options.connect(&url).await? };
        schema::migrate(&store.pool, sqlite.is_some()).await?;
        Ok(store)
    }

    /// Begins a run. Where the same instant began one already, its name gets a number.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn begin(&self, mut run: Run) -> Result<Run> {
        let stem = run.id.clone();
        for number in 2.. {
            if self.is_begun(&run).await? {
                break;
            }
            run.id = format!("{stem}-{number}");
        }
        Ok(run)
    }

    /// Begins a run, or takes part in the one of this name that somebody else began.
    ///
    /// # Errors
    /// The database refuses, or the run was begun for another portfolio, with another version of the standard, of the policies
    /// or of osps.
    pub async fn join(&self, run: Run) -> Result<Run> {
        if self.is_begun(&run).await? {
            return Ok(run);
        }
        let found = self.runs().await?.into_iter().find(|found| found.id == run.id);
        let found = found.ok_or_else(|| StoreError::Broken(format!("the run {} went away", run.id)))?;
        let same = [
            ("instant", found.started_at == run.started_at),
            ("version of the standard", found.catalog == run.catalog && found.requirements == run.requirements),
            ("set of policies", found.policies == run.policies),
            ("version of osps", found.tool == run.tool),
            ("choice of what is judged and how", found.conditions == run.conditions),
            ("inventory", found.inventory == run.inventory),
        ];
        match same.iter().find(|(_, same)| !same) {
            Some((what, _)) => Err(StoreError::OtherRun { run: run.id, what }),
            None => Ok(found),
        }
    }

    /// Whether the run was begun just now, and not by somebody else before.
    async fn is_begun(&self, run: &Run) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO run (id, started_at, catalog, requirements, policies, tool, conditions, inventory)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&run.id)
        .bind(&run.started_at)
        .bind(&run.catalog)
        .bind(json(&run.requirements)?)
        .bind(&run.policies)
        .bind(&run.tool)
        .bind(json(&run.conditions)?)
        .bind(json(&run.inventory)?)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a run if every repository of its portfolio has a record: at the time at which the last one was kept. Gives the run
    /// as it is then.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn finish_if_done(&self, mut run: Run) -> Result<Run> {
        let done = self.repositories("SELECT repository FROM record WHERE run = $1", &run.id).await?;
        if !run.inventory.projects.iter().flat_map(|project| &project.repositories).all(|name| done.contains(name)) {
            return Ok(run);
        }
        let query = sqlx::query("SELECT MAX(kept_at) FROM record WHERE run = $1").bind(&run.id);
        let last: Option<String> = query.fetch_one(&self.pool).await?.try_get(0)?;
        let last = last.unwrap_or_else(|| run.started_at.clone());
        self.finish(&run.id, &last).await?;
        run.finished_at = Some(last);
        Ok(run)
    }

    /// Ends a run.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn finish(&self, run: &str, at: &str) -> Result<()> {
        let query = sqlx::query("UPDATE run SET finished_at = $1 WHERE id = $2");
        query.bind(at).bind(run).execute(&self.pool).await?;
        Ok(())
    }

    /// All runs, oldest first.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn runs(&self) -> Result<Vec<Run>> {
        let rows = sqlx::query(
            "SELECT id, started_at, finished_at, catalog, requirements, policies, tool, conditions, inventory FROM run
             ORDER BY started_at, id",
        );
        rows.fetch_all(&self.pool).await?.iter().map(run_of).collect()
    }

    /// The repositories that a run is done with: those that were assessed, or will not be however often they are tried.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn done(&self, run: &str) -> Result<BTreeSet<RepositoryName>> {
        let lasting = "SELECT repository FROM record WHERE run = $1 AND (passing IS NULL OR passing = 0)";
        self.repositories(lasting, run).await
    }

    async fn repositories(&self, query: &'static str, run: &str) -> Result<BTreeSet<RepositoryName>> {
        let rows = sqlx::query(query).bind(run).fetch_all(&self.pool).await?;
        rows.iter().map(|row| name(&row.try_get::<String, _>(0)?)).collect()
    }

    /// Keeps what came of the repositories of a project, with their assessments; the changes since the run before are told. All of
    /// it is kept, or nothing. Of a repository that a run is done with already nothing is changed.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn record(&self, run: &Run, done: &[Done], at: &str) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        for Done { record, document } in done {
            self.record_one(&mut transaction, run, record, document.as_deref(), at).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn record_one(
        &self,
        transaction: &mut Transaction<'_, Any>,
        run: &Run,
        record: &Record,
        document: Option<&str>,
        at: &str,
    ) -> Result<()> {
        let repository = record.repository.to_string();
        let (commit, level, marks, digest, why, passing) = match &record.result {
            RepositoryResult::Assessed { commit, level, marks, assessment } => {
                let level = level.map(|level| i64::from(level.number()));
                (commit.as_deref(), level, Some(marks.as_str()), Some(assessment.as_str()), None, None)
            }
            RepositoryResult::NotAssessed { why, passing } => {
                (None, None, None, None, Some(why.as_str()), Some(i64::from(*passing)))
            }
        };
        // What was tried in vain gives way to what came of trying again.
        sqlx::query("DELETE FROM record WHERE run = $1 AND repository = $2 AND passing = 1")
            .bind(&run.id)
            .bind(&repository)
            .execute(&mut **transaction)
            .await?;
        let kept = sqlx::query(
            "INSERT INTO record (run, repository, revision, level, marks, assessment, why, passing, kept_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (run, repository) DO NOTHING",
        )
        .bind(&run.id)
        .bind(&repository)
        .bind(commit)
        .bind(level)
        .bind(marks)
        .bind(digest)
        .bind(why)
        .bind(passing)
        .bind(at)
        .execute(&mut **transaction)
        .await?;
        if kept.rows_affected() == 0 {
            return Ok(());
        }
        if let (Some(digest), Some(document)) = (digest, document)
            && !is_kept(transaction, digest).await?
        {
            sqlx::query("INSERT INTO document (digest, content) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
                .bind(digest)
                .bind(compressed(document)?)
                .execute(&mut **transaction)
                .await?;
        }
        if let Some(marks) = marks {
            let before = sqlx::query(
                "SELECT run.requirements, record.marks FROM record JOIN run ON run.id = record.run
                 WHERE record.repository = $1 AND record.marks IS NOT NULL AND run.started_at < $2
                 ORDER BY run.started_at DESC, run.id DESC LIMIT 1",
            )
            .bind(&repository)
            .bind(&run.started_at)
            .fetch_optional(&mut **transaction)
            .await?;
            if let Some(before) = before {
                let ids: Vec<String> = parsed(&before.try_get::<String, _>(0)?)?;
                let before: String = before.try_get(1)?;
                for (id, from, to) in changes(&ids, &before, run, marks) {
                    sqlx::query(
                        "INSERT INTO transition (run, repository, requirement, was, is_now) VALUES ($1, $2, $3, $4, $5)",
                    )
                    .bind(&run.id)
                    .bind(&repository)
                    .bind(id)
                    .bind(from.to_string())
                    .bind(to.to_string())
                    .execute(&mut **transaction)
                    .await?;
                }
            }
        }
        Ok(())
    }

    /// What came of the repositories of a run, sorted by name.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn records(&self, run: &str) -> Result<Vec<Record>> {
        Ok(self.timed_records(run).await?.into_iter().map(|(record, _)| record).collect())
    }

    /// What came of the repositories of a run, sorted by name, each with the instant at which it was kept.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn timed_records(&self, run: &str) -> Result<Vec<(Record, String)>> {
        let rows = sqlx::query(
            "SELECT repository, revision, level, marks, assessment, why, passing, kept_at FROM record WHERE run = $1",
        );
        let rows = rows.bind(run).fetch_all(&self.pool).await?;
        let timed = |row: &AnyRow| Ok((record_of(row)?, row.try_get(7)?));
        let mut records: Vec<(Record, String)> = rows.iter().map(timed).collect::<Result<_>>()?;
        // Databases sort by rules of their own.
        records.sort_by(|a, b| a.0.repository.cmp(&b.0.repository));
        Ok(records)
    }

    /// How many repositories of each run stand where, by the run's name.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn tallies(&self) -> Result<BTreeMap<String, Tally>> {
        let rows = sqlx::query(
            "SELECT run, level, CASE WHEN marks IS NULL THEN 0 ELSE 1 END AS is_assessed, COUNT(*) FROM record
             GROUP BY run, level, is_assessed",
        );
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for row in rows.fetch_all(&self.pool).await? {
            let tally = tallies.entry(row.try_get(0)?).or_default();
            let number = u64::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0);
            match row.try_get::<i32, _>(2)? {
                0 => tally.not_assessed += number,
                _ => *tally.levels.entry(level(row.try_get(1)?)).or_default() += number,
            }
        }
        Ok(tallies)
    }

    /// What came of one repository in a run; none where the run did not reach it.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn record_of(&self, run: &str, repository: &RepositoryName) -> Result<Option<Record>> {
        let row = sqlx::query(
            "SELECT repository, revision, level, marks, assessment, why, passing FROM record
             WHERE run = $1 AND repository = $2",
        );
        let row = row.bind(run).bind(repository.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(record_of).transpose()
    }

    /// The changes that a run saw, sorted.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn transitions(&self, run: &str) -> Result<Vec<Transition>> {
        let rows = sqlx::query("SELECT repository, requirement, was, is_now FROM transition WHERE run = $1");
        let rows = rows.bind(run).fetch_all(&self.pool).await?;
        let read = |row: &AnyRow| {
            Ok(Transition {
                run: run.to_owned(),
                repository: name(&row.try_get::<String, _>(0)?)?,
                requirement: row.try_get(1)?,
                from: mark(&row.try_get::<String, _>(2)?)?,
                to: mark(&row.try_get::<String, _>(3)?)?,
            })
        };
        let mut transitions: Vec<Transition> = rows.iter().map(read).collect::<Result<_>>()?;
        transitions.sort();
        Ok(transitions)
    }

    /// An assessment document by its digest.
    ///
    /// # Errors
    /// The database refuses, or holds something else.
    pub async fn document(&self, digest: &str) -> Result<Option<String>> {
        let query = sqlx::query("SELECT content FROM document WHERE digest = $1").bind(digest);
        let Some(row) = query.fetch_optional(&self.pool).await? else { return Ok(None) };
        let bytes: Vec<u8> = row.try_get(0)?;
        let mut text = String::new();
        let read = GzDecoder::new(bytes.as_slice()).take(MAX_DOCUMENT).read_to_string(&mut text);
        read.map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Some(text))
    }

    /// Removes the runs that began before an instant, but never the newest finished one; documents that no run names any more
    /// go with them. Gives the number of runs removed.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn prune(&self, before: &str) -> Result<u64> {
        let mut transaction = self.pool.begin().await?;
        let newest = "SELECT id FROM run WHERE finished_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1";
        let keep: Option<String> =
            sqlx::query(newest).fetch_optional(&mut *transaction).await?.map(|row| row.try_get(0)).transpose()?;
        let keep = keep.unwrap_or_default();
        for table in ["transition", "record"] {
            let text =
                format!("DELETE FROM {table} WHERE run IN (SELECT id FROM run WHERE started_at < $1 AND id <> $2)");
            sqlx::query(AssertSqlSafe(text)).bind(before).bind(&keep).execute(&mut *transaction).await?;
        }
        let gone = sqlx::query("DELETE FROM run WHERE started_at < $1 AND id <> $2");
        let gone = gone.bind(before).bind(&keep).execute(&mut *transaction).await?;
        sqlx::query(
            "DELETE FROM document WHERE digest NOT IN (SELECT assessment FROM record WHERE assessment IS NOT NULL)",
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(gone.rows_affected())
    }
}

/// Whether an assessment is there already. To compress it for nothing takes longer than to ask.
async fn is_kept(transaction: &mut Transaction<'_, Any>, digest: &str) -> Result<bool> {
    let query = sqlx::query("SELECT 1 FROM document WHERE digest = $1").bind(digest);
    Ok(query.fetch_optional(&mut **transaction).await?.is_some())
}

fn sqlite_connection(connection: &sqlx::AnyConnection) -> bool {
    connection.backend_name().eq_ignore_ascii_case("sqlite")
}

/// What changed between the marks of two runs, whose requirements need not be the same.
fn changes(ids: &[String], before: &str, run: &Run, now: &str) -> Vec<(String, char, char)> {
    let before: std::collections::BTreeMap<&str, char> = ids.iter().map(String::as_str).zip(before.chars()).collect();
    let now = run.requirements.iter().map(|id| id.as_str()).zip(now.chars());
    now.filter_map(|(id, to)| {
        let from = *before.get(id)?;
        (from != to).then(|| (id.to_owned(), from, to))
    })
    .collect()
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Broken(error.to_string()))
}

fn name(text: &str) -> Result<RepositoryName> {
    text.parse().map_err(|error: crate::model::portfolio::NotARepository| StoreError::Broken(error.to_string()))
}

fn mark(text: &str) -> Result<Mark> {
    let read = text.chars().next().and_then(Mark::read);
    read.ok_or_else(|| StoreError::Broken(format!("`{text}` is no mark")))
}

fn level(number: Option<i64>) -> Option<Level> {
    u8::try_from(number?).ok()?.try_into().ok()
}

fn run_of(row: &AnyRow) -> Result<Run> {
    Ok(Run {
        id: row.try_get(0)?,
        started_at: row.try_get(1)?,
        finished_at: row.try_get(2)?,
        catalog: row.try_get(3)?,
        requirements: parsed(&row.try_get::<String, _>(4)?)?,
        policies: row.try_get(5)?,
        tool: row.try_get(6)?,
        conditions: parsed(&row.try_get::<String, _>(7)?)?,
        inventory: parsed(&row.try_get::<String, _>(8)?)?,
    })
}

fn record_of(row: &AnyRow) -> Result<Record> {
    let marks: Option<String> = row.try_get(3)?;
    let result = match marks {
        Some(marks) => {
            let level = level(row.try_get(2)?);
            let assessment: Option<String> = row.try_get(4)?;
            RepositoryResult::Assessed {
                commit: row.try_get(1)?,
                level,
                marks,
                assessment: assessment.unwrap_or_default(),
            }
        }
        None => {
            let (why, passing): (Option<String>, Option<i64>) = (row.try_get(5)?, row.try_get(6)?);
            RepositoryResult::NotAssessed { why: why.unwrap_or_default(), passing: passing == Some(1) }
        }
    };
    Ok(Record { repository: name(&row.try_get::<String, _>(0)?)?, result })
}

fn compressed(text: &str) -> Result<Vec<u8>> {
    // Equal texts give equal bytes: the header holds no time.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.map_err(|error| StoreError::Broken(error.to_string()))
}

#[cfg(test)]
mod tests;
