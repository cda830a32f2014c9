//! Work that several machines share: the projects of a run as jobs in PostgreSQL. Each is leased to one worker at a time; the
//! lease of a worker that went away ends, and somebody else takes the job. One that keeps failing is given up. What a job
//! does has to be safe to do twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{Data, TaskBuilder, WorkerBuilder, WorkerBuilderExt as _, WorkerError};
use apalis_postgres::{Config, PgPool, PostgresStorage, queries};
use sqlx::Row as _;

use super::{Result, StoreError};

/// How often a job is tried.
const ATTEMPTS: usize = 3;
/// How often a worker looks whether anything is left.
const LOOK: Duration = Duration::from_millis(500);
/// Heartbeats that a worker may miss before its jobs go to others.
const MISSED: u32 = 3;

/// Whether a job is not over: it waits, somebody has it, or it will be tried again.
const LEFT: &str = "(status IN ('Pending', 'Queued', 'Running') OR (status = 'Failed' AND attempts < max_attempts))";

/// The jobs of one run.
#[derive(Debug, Clone)]
pub struct Queue {
    pool: PgPool,
    name: String,
}

/// What a worker needs of a machine.
#[derive(Debug, Clone)]
pub struct Worker {
    /// A name that no other worker has.
    pub name: String,
    /// Jobs done at once.
    pub jobs: usize,
    /// How long it may say nothing before its jobs go to others.
    pub silence: Duration,
}

impl Queue {
    /// Whether work can be shared in the store of this address.
    ///
    /// # Errors
    /// It is not one of PostgreSQL.
    pub fn is_possible_in(address: &str) -> Result<()> {
        match address.starts_with("postgres://") || address.starts_with("postgresql://") {
            true => Ok(()),
            false => Err(StoreError::NoQueue),
        }
    }

    /// Opens the queue of a run.
    ///
    /// # Errors
    /// The address is not that of PostgreSQL, or the database refuses.
    pub async fn open(address: &str, run: &str) -> Result<Self> {
        Self::is_possible_in(address)?;
        let pool = PgPool::connect(address).await?;
        PostgresStorage::setup(&pool).await.map_err(|error| StoreError::Database(error.to_string()))?;
        Ok(Self { pool, name: format!("osps:{run}") })
    }

    /// Puts jobs there, unless they are there already. One that is over, and is put there again, is done once more.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn put(&self, jobs: &[String]) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock(8210343)").execute(&mut *transaction).await?;
        let over = format!("DELETE FROM apalis.jobs WHERE job_type = $1 AND idempotency_key = ANY($2) AND NOT {LEFT}");
        sqlx::query(sqlx::AssertSqlSafe(over)).bind(&self.name).bind(jobs).execute(&mut *transaction).await?;
        let there = sqlx::query("SELECT idempotency_key FROM apalis.jobs WHERE job_type = $1").bind(&self.name);
        let there = there.fetch_all(&mut *transaction).await?;
        let there = there.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<BTreeSet<String>>>()?;
        let task = |job: &String| {
            let bytes = serde_json::to_vec(job).map_err(|error| StoreError::Broken(error.to_string()))?;
            Ok(TaskBuilder::new(bytes).idempotency_key(job).max_attempts(ATTEMPTS).build())
        };
        let tasks = jobs.iter().filter(|job| !there.contains(*job)).map(task).collect::<Result<Vec<_>>>()?;
        if !tasks.is_empty() {
            let put = queries::push_tasks(&mut *transaction, &self.name, tasks).await;
            put.map_err(|error| StoreError::Database(error.to_string()))?;
        }
        Ok(transaction.commit().await?)
    }

    /// How many jobs are not over.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn left(&self) -> Result<i64> {
        let count = format!("SELECT COUNT(*) FROM apalis.jobs WHERE job_type = $1 AND {LEFT}");
        Ok(sqlx::query(sqlx::AssertSqlSafe(count)).bind(&self.name).fetch_one(&self.pool).await?.try_get(0)?)
    }

    /// Takes jobs and does them until none is left anywhere.
    ///
    /// # Errors
    /// The database refuses, or the worker cannot go on.
    pub async fn work<F, Fut>(&self, worker: &Worker, job: F) -> Result<()>
    where
        F: Fn(String) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = std::result::Result<(), String>> + Send + 'static,
    {
        let config = Config::default().queue(&self.name).batch_size(1);
        let config = config.heartbeat_interval(worker.silence / MISSED).missed_heartbeats(MISSED as usize);
        let backend = PostgresStorage::<String>::new(&self.pool).with_config(config);
        let job = Arc::new(job);
        let work = move |name: String, job: Data<Arc<F>>| async move { job(name).await.map_err(std::io::Error::other) };
        let built =
            WorkerBuilder::new(worker.name.as_str()).backend(backend).data(job).concurrency(worker.jobs).build(work);
        let queue = self.clone();
        let until = async move {
            loop {
                if queue.left().await.map_err(|error| std::io::Error::other(error.to_string()))? == 0 {
                    return Ok::<(), std::io::Error>(());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let ended: std::result::Result<(), WorkerError> = built.run_until(until).await;
        ended.map_err(|error| StoreError::Database(error.to_string()))
    }
}
