//! The names of the subject in the texts and commands of the catalog. What comes from a repository goes into a command only
//! where a shell takes it for what it is.

use std::collections::BTreeSet;

use crate::model::subject::Subject;

/// Paths that one command is repeated for.
const MAX_COMMANDS: usize = 10;
/// The host of the addresses in the catalog.
const HOST: &str = "github.com";

/// The names that take the place of `O/R` and `ORG`.
pub(super) struct Names {
    /// Owner and name; none where one is not known, or is no name of a forge: then the placeholders stay.
    repository: Option<(String, String)>,
    host: Option<String>,
    is_github: bool,
}

impl Names {
    pub(super) fn of(subject: &Subject) -> Self {
        let host = subject.host.clone().filter(|host| is_name(host));
        let owner = subject.owner.as_deref().filter(|owner| owner.split('/').all(is_name));
        let repository = owner.filter(|_| is_name(&subject.name)).map(|owner| (owner.to_owned(), subject.name.clone()));
        let is_github = subject.forge.as_deref().is_none_or(|forge| forge == "github");
        Self { repository, host, is_github }
    }

    /// A text of the catalog about this repository.
    pub(super) fn fill(&self, text: &str) -> String {
        let Some((owner, name)) = &self.repository else { return text.to_owned() };
        let mut text = text.to_owned();
        if let Some(host) = self.host.as_deref().filter(|host| *host != HOST) {
            text = text.replace(&format!("{HOST}/O/R"), &format!("{host}/O/R"));
        }
        replace_word(&replace_word(&text, "O/R", &format!("{owner}/{name}")), "ORG", owner)
    }

    /// A command of the catalog, once for each path where it names one.
    pub(super) fn commands<'p>(&self, command: &str, paths: impl Iterator<Item = &'p str>) -> Vec<String> {
        let command = self.fill(command);
        if !has_word(&command, "PATH") {
            return vec![command];
        }
        let paths: BTreeSet<&str> = paths.collect();
        let quoted: Vec<String> = paths.into_iter().filter_map(quote).take(MAX_COMMANDS).collect();
        if quoted.is_empty() {
            return vec![command];
        }
        quoted.iter().map(|path| replace_word(&command, "PATH", path)).collect()
    }

    /// What the repository is called on the command line of osps, after a blank; nothing for the one of the directory.
    pub(super) fn target(&self) -> String {
        match (&self.repository, &self.host) {
            (Some((owner, name)), Some(host)) if host == HOST => format!(" {owner}/{name}"),
            (Some((owner, name)), Some(host)) => format!(" https://{host}/{owner}/{name}"),
            _ => String::new(),
        }
    }

    /// What to know about the commands where they may not fit.
    pub(super) fn caution(&self) -> Option<String> {
        if !self.is_github {
            let host = self.host.as_deref().unwrap_or("this forge");
            return Some(format!(
                "Commands with `gh` and the addresses of settings are those of GitHub; on {host}, set the same in its own settings."
            ));
        }
        self.repository.is_none().then(|| {
            "Put the owner and the name of the repository in the place of `O/R`, and its organization in that of `ORG`."
                .to_owned()
        })
    }
}

/// Whether a text is a name as forges give them, which no shell takes for anything else.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        && text.len() <= 200
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// A path as one word of a shell; none where no quotation makes it show as it is.
fn quote(path: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if path.is_empty() || path.chars().any(|c| c.is_control() || super::super::escape::is_hidden(c)) {
        None
    } else if path.chars().all(is_plain) && !path.starts_with('-') {
        Some(path.to_owned())
    } else {
        let inside = path.replace('\'', "'\\''");
        // What begins like an option is a path all the same.
        let before = if path.starts_with('-') { "./" } else { "" };
        Some(format!("'{before}{inside}'"))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    words(text, word).next().is_some()
}

fn replace_word(text: &str, word: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for at in words(text, word) {
        out.push_str(text.get(done..at).unwrap_or_default());
        out.push_str(by);
        done = at + word.len();
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The places of a word that is no part of another one.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn names(host: &str, owner: &str, name: &str) -> Names {
        Names::of(&Subject {
            forge: Some("github".to_owned()),
            host: Some(host.to_owned()),
            owner: Some(owner.to_owned()),
            name: name.to_owned(),
            ..Subject::default()
        })
    }

    #[rstest]
    #[case::command("gh api /repos/O/R/rulesets", "gh api /repos/acme/widget/rulesets")]
    #[case::owner("gh api /orgs/ORG -f x", "gh api /orgs/acme -f x")]
    #[case::address("https://github.com/O/R/issues", "https://github.com/acme/widget/issues")]
    #[case::others("FOO/RED ORGAN O/Rs [INSERT NAME]", "FOO/RED ORGAN O/Rs [INSERT NAME]")]
    fn names_take_their_places(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(names("github.com", "acme", "widget").fill(text), expected);
    }

    #[rstest]
    #[case::blank("ac me", "widget")]
    #[case::command("$(id)", "widget")]
    #[case::option("-x", "widget")]
    #[case::tag("acme", "<img src=x>")]
    #[case::quote("acme", "wid'get")]
    #[case::nothing("acme", "")]
    fn what_is_no_name_leaves_the_placeholder(#[case] owner: &str, #[case] name: &str) {
        let names = names("github.com", owner, name);
        assert_eq!(names.fill("gh api /repos/O/R"), "gh api /repos/O/R");
        assert_eq!(names.target(), "");
        assert!(names.caution().is_some_and(|text| text.contains("O/R")));
    }

    #[test]
    fn another_host_has_addresses_of_its_own() {
        let names = names("git.acme.example", "acme", "widget");
        assert_eq!(names.fill("https://github.com/O/R"), "https://git.acme.example/acme/widget");
        assert_eq!(names.target(), " https://git.acme.example/acme/widget");
    }

    #[rstest]
    #[case::plain("src/tool.exe", "git rm --cached src/tool.exe")]
    #[case::blank("a b", "git rm --cached 'a b'")]
    #[case::quote("it's; rm -rf ~", "git rm --cached 'it'\\''s; rm -rf ~'")]
    #[case::option("-rf", "git rm --cached './-rf'")]
    #[case::line("a\nb", "git rm --cached PATH")]
    #[case::hidden("a\u{202e}b", "git rm --cached PATH")]
    fn a_path_is_one_word(#[case] path: &str, #[case] expected: &str) {
        let commands = names("github.com", "acme", "widget").commands("git rm --cached PATH", [path].into_iter());
        assert_eq!(commands, [expected]);
    }

    /// A name goes into a command as it is, so that no quotation of the catalog may stand around it.
    #[test]
    fn no_command_of_the_catalog_quotes_a_placeholder() {
        for verdict in crate::report::samples::mixed().requirements {
            let Some(command) = verdict.remediation.and_then(|remediation| remediation.command) else { continue };
            for (number, part) in command.split('\'').enumerate() {
                assert!(number % 2 == 0 || !(has_word(part, "O/R") || has_word(part, "ORG") || has_word(part, "PATH")));
            }
        }
    }
}
