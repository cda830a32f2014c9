//! The flows that are kept: every kind has room of its own, so that many of one kind never hide one of another.

use std::collections::{BTreeMap, BTreeSet};

use super::Flow;
use crate::collect::limits;

/// Flows as they are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kinds: BTreeMap<Kind, BTreeSet<Flow>>,
    /// Whether some that may matter was left out.
    cut: bool,
}

/// What is alike for a verdict, the most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    harmless: bool,
    class: u8,
    indirect: bool,
    weaker: bool,
}

impl Kind {
    fn of(flow: &Flow) -> Self {
        if flow.sanitiser != "none" {
            return Self { harmless: true, class: 0, indirect: false, weaker: false };
        }
        let class = match flow.source_class.as_str() {
            "untrusted" => 0,
            "collaborator" => 1,
            "unclear" => 2,
            _ => 3,
        };
        let code = matches!(flow.sink.as_str(), "shell" | "script" | "action_code") && flow.via != "variable";
        let weaker = !flow.guards.is_empty() || flow.input_type.as_deref() == Some("number");
        Self { harmless: false, class, indirect: !code, weaker }
    }
}

impl Findings {
    /// Takes a flow, as long as there is room for its kind.
    pub(super) fn add(&mut self, flow: Flow) {
        let kind = Kind::of(&flow);
        let known = self.kinds.entry(kind).or_default();
        if known.len() < limits::FLOWS {
            known.insert(flow);
        } else if !known.contains(&flow) {
            self.cut |= !kind.harmless;
        }
    }

    /// The flows that matter most, sorted by place, and whether none that may matter is left out.
    pub(super) fn finish(self) -> (Vec<Flow>, bool) {
        let open = self.kinds.keys().filter(|kind| !kind.harmless).count();
        let share = limits::FLOWS / (open + 1);
        let (mut kept, mut rest) = (Vec::new(), Vec::new());
        for (kind, flows) in self.kinds {
            let mut flows = flows.into_iter();
            if !kind.harmless {
                kept.extend(flows.by_ref().take(share));
            }
            rest.extend(flows);
        }
        let room = limits::FLOWS.saturating_sub(kept.len());
        let cut = self.cut || rest.iter().skip(room).any(|flow| flow.sanitiser == "none");
        rest.truncate(room);
        kept.extend(rest);
        kept.sort();
        (kept, !cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(line: usize, class: &str, sanitiser: &str) -> Flow {
        Flow {
            path: "a".to_owned(),
            line: line as u64,
            column: None,
            system: String::new(),
            job: String::new(),
            step: String::new(),
            expr: String::new(),
            source: String::new(),
            source_class: class.to_owned(),
            input_type: None,
            sink: "shell".to_owned(),
            via: "direct".to_owned(),
            sanitiser: sanitiser.to_owned(),
            guards: Vec::new(),
            fix: None,
        }
    }

    #[test]
    fn many_of_one_kind_hide_none_of_another() {
        let mut findings = Findings::default();
        (0..3 * limits::FLOWS).for_each(|line| findings.add(flow(line, "collaborator", "none")));
        findings.add(flow(9 * limits::FLOWS, "untrusted", "none"));
        let (kept, complete) = findings.finish();
        assert!(!complete);
        assert_eq!(kept.len(), limits::FLOWS);
        assert_eq!(kept.last().map(|flow| flow.source_class.as_str()), Some("untrusted"));
    }

    #[test]
    fn harmless_ones_are_cut_first_and_missed_by_nobody() {
        let mut findings = Findings::default();
        (0..2 * limits::FLOWS).for_each(|line| findings.add(flow(line, "untrusted", "env_quoted")));
        (0..limits::FLOWS).for_each(|line| findings.add(flow(line, "writer", "none")));
        let (kept, complete) = findings.finish();
        assert!(complete);
        assert!(kept.iter().all(|flow| flow.sanitiser == "none"));
    }
}
