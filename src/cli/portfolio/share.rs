//! A run that several machines work on at once: each takes projects from one queue, assesses them and keeps what came of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::run::{Judges, Telling, ended, instant};
use crate::model::portfolio::{Done, Project, Run};
use crate::store::Store;
use crate::store::queue::{Queue, Worker};

/// What a worker has to do: the place of a project in the inventory, and where to say what came of it.
type Order = (usize, oneshot::Sender<Vec<Done>>);

/// Where orders go, and where it is told what is done.
type Ends = (mpsc::Sender<Order>, mpsc::Sender<Vec<Done>>);

/// This machine's part in a run.
pub(super) struct Share<'a> {
    pub(super) store: &'a Store,
    pub(super) queue: &'a Queue,
    pub(super) run: &'a Run,
    /// How long a worker may be silent.
    pub(super) lease: Duration,
}

impl Share<'_> {
    /// Puts what is open into the queue, where nobody did so, and works until nothing of it is left on any machine.
    pub(super) fn work(
        &self,
        judges: &Judges<'_>,
        open: &[&Project],
        runtime: &Runtime,
        telling: &mut Telling<'_>,
    ) -> anyhow::Result<()> {
        let names: Vec<String> = open.iter().map(|project| project.id.clone()).collect();
        runtime.block_on(self.queue.put(&names))?;
        let (orders, taken) = mpsc::channel::<Order>();
        let (done, told) = mpsc::channel::<Vec<Done>>();
        // Only those who take orders hold their end: where all of them are gone, nobody waits for an answer.
        let taken = Arc::new(Mutex::new(taken));
        // What the queue does with a job may outlive its work; these ends must not.
        let ends = Arc::new(Mutex::new(Some((orders, done))));
        std::thread::scope(|scope| {
            let thread = |_| {
                let taken = Arc::clone(&taken);
                let take = move || {
                    let (place, answer) = taken.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()?;
                    let project = self.run.inventory.projects.get(place)?;
                    Some((project, move |done| answer.send(done).is_ok()))
                };
                scope.spawn(move || judges.one_after_the_other(take))
            };
            let threads = (0..judges.number).map(thread).collect();
            drop(taken);
            scope.spawn(move || told.iter().for_each(|done| telling.done(&done)));
            let worker = Worker {
                name: format!("osps-{}-{}", std::process::id(), Timestamp::now().as_nanosecond()),
                jobs: judges.number,
                silence: self.lease,
            };
            let worked = runtime.block_on(self.queue.work(&worker, self.job(&ends)));
            ends.lock().unwrap_or_else(PoisonError::into_inner).take();
            ended(threads)?;
            Ok(worked?)
        })
    }

    /// What is done with the name of a project. It can be done twice: what is kept already stays.
    fn job(
        &self,
        ends: &Arc<Mutex<Option<Ends>>>,
    ) -> impl Fn(String) -> std::pin::Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync + use<>
    {
        let projects = self.run.inventory.projects.iter().enumerate();
        let places: BTreeMap<String, usize> = projects.map(|(place, project)| (project.id.clone(), place)).collect();
        let (store, run, ends) = (self.store.clone(), Arc::new(self.run.clone()), Arc::clone(ends));
        move |name| {
            let place = places.get(&name).copied();
            let ends = ends.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let (store, run) = (store.clone(), Arc::clone(&run));
            Box::pin(async move {
                let place = place.ok_or_else(|| format!("the run has no project {name}"))?;
                let (orders, told) = ends.ok_or("the worker has ended")?;
                let (answer, answered) = oneshot::channel();
                orders.send((place, answer)).map_err(|_| "nobody takes orders")?;
                let done = answered.await.map_err(|_| "nobody answered")?;
                store.record(&run, &done, &instant()).await.map_err(|error| error.to_string())?;
                let _ = told.send(done);
                Ok(())
            })
        }
    }
}
