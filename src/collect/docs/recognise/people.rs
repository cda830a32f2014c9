//! People and groups of people.

use std::collections::BTreeSet;

use super::{Kind, Mark, Spoke};
use crate::collect::docs::model::Link;
use crate::collect::docs::words::{Break, WordKind, normal_words};

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
    let bot = bots.contains(name)
        || parts.iter().any(|part| bots.contains(*part) || *part == "bot" || part.ends_with("[bot"));
    let group = parts.iter().any(|part| {
        matches!(
            *part,
            "team"
                | "maintainers"
                | "admins"
                | "reviewers"
                | "owners"
                | "core"
                | "security"
                | "org"
                | "username"
                | "user"
                | "handle"
                | "name"
        )
    });
    !bot && !group && !name.is_empty() && !name.contains('.')
}

/// The last word of a name of a person that begins at a word: capitalised words at the start of an entry, or beside an account or address.
fn name_at(words: &[Spoke<'_>], at: usize) -> Option<usize> {
    let first = words.get(at)?;
    let before = at.checked_sub(1).and_then(|at| words.get(at));
    let opens = before.is_none_or(|before| first.before >= Break::Soft || first.lead != before.lead);
    let named = first.before == Break::None && before.is_some_and(|before| introduces(words, at, before.norm));
    if !(opens || named) || !is_name(first) {
        return None;
    }
    let mut last = at;
    while last + 1 < words.len() && last - at + 1 < LONGEST {
        let next = &words[last + 1];
        if next.before != Break::None
            || !(is_name(next) || is_particle(next) && words.get(last + 2).is_some_and(is_name) || is_initial(next))
        {
            break;
        }
        last += 1;
    }
    if last == at {
        return None;
    }
    let after = words.get(last + 1);
    let ends = after.is_none_or(|word| {
        word.before > Break::None || matches!(word.kind, WordKind::Mail | WordKind::Handle | WordKind::Url)
    });
    let beside = after.is_some_and(|word| matches!(word.kind, WordKind::Mail | WordKind::Handle));
    let listed = after.is_some_and(|word| matches!(word.norm, "and" | "in" | "since" | "from"));
    let alone = (ends || listed) && named
        || ends
            && (at == 0
                || first.before >= Break::Hard
                || first.before == Break::Lead
                || words.get(at - 1).is_some_and(|word| word.lead));
    (beside || alone).then_some(last)
}

/// Whether the word before a name says that people follow: `maintained by Ana Lopez`, `the members are Ana Lopez and Bo Chen`.
fn introduces(words: &[Spoke<'_>], at: usize, before: &str) -> bool {
    match before {
        "by" | "are" | "is" | "include" | "includes" => true,
        // The second name of two.
        "and" => at > 2 && words.get(at - 2).is_some_and(is_name) && words.get(at - 3).is_some_and(is_name),
        _ => false,
    }
}

/// A link to the page of a personal account: labelled with the name of a person, with a handle, or with the account itself.
pub(super) fn is_account(link: &Link, bots: &BTreeSet<String>) -> bool {
    let Some(rest) = link.target.strip_prefix("https://").or_else(|| link.target.strip_prefix("http://")) else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let account = match host.trim_start_matches("www.").to_lowercase().as_str() {
        "github.com" | "gitlab.com" | "codeberg.org" | "bitbucket.org" => path,
        "linkedin.com" => path.strip_prefix("in/").unwrap_or_default(),
        _ => return false,
    };
    if account.is_empty() || account.contains('/') || !is_personal(&account.to_lowercase(), bots) {
        return false;
    }
    let label = link.label.trim();
    let words: Vec<&str> = label.split_whitespace().collect();
    let is_named = words.len() > 1 && words.len() <= LONGEST && words.iter().all(|word| is_part_of_name(word));
    is_named || label.strip_prefix('@').unwrap_or(label).eq_ignore_ascii_case(account)
}

fn is_part_of_name(word: &str) -> bool {
    let lower = word.to_lowercase();
    word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'))
        && !is_common(&lower)
        && (word.starts_with(char::is_uppercase)
            || matches!(lower.as_str(), "van" | "von" | "de" | "der" | "da" | "di" | "la" | "le"))
}

/// A bare account as the only word of an entry, in a list that a role introduces: `maintainers:` with `- alice`.
pub(super) fn is_listed_account(text: &str, lead_in: &str, context: &str, bots: &BTreeSet<String>) -> bool {
    let name = text.trim();
    let written =
        (2..40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let says_role = |text: &str| normal_words(text).last().is_some_and(|word| is_role(word));
    written
        && name.bytes().any(|b| b.is_ascii_alphabetic())
        && is_personal(&name.to_lowercase(), bots)
        && !is_common(&name.to_lowercase())
        && !matches!(
            name.to_lowercase().as_str(),
            "tbd" | "tba" | "todo" | "none" | "nobody" | "example" | "placeholder" | "vacant"
        )
        && (says_role(lead_in) || lead_in.is_empty() && says_role(context))
}

fn is_role(word: &str) -> bool {
    matches!(
        word,
        "maintainers"
            | "maintainer"
            | "approvers"
            | "approver"
            | "reviewers"
            | "reviewer"
            | "owners"
            | "owner"
            | "committers"
            | "admins"
            | "administrators"
            | "leads"
            | "lead"
            | "members"
    )
}

fn is_initial(word: &Spoke<'_>) -> bool {
    word.raw.chars().count() == 1 && word.raw.starts_with(char::is_uppercase)
}

fn is_particle(word: &Spoke<'_>) -> bool {
    matches!(
        word.norm,
        "van" | "von" | "de" | "der" | "den" | "da" | "di" | "la" | "le" | "bin" | "ibn" | "al" | "el" | "dos" | "del"
    )
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
        "active",
        "administrator",
        "administrators",
        "advisory",
        "all",
        "api",
        "apache",
        "architecture",
        "authors",
        "azure",
        "bug",
        "build",
        "change",
        "changes",
        "chair",
        "chat",
        "check",
        "ci",
        "cli",
        "cloud",
        "code",
        "commit",
        "committee",
        "committer",
        "committers",
        "community",
        "company",
        "conduct",
        "contact",
        "continuous",
        "contributing",
        "contribution",
        "contributor",
        "contributors",
        "core",
        "council",
        "current",
        "data",
        "dependency",
        "developer",
        "developers",
        "development",
        "docker",
        "docs",
        "documentation",
        "emeritus",
        "engine",
        "engineering",
        "everyone",
        "feature",
        "foundation",
        "former",
        "founder",
        "full",
        "general",
        "getting",
        "git",
        "github",
        "gitlab",
        "global",
        "google",
        "governance",
        "group",
        "guide",
        "help",
        "hub",
        "issue",
        "issues",
        "kubernetes",
        "lead",
        "leads",
        "license",
        "linux",
        "list",
        "main",
        "maintainer",
        "maintainers",
        "maintenance",
        "management",
        "manager",
        "member",
        "members",
        "microsoft",
        "module",
        "name",
        "new",
        "open",
        "organization",
        "our",
        "owner",
        "owners",
        "package",
        "partner",
        "past",
        "platform",
        "please",
        "policy",
        "primary",
        "process",
        "product",
        "program",
        "project",
        "public",
        "pull",
        "python",
        "quality",
        "release",
        "releases",
        "repository",
        "request",
        "requests",
        "responsible",
        "review",
        "reviewer",
        "reviewers",
        "role",
        "roles",
        "rust",
        "section",
        "security",
        "senior",
        "server",
        "service",
        "slack",
        "software",
        "source",
        "special",
        "staff",
        "standard",
        "steering",
        "steward",
        "support",
        "system",
        "table",
        "team",
        "teams",
        "technical",
        "test",
        "testing",
        "the",
        "this",
        "tool",
        "tools",
        "triage",
        "triager",
        "user",
        "users",
        "version",
        "vulnerability",
        "web",
        "we",
        "windows",
        "working",
        "write",
        "access",
        "admin",
        "area",
        "areas",
        "responsibilities",
        "affiliation",
        "email",
        "handle",
        "username",
        "status",
        "subproject",
        "component",
        "components",
        "library",
        "framework",
        "reporting",
        "reports",
        "private",
        "supported",
        "versions",
        "no",
        "not",
        "none",
        "any",
        "see",
        "for",
        "in",
        "of",
        "and",
        "to",
        "if",
        "it",
        "you",
        "your",
        "how",
        "what",
        "when",
        "who",
        "why",
        "where",
        "with",
        "from",
        "by",
        "on",
        "a",
        "an",
        "as",
        "at",
        "is",
        "are",
        "must",
        "should",
        "may",
        "can",
        "will",
        "first",
        "second",
        "third",
        "next",
        "last",
        "only",
        "both",
        "each",
        "every",
        "other",
        "another",
        "more",
        "most",
        "many",
        "some",
        "such",
        "these",
        "those",
        "they",
        "their",
        "there",
        "then",
        "than",
        "that",
        "use",
        "using",
        "add",
        "run",
        "make",
        "join",
        "mailing",
        "discussions",
        "discussion",
        "meeting",
        "meetings",
        "vote",
        "voting",
        "decision",
        "decisions",
        "becoming",
        "become",
        "nomination",
        "approval",
        "code-owner",
        "licence",
        "inc",
        "llc",
        "ltd",
        "corp",
        "corporation",
        "institute",
        "labs",
        "solutions",
        "systems",
        "technologies",
        "university",
    ];
    COMMON.contains(&norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn link(label: &str, target: &str) -> Link {
        Link {
            label: label.to_owned(),
            target: target.to_owned(),
            line: 1,
            start: 0,
            to: crate::collect::docs::model::Target::Outside,
        }
    }

    #[rstest]
    #[case::name("Ana Lopez", "https://github.com/anal", true)]
    #[case::handle("@anal", "https://gitlab.com/anal/", true)]
    #[case::account("anal", "https://github.com/anal", true)]
    #[case::profile("Ana van der Lopez", "https://www.linkedin.com/in/anal/", true)]
    #[case::organization("Sample Labs", "https://github.com/sample", false)]
    #[case::repository("Ana Lopez", "https://github.com/anal/sample", false)]
    #[case::bot("dependabot", "https://github.com/dependabot", false)]
    #[case::elsewhere("Ana Lopez", "https://sample.dev/ana", false)]
    fn accounts(#[case] label: &str, #[case] target: &str, #[case] expected: bool) {
        assert_eq!(is_account(&link(label, target), &["dependabot".to_owned()].into()), expected);
    }

    #[rstest]
    #[case::keyed("anal", "maintainers:", "", true)]
    #[case::headed("bo-chen", "", "Core maintainers", true)]
    #[case::prose("fast", "it is:", "", false)]
    #[case::placeholder("TBD", "maintainers:", "", false)]
    #[case::sentence("anal is here", "maintainers:", "", false)]
    #[case::other("parser", "components:", "", false)]
    fn listed(#[case] text: &str, #[case] lead_in: &str, #[case] context: &str, #[case] expected: bool) {
        assert_eq!(is_listed_account(text, lead_in, context, &BTreeSet::new()), expected);
    }
}
