//! What happens, told to whoever waits: a line that moves on a terminal where something takes more than a second, or one line
//! of JSON per event for programs. Both go to standard error, and never into the way of results.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};

use crate::collect::forge::{self, Notice, Observer};

/// What takes less than this shows nothing.
const SOON: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);

/// How events are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people: progress on a terminal, and errors.
    #[default]
    Text,
    /// One JSON object per line: steps, requests, waits and errors.
    Json,
}

/// The events of one run. It falls silent when it goes away.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    format: LogFormat,
    step: Arc<RwLock<String>>,
}

impl Progress {
    /// Progress for people is shown on a terminal only, and neither in pipelines nor where quiet was asked for.
    pub(super) fn new(format: LogFormat, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let in_pipeline = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let visible = std::io::stderr().is_terminal() && !in_pipeline && !is_dumb && !quiet;
        if visible && format == LogFormat::Text {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
                bar.set_style(style);
            }
            let later = bar.clone();
            std::thread::spawn(move || {
                std::thread::sleep(SOON);
                if !later.is_finished() {
                    later.set_draw_target(ProgressDrawTarget::stderr());
                    later.enable_steady_tick(TICK);
                }
            });
        }
        Self { bar, format, step: Arc::default() }
    }

    /// Nothing is said, such as between questions to a person.
    pub(super) fn silent() -> Self {
        Self::new(LogFormat::Text, true)
    }

    /// Says what begins now.
    pub(super) fn step(&self, what: &str) {
        what.clone_into(&mut self.step.write().unwrap_or_else(PoisonError::into_inner));
        self.bar.set_message(what.to_owned());
        if self.format == LogFormat::Json {
            log("info", json!({"event": "step", "step": what}));
        }
    }

    /// Tells programs what happened; people see the line that moves.
    pub(super) fn tell(&self, level: &str, event: Json) {
        if self.format == LogFormat::Json {
            log(level, event);
        }
    }

    /// Somebody to tell what happens at the forge.
    pub(super) fn observer(&self) -> Observer {
        let (bar, format, step) = (self.bar.clone(), self.format, Arc::clone(&self.step));
        let requests = AtomicU64::new(0);
        Observer::new(move |notice| {
            let step = step.read().unwrap_or_else(PoisonError::into_inner);
            match notice {
                Notice::Asked { .. } => {
                    let number = requests.fetch_add(1, Ordering::Relaxed) + 1;
                    bar.set_message(format!("{step}: {number} requests answered"));
                }
                Notice::Waiting { wait } => {
                    bar.set_message(format!("{step}: waiting {} s, as the server asks", wait.as_secs()));
                }
            }
            if format == LogFormat::Json {
                let (level, event) = event(notice);
                log(level, event);
            }
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn event(notice: &Notice<'_>) -> (&'static str, Json) {
    let milliseconds = |time: &Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match notice {
        Notice::Asked { method, path, status, took } => {
            let level = if status.is_some_and(|status| status < 400) { "info" } else { "warn" };
            let path = forge::redact(path);
            (
                level,
                json!({"event": "request", "method": method, "path": path, "status": status, "ms": milliseconds(took)}),
            )
        }
        Notice::Waiting { wait } => ("warn", json!({"event": "wait", "ms": milliseconds(wait)})),
    }
}

/// Writes one line. That nobody reads it is no error.
pub(super) fn log(level: &str, mut event: Json) {
    event["level"] = json!(level);
    event["time"] = json!(jiff::Timestamp::now().to_string());
    let _ = writeln!(std::io::stderr().lock(), "{event}");
}
