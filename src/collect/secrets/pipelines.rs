//! Passwords of registries that stand in pipelines as they are.

use super::SecretCandidate;
use crate::collect::Context;
use crate::yaml::{self, Node};

/// Directories of workflows whose containers may name credentials.
const DIRECTORIES: &[&str] = &[".github/workflows", ".forgejo/workflows", ".gitea/workflows"];

/// Literal passwords under `credentials` of the containers and services of jobs.
pub(super) fn passwords(cx: &Context<'_>) -> Vec<SecretCandidate> {
    let reader = cx.tree.reader();
    let mut found = Vec::new();
    for entry in DIRECTORIES.iter().flat_map(|directory| cx.tree.below(directory)) {
        let name = entry.path.name_lower();
        if !entry.mode.is_file() || !(name.ends_with(".yml") || name.ends_with(".yaml")) {
            continue;
        }
        let text = reader.text(entry).filter(|text| text.contains("password"));
        let document = text.and_then(|text| yaml::parse(&text).ok().flatten());
        let Some(jobs) = document.as_ref().and_then(|document| document.get("jobs")) else { continue };
        for (_, job) in jobs.entries() {
            let services = job.get("services").map_or(&[][..], Node::entries).iter().map(|(_, service)| service);
            for password in
                job.get("container").into_iter().chain(services).filter_map(|one| one.at("credentials.password"))
            {
                if password.as_str().is_some_and(|value| !value.is_empty() && !value.contains("${{")) {
                    found.push(SecretCandidate {
                        path: entry.path.text(),
                        line: password.line,
                        rule: "registry-password".to_owned(),
                        confidence: "high".to_owned(),
                        state: "plain".to_owned(),
                        test_path: false,
                    });
                }
            }
        }
    }
    found
}
