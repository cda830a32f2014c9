//! Whose a module is: whether the tree itself holds what an import names. It errs towards «own»: what is called foreign
//! must really be missing from the tree.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::collect::Context;
use crate::collect::path::RepoPath;
use crate::collect::scan::SourceFile;
use crate::model::subject::Subject;

/// Components of a header's path that are compared.
const HEADER_PARTS: usize = 4;

/// What the tree holds and declares.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Names of directories and, without extension, of files, in lower case.
    names: HashSet<String>,
    /// Ends of the paths of headers, in lower case.
    headers: HashSet<String>,
    /// By ecosystem: names that source files declare.
    declared: BTreeMap<String, BTreeSet<String>>,
    /// By ecosystem: names that manifests give to what they describe.
    packages: BTreeMap<String, BTreeSet<String>>,
    /// Where the repository itself is imported from.
    address: Option<String>,
}

impl Own {
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let mut own = Self { address: address(cx.subject), ..Self::default() };
        for entry in cx.tree.entries() {
            let lower = entry.path.lower();
            let (above, name) = lower.rsplit_once('/').unwrap_or(("", lower));
            let stem = name.split('.').next().unwrap_or(name);
            if !own.names.contains(stem) {
                own.names.insert(stem.to_owned());
            }
            for part in above.split('/').filter(|part| !part.is_empty()) {
                if !own.names.contains(part) {
                    own.names.insert(part.to_owned());
                }
            }
            if is_header(name) {
                for (at, _) in lower.rmatch_indices('/').take(HEADER_PARTS) {
                    own.headers.insert(lower.get(at + 1..).unwrap_or_default().to_owned());
                }
                own.headers.insert(lower.to_owned());
            }
        }
        own
    }

    pub(super) fn declare(&mut self, ecosystem: &str, source: &SourceFile) {
        if !source.declared.is_empty() {
            self.declared.entry(ecosystem.to_owned()).or_default().extend(source.declared.iter().cloned());
        }
    }

    pub(super) fn package(&mut self, ecosystem: &str, name: &str) {
        self.packages.entry(ecosystem.to_owned()).or_default().insert(name.to_owned());
    }

    /// Whether what `module` names in a file of an ecosystem lies in the tree.
    pub(super) fn holds(&self, ecosystem: &str, module: &str) -> bool {
        let lower = module.to_lowercase();
        let packages = self.packages.get(ecosystem);
        if packages.is_some_and(|names| names.contains(module)) {
            return true;
        }
        match ecosystem {
            "go" => {
                let below = |root: &str| {
                    lower
                        .strip_prefix(&root.to_lowercase())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                packages.into_iter().flatten().any(|root| below(root)) || self.address.as_deref().is_some_and(below)
            }
            "c" | "objective_c" => self.holds_header(&lower),
            "maven" => self.holds_package(ecosystem, module, '.', 3),
            "nuget" => self.holds_package(ecosystem, module, '.', 1) && !module.starts_with("Microsoft."),
            "composer" => self.holds_package(ecosystem, module, '\\', 1),
            "perl" => {
                let last = lower.rsplit("::").next().unwrap_or_default();
                self.declares(ecosystem, module) || self.names.contains(last)
            }
            "npm" => {
                let first = lower.trim_start_matches('@').split('/').next().unwrap_or_default();
                let scope = module.split_once('/').map_or("", |(scope, _)| scope);
                let same_scope = |name: &String| {
                    !scope.is_empty() && module.starts_with('@') && name.starts_with(&format!("{scope}/"))
                };
                packages.into_iter().flatten().any(same_scope) || (!module.contains(':') && self.names.contains(first))
            }
            "fortran" | "julia" | "cargo" => self.declares(ecosystem, module) || self.names.contains(&lower),
            _ => {
                let first = lower.split(['.', '/']).next().unwrap_or_default();
                let last = lower.rsplit(['.', '/']).next().unwrap_or_default();
                self.names.contains(first) || (ecosystem == "lua" && self.names.contains(last))
            }
        }
    }

    fn declares(&self, ecosystem: &str, name: &str) -> bool {
        self.declared.get(ecosystem).is_some_and(|names| names.contains(name))
    }

    fn holds_header(&self, path: &str) -> bool {
        let end =
            path.rmatch_indices('/').nth(HEADER_PARTS - 1).map_or(path, |(at, _)| path.get(at + 1..).unwrap_or(path));
        self.headers.contains(end)
    }

    /// Whether a declared name begins with the same `parts` components, or is a beginning of the module's name.
    fn holds_package(&self, ecosystem: &str, module: &str, separator: char, parts: usize) -> bool {
        let Some(declared) = self.declared.get(ecosystem) else { return false };
        let ends = || module.match_indices(separator).map(|(at, _)| at);
        if declared.contains(module) || ends().any(|at| declared.contains(module.get(..at).unwrap_or(module))) {
            return true;
        }
        let stem = ends().nth(parts - 1).and_then(|at| module.get(..at)).unwrap_or(module);
        let below =
            |name: &String| name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator));
        declared.range(stem.to_owned()..).take_while(|name| name.starts_with(stem)).any(below)
    }
}

fn is_header(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    // Templates of headers are configured into headers.
    matches!(
        extension,
        "h" | "hh" | "hpp" | "hxx" | "h++" | "inc" | "inl" | "ipp" | "cuh" | "tpp" | "in" | "" | "def" | "c" | "cpp"
    )
}

fn address(subject: &Subject) -> Option<String> {
    Some(format!("{}/{}/{}", subject.host.as_ref()?, subject.owner.as_ref()?, subject.name))
}

/// The directory of vendored sources that a path lies in: up to the telling component and one more.
pub(super) fn vendored_root(path: &RepoPath, is_vendored: impl Fn(&str) -> bool) -> Option<String> {
    let parts: Vec<String> = path.parts().map(|part| part.into_owned()).collect();
    let at = parts.iter().position(|part| is_vendored(&part.to_lowercase()))?;
    let last = parts.len().saturating_sub(1).min(at + 2);
    Some(parts.get(..last)?.join("/"))
}
