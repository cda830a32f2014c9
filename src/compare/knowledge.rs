//! What a state could see, and whether the next one could see less. Who sees less does not learn that a project got worse.

use std::collections::BTreeSet;

use crate::model::assessment::FactsRef;
use crate::model::comparison::Cause;
use crate::model::ruling::Need;
use crate::model::source::Source;

/// Sources that the project itself brings along: what is in them, or no longer in them, is its own doing.
const OWN: [&str; 3] = ["git", "worktree", "config"];
/// What a clone may lack.
const CLONE: [&str; 2] = ["history", "tags"];

/// What a state could see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Knowledge {
    /// Names of sources that answered, and of the access they were asked with.
    pub(super) capabilities: BTreeSet<String>,
    /// Facts that were not known for want of a right to see them.
    pub(super) refused: BTreeSet<String>,
    /// All facts that were not known; none where nobody wrote them down.
    pub(super) unknown: Option<BTreeSet<String>>,
}

impl Knowledge {
    pub(super) fn of(facts: &FactsRef) -> Self {
        let answered = facts.sources.iter().filter(|(id, source)| !OWN.contains(&id.as_str()) && answered(source));
        let mut capabilities: BTreeSet<String> = answered.map(|(id, _)| id.clone()).collect();
        let permission = facts.access.permission.as_deref().unwrap_or_default();
        let levels = ["read", "write", "admin"];
        let reached = levels.iter().position(|level| *level == permission).map_or(0, |at| at + 1);
        capabilities.extend(levels.iter().take(reached).map(|level| format!("access:{level}")));
        if facts.access.org_owner == Some(true) {
            capabilities.insert("access:organization-owner".to_owned());
        }
        let refused =
            facts.unknown.iter().filter(|(_, reason)| matches!(reason.as_str(), "forbidden" | "unauthenticated"));
        Self {
            capabilities,
            refused: refused.map(|(fact, _)| fact.clone()).collect(),
            unknown: Some(facts.unknown.keys().cloned().collect()),
        }
    }

    /// Whether a fact was, or may have been, known.
    fn knew(&self, fact: &str) -> bool {
        let unknown = self.unknown.as_ref().unwrap_or(&self.refused);
        !unknown.contains(fact)
    }

    fn lacks_any(&self, of: &Self, names: impl Fn(&str) -> bool) -> bool {
        of.capabilities.iter().any(|name| names(name) && !self.capabilities.contains(name))
    }

    /// Whether something can be seen now that could not be seen before.
    pub(super) fn is_wider_than(&self, before: &Self) -> bool {
        before.lacks_any(self, |_| true)
    }
}

/// Why what is unknown now was lost from sight, where it was; none where it is the project that changed. `needs` are the
/// unknown facts that keep a requirement undecided.
pub(super) fn lost(needs: &[Need], before: &Knowledge, now: &Knowledge) -> Option<Cause> {
    let causes = needs.iter().filter_map(|need| lost_one(need, before, now));
    // Trouble on the way explains more than a weaker credential.
    causes.max_by_key(|cause| *cause == Cause::Network)
}

fn lost_one(need: &Need, before: &Knowledge, now: &Knowledge) -> Option<Cause> {
    if !before.knew(&need.fact) {
        return None;
    }
    let outside: Vec<&str> = need.src.iter().map(String::as_str).filter(|source| !OWN.contains(source)).collect();
    let weaker_access = now.lacks_any(before, |name| name.starts_with("access:"));
    let weaker_clone = now.lacks_any(before, |name| CLONE.contains(&name));
    match (need.reason.as_str(), outside.is_empty()) {
        ("rate_limited" | "error" | "truncated" | "parse_error", false) => Some(Cause::Network),
        ("offline" | "unauthenticated" | "forbidden" | "not_requested", false) => {
            let was_read = outside.iter().any(|source| before.capabilities.contains(*source));
            (was_read || weaker_access).then_some(Cause::Credential)
        }
        ("not_requested" | "truncated" | "unsupported", true) if need.src.iter().any(|source| source == "git") => {
            weaker_clone.then_some(Cause::Credential)
        }
        _ => None,
    }
}

/// Whether a source answered at all; that something is not there is an answer.
fn answered(source: &Source) -> bool {
    match source.status {
        Some(status) => matches!(status, 200..=399 | 404),
        // A part of the clone has no status; a question that came to nothing has none either.
        None => source.kind == "git" && !source.reference.starts_with("GET "),
    }
}
