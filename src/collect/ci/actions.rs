//! The table of known actions: what they need of the token, and what they do with what they are given.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::commands::wildcard;
use crate::collect::Context;
use crate::collect::tables;

/// One entry of the table.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Action {
    uses: Vec<String>,
    #[serde(default)]
    pub(super) needs: Vec<String>,
    #[serde(default)]
    off: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    when: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) code: Vec<String>,
    #[serde(default)]
    outputs: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) executes: bool,
    #[serde(default)]
    pub(super) obtains: Option<String>,
    #[serde(default)]
    pub(super) guard: bool,
    /// The output that says `true` or `false` to what was asked.
    #[serde(default)]
    pub(super) tells: Option<String>,
}

impl Action {
    /// Whether inputs switch its needs off.
    pub(super) fn is_off(&self, input: impl Fn(&str) -> Option<String>) -> bool {
        self.off.iter().any(|(name, values)| {
            input(name).is_some_and(|given| values.iter().any(|value| wildcard(value, given.trim())))
        })
    }

    /// Scopes that it needs with what it is given: those that only an input asks for are left out where it is not given.
    pub(super) fn needed(&self, input: impl Fn(&str) -> Option<String>) -> impl Iterator<Item = &String> {
        self.needs.iter().filter(move |scope| {
            let asks = |name: &String| input(name).is_some_and(|given| !matches!(given.trim(), "" | "false"));
            self.when.get(*scope).is_none_or(|names| names.iter().any(asks))
        })
    }

    /// Names of outputs, with `*` for any letters, and who controls them.
    pub(super) fn outputs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.outputs.iter().map(|(name, who)| (name.as_str(), who.as_str()))
    }
}

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
struct Table {
    #[serde(default)]
    actions: Vec<Action>,
}

/// The table, ready to be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Table")]
pub(super) struct Actions {
    actions: Vec<Action>,
    /// The entry of each exact name.
    exact: BTreeMap<String, usize>,
    /// Names with `*` and their entries, the longest first.
    patterns: Vec<(String, usize)>,
}

impl From<Table> for Actions {
    fn from(table: Table) -> Self {
        let mut actions = Self { actions: table.actions, ..Self::default() };
        for (place, action) in actions.actions.iter().enumerate() {
            for uses in action.uses.iter().map(|uses| uses.to_lowercase()) {
                if uses.contains('*') {
                    actions.patterns.push((uses, place));
                } else {
                    actions.exact.entry(uses).or_insert(place);
                }
            }
        }
        actions.patterns.sort_by_key(|(uses, _)| std::cmp::Reverse(uses.len()));
        actions
    }
}

impl Actions {
    pub(super) fn load(cx: &Context<'_>) -> Arc<Self> {
        cx.policies.prepared(|policies| tables::load(policies, "actions")).unwrap_or_default()
    }

    /// The entry about an action, by its address without the reference. The most exact name decides.
    pub(super) fn get(&self, address: &str) -> Option<&Action> {
        let address = address.to_lowercase();
        let pattern = || self.patterns.iter().find(|(uses, _)| wildcard(uses, &address)).map(|(_, place)| place);
        self.exact.get(&address).or_else(pattern).and_then(|place| self.actions.get(*place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn the_most_exact_entry_decides() {
        let text = crate::bundle::Bundle::policies().get("tables/actions.yaml").expect("the table").to_owned();
        let table: Actions = yaml::from_str(&text).expect("it parses");
        assert_eq!(table.get("actions/deploy-pages").map(|action| action.needs.len()), Some(2));
        assert!(table.get("actions-cool/check-user-permission").is_some_and(|action| action.guard));
        assert!(table.get("Actions/GitHub-Script").is_some_and(|action| action.code == ["script"]));
        assert!(table.get("acme/unknown").is_none());
        let files = table.get("tj-actions/changed-files").expect("known");
        assert!(files.outputs().any(|(name, who)| (name, who) == ("*", "untrusted")));
        let build = table.get("docker/build-push-action").expect("known");
        assert!(build.is_off(|name| (name == "push").then(|| "false".to_owned())));
        let stale = table.get("actions/stale").expect("known");
        assert!(!stale.needed(|_| None).any(|scope| scope == "contents"));
        assert!(stale.needed(|name| (name == "delete-branch").then(|| "true".to_owned())).any(|s| s == "contents"));
    }
}
