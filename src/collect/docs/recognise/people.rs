//! People and groups of people.

use std::collections::BTreeSet;

use super::{Kind, Mark, Spoke};
use crate::collect::docs::words::{Break, WordKind};

/// Words of a name.
const LONGEST: usize = 5;

pub(super) fn recognise(words: &[Spoke<'_>], bots: &BTreeSet<String>, marks: &mut Vec<Mark>) {
    for (at, word) in words.iter().enumerate() {
        if word.kind == WordKind::Handle {
            let name = word.norm.trim_start_matches('@');
            if name.contains('/') {
                marks.push(Mark { kind: Kind::Team, first: at, last: at });
            } else if is_personal(name, bots) {
                marks.push(Mark { kind: Kind::Person, first: at, last: at });
            }
        }
        if matches!(word.norm, "team" | "committee" | "council" | "board" | "group" | "sig" | "maintainers") && at > 0 {
            marks.push(Mark { kind: Kind::Team, first: at - 1, last: at });
        }
        if let Some(last) = name_at(words, at) {
            marks.push(Mark { kind: Kind::Person, first: at, last });
        }
    }
}

fn is_personal(name: &str, bots: &BTreeSet<String>) -> bool {
    let parts: Vec<&str> = name.split(['-', '_']).collect();
    let bot = bots.contains(name) || parts.iter().any(|part| bots.contains(*part) || *part == "bot" || part.ends_with("[bot"));
    let group = parts.iter().any(|part| matches!(*part, "team" | "maintainers" | "admins" | "reviewers" | "owners" | "core" | "security" | "org" | "username" | "user" | "handle" | "name"));
    !bot && !group && !name.is_empty() && !name.contains('.')
}

/// The last word of a name of a person that begins at a word: capitalised words at the start of an entry, or beside an account or address.
fn name_at(words: &[Spoke<'_>], at: usize) -> Option<usize> {
    let first = words.get(at)?;
    let opens = at == 0 || first.before >= Break::Soft || first.lead != words.get(at - 1).is_some_and(|word| word.lead);
    if !opens || !is_name(first) {
        return None;
    }
    let mut last = at;
    while last + 1 < words.len() && last - at + 1 < LONGEST {
        let next = &words[last + 1];
        if next.before != Break::None || !(is_name(next) || is_particle(next) && words.get(last + 2).is_some_and(is_name) || is_initial(next)) {
            break;
        }
        last += 1;
    }
    if last == at {
        return None;
    }
    let after = words.get(last + 1);
    let ends = after.is_none_or(|word| word.before > Break::None || matches!(word.kind, WordKind::Mail | WordKind::Handle | WordKind::Url));
    let beside = after.is_some_and(|word| matches!(word.kind, WordKind::Mail | WordKind::Handle));
    let alone = ends && (at == 0 || first.before >= Break::Hard || first.before == Break::Lead || words.get(at - 1).is_some_and(|word| word.lead));
    (beside || alone).then_some(last)
}

fn is_initial(word: &Spoke<'_>) -> bool {
    word.raw.chars().count() == 1 && word.raw.starts_with(char::is_uppercase)
}

fn is_particle(word: &Spoke<'_>) -> bool {
    matches!(word.norm, "van" | "von" | "de" | "der" | "den" | "da" | "di" | "la" | "le" | "bin" | "ibn" | "al" | "el" | "dos" | "del")
}

/// A capitalised word that is no common word of a heading, a product or a role.
fn is_name(word: &Spoke<'_>) -> bool {
    let mut chars = word.raw.chars();
    let capital = chars.next().is_some_and(char::is_uppercase);
    let rest = chars.as_str();
    capital
        && word.kind == WordKind::Plain
        && rest.chars().count() > 0
        && rest.chars().any(char::is_lowercase)
        && word.raw.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '’')
        && !is_common(word.norm)
}

fn is_common(norm: &str) -> bool {
    const COMMON: &[&str] = &[
        "active", "administrator", "administrators", "advisory", "all", "api", "apache", "architecture", "authors", "azure", "bug", "build",
        "change", "changes", "chair", "chat", "check", "ci", "cli", "cloud", "code", "commit", "committee", "committer", "committers",
        "community", "company", "conduct", "contact", "continuous", "contributing", "contribution", "contributor", "contributors", "core",
        "council", "current", "data", "dependency", "developer", "developers", "development", "docker", "docs", "documentation", "emeritus",
        "engine", "engineering", "everyone", "feature", "foundation", "former", "founder", "full", "general", "getting", "git", "github",
        "gitlab", "global", "google", "governance", "group", "guide", "help", "hub", "issue", "issues", "kubernetes", "lead", "leads",
        "license", "linux", "list", "main", "maintainer", "maintainers", "maintenance", "management", "manager", "member", "members",
        "microsoft", "module", "name", "new", "open", "organization", "our", "owner", "owners", "package", "partner", "past", "platform",
        "please", "policy", "primary", "process", "product", "program", "project", "public", "pull", "python", "quality", "release",
        "releases", "repository", "request", "requests", "responsible", "review", "reviewer", "reviewers", "role", "roles", "rust",
        "section", "security", "senior", "server", "service", "slack", "software", "source", "special", "staff", "standard", "steering",
        "steward", "support", "system", "table", "team", "teams", "technical", "test", "testing", "the", "this", "tool", "tools", "triage",
        "triager", "user", "users", "version", "vulnerability", "web", "we", "windows", "working", "write", "access", "admin", "area",
        "areas", "responsibilities", "affiliation", "email", "handle", "username", "status", "subproject", "component", "components",
        "library", "framework", "reporting", "reports", "private", "supported", "versions", "no", "not", "none", "any", "see", "for",
        "in", "of", "and", "to", "if", "it", "you", "your", "how", "what", "when", "who", "why", "where", "with", "from", "by", "on",
        "a", "an", "as", "at", "is", "are", "must", "should", "may", "can", "will", "first", "second", "third", "next", "last", "only",
        "both", "each", "every", "other", "another", "more", "most", "many", "some", "such", "these", "those", "they", "their", "there",
        "then", "than", "that", "use", "using", "add", "run", "make", "join", "mailing", "discussions", "discussion", "meeting", "meetings",
        "vote", "voting", "decision", "decisions", "becoming", "become", "nomination", "approval", "code-owner", "licence", "inc", "llc", "ltd",
    ];
    COMMON.contains(&norm)
}
