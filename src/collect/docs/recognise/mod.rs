//! Recognisers: things in a text that no list of phrases describes, such as addresses, periods and commands.

mod address;
mod command;
mod diagram;
mod identity;
mod people;
mod time;
mod version;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::model::{Block, BlockKind, Link, Target};
use super::polarity::Spoken;
use super::template::{Templates, has_placeholder};
use super::words::{Break, WordKind};
use crate::bundle::Bundle;

pub(crate) use self::address::repository_of;

/// What recognisers find; the names that topic files use under `kinds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A mail address, plain or written against harvesters.
    Email,
    /// An address with the scheme `https` outside of the tree.
    HttpsUrl,
    /// A page or form for private reports.
    PrivateReportLink,
    /// A public issue tracker.
    PublicIssueLink,
    /// A number of hours, days or weeks bound to an answer or a repair.
    ResponseTime,
    /// A date, a length of time, or an event that ends one.
    Period,
    /// A calendar date.
    Date,
    /// A version number or line.
    Version,
    /// A named human or a personal account.
    Person,
    /// A group of people.
    Team,
    /// A command line.
    Command,
    /// A command that verifies a signature or provenance.
    VerifyCommand,
    /// Who must have signed: an identity with its issuer, a repository, a fingerprint, a key.
    Identity,
    /// A command that builds, or sets a clone up for development.
    BuildCommand,
    /// A command that runs tests.
    TestCommand,
    /// A command that installs.
    InstallCommand,
    /// A diagram in text with nodes and edges.
    Diagram,
    /// A row of a table of versions that marks one as ended or gives its end.
    TableRowEnded,
    /// A row of a table of versions that marks one as supported.
    SupportedRow,
    /// A level or score of severity.
    Severity,
    /// At least three bullets or rows of one list.
    #[serde(rename = "list_of_3")]
    ListOf3,
    /// At least two different repositories, linked in one list, table or paragraph.
    RepositoryList,
}

/// What was recognised, and at which words of its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) kind: Kind,
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// One word of a sentence, with what it is and how it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spoke<'a> {
    pub(crate) norm: &'a str,
    pub(crate) raw: &'a str,
    pub(crate) kind: WordKind,
    pub(crate) before: Break,
    /// Where it stands in the text of its block, or in the lead-in.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it belongs to the lead-in.
    pub(crate) lead: bool,
}

impl Spoken for Spoke<'_> {
    fn norm(&self) -> &str {
        self.norm
    }

    fn before(&self) -> Break {
        self.before
    }

    fn raw(&self) -> &str {
        self.raw
    }
}

/// The tables that recognisers work with.
#[derive(Debug, Default)]
pub(crate) struct Recognisers {
    commands: command::Commands,
    routes: address::Routes,
    bots: BTreeSet<String>,
    templates: Arc<Templates>,
}

#[derive(Debug, Default, Deserialize)]
struct AccountsFile {
    bots: Bots,
}

#[derive(Debug, Default, Deserialize)]
struct Bots {
    words: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Recognisers {
    /// Reads the tables; the error names the one that is missing or malformed.
    pub(crate) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let accounts: AccountsFile = table(policies, "tables/accounts.yaml")?;
        Ok(Self {
            commands: command::Commands::new(table(policies, "tables/commands.yaml")?)?,
            routes: table(policies, "tables/report_routes.yaml")?,
            bots: accounts.bots.words.into_iter().chain(accounts.bots.names).collect(),
            templates: Templates::load(policies)?,
        })
    }

    /// Whether an address leads to a page that explains matters in general and is no place of any one project.
    pub(crate) fn is_general(&self, url: &str) -> bool {
        let lower = url.to_lowercase();
        let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        self.routes.is_general(bare.split(['?', '#']).next().unwrap_or_default())
    }

    /// What stands in one sentence. `links` are the links of the sentence with the words of their labels, `text` is the sentence as
    /// written and `whole` the text that its words have their places in.
    pub(crate) fn in_sentence(
        &self,
        words: &[Spoke<'_>],
        links: &[(&Link, usize, usize)],
        text: &str,
        whole: &str,
    ) -> Vec<Mark> {
        let mut marks = Vec::new();
        address::recognise(words, &self.routes, &mut marks);
        for (link, first, last) in links {
            for kind in self.of_link(link) {
                marks.push(Mark { kind, first: *first, last: *last });
            }
        }
        time::recognise(words, &mut marks);
        version::recognise(words, &mut marks);
        people::recognise(words, &self.bots, &mut marks);
        self.commands.in_prose(words, whole, &mut marks);
        if !words.is_empty() && identity::in_text(text) {
            marks.push(Mark { kind: Kind::Identity, first: 0, last: words.len() - 1 });
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }

    fn of_link(&self, link: &Link) -> Vec<Kind> {
        match &link.to {
            Target::Mail if !super::template::is_nobodys(&link.target) => vec![Kind::Email],
            Target::Outside => {
                let mut kinds = address::kinds_of_url(&link.target, &self.routes);
                if people::is_account(link, &self.bots) {
                    kinds.push(Kind::Person);
                }
                kinds
            }
            _ => Vec::new(),
        }
    }

    /// What a block holds as a whole: a table row, a code block.
    pub(crate) fn in_block(&self, block: &Block, context: &str) -> Vec<Kind> {
        let mut kinds = Vec::new();
        match &block.kind {
            BlockKind::Bullet if people::is_listed_account(&block.text, &block.lead_in, context, &self.bots) => {
                kinds.push(Kind::Person)
            }
            // What somebody still has to fill in says nothing yet.
            BlockKind::TableRow if block.cells.iter().any(|cell| has_placeholder(cell)) => {}
            BlockKind::Code(_) if self.templates.has_blank(&block.text) => {}
            BlockKind::TableRow => version::in_row(&block.cells, &block.lead_in, context, &mut kinds),
            BlockKind::Code(language) => {
                self.commands.in_code(language, &block.text, &mut kinds);
                if identity::in_code(&block.text) {
                    kinds.push(Kind::Identity);
                }
                if diagram::is_diagram(language, &block.text) {
                    kinds.push(Kind::Diagram);
                }
            }
            _ => {}
        }
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

fn table<T: serde::de::DeserializeOwned>(policies: &Bundle, path: &str) -> Result<T, String> {
    let text = policies.get(path).ok_or_else(|| format!("{path}: is missing"))?;
    crate::yaml::from_str(text).map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::collect::docs::words::{Word, each_word};
    use rstest::rstest;

    pub(crate) fn words_of(text: &str) -> Vec<Word<'_>> {
        let mut words = Vec::new();
        each_word(text, |word| words.push(word));
        words
    }

    pub(crate) fn spokes<'a>(words: &'a [Word<'a>], text: &'a str) -> Vec<Spoke<'a>> {
        words
            .iter()
            .map(|word| Spoke {
                norm: &word.norm,
                raw: &text[word.start..word.end],
                kind: word.kind,
                before: word.before,
                start: word.start,
                end: word.end,
                lead: false,
            })
            .collect()
    }

    fn found(text: &str) -> BTreeSet<Kind> {
        let recognisers = Recognisers::load(&Bundle::policies()).expect("the tables");
        let words = words_of(text);
        recognisers.in_sentence(&spokes(&words, text), &[], text, text).into_iter().map(|mark| mark.kind).collect()
    }

    #[rstest]
    #[case::plain("mail security@sample.dev", Kind::Email)]
    #[case::bracket("send it to opensource-security[@]sample.dev", Kind::Email)]
    #[case::at("write to security [at] sample.dev", Kind::Email)]
    #[case::dots("write to jane at sample dot dev", Kind::Email)]
    #[case::nospam("it is securityNOSPAM@sample.dev", Kind::Email)]
    #[case::mail_at("email security at sample.dev", Kind::Email)]
    #[case::url("report at https://sample.dev/report", Kind::HttpsUrl)]
    #[case::advisory("use https://github.com/o/r/security/advisories/new", Kind::PrivateReportLink)]
    #[case::tab("see https://github.com/o/r/security/advisories.", Kind::PrivateReportLink)]
    #[case::platform("on https://hackerone.com/sample", Kind::PrivateReportLink)]
    #[case::tracker("at https://github.com/o/r/issues", Kind::PublicIssueLink)]
    #[case::gitlab("at https://gitlab.com/g/p/-/issues/new", Kind::PublicIssueLink)]
    #[case::response("We acknowledge reports within 3 business days", Kind::ResponseTime)]
    #[case::response_words("You should receive a response within twenty-four hours", Kind::ResponseTime)]
    #[case::response_noun("Initial response: 48 hours", Kind::ResponseTime)]
    #[case::response_adjective("a 48-hour response time", Kind::ResponseTime)]
    #[case::fixed("Critical findings are fixed within 14 days", Kind::ResponseTime)]
    #[case::week("We reply within a week", Kind::ResponseTime)]
    #[case::short("You get an answer in under 48h", Kind::ResponseTime)]
    #[case::period("supported for 12 months", Kind::Period)]
    #[case::until("until the next minor release", Kind::Period)]
    #[case::latest("only the latest release is supported", Kind::Period)]
    #[case::until_date("supported until 2027-03-31", Kind::Period)]
    #[case::iso("on 2026-01-15", Kind::Date)]
    #[case::month("in March 2026", Kind::Date)]
    #[case::day("January 5, 2026", Kind::Date)]
    #[case::dotted("am 15.01.2026", Kind::Date)]
    #[case::quarter("by Q3 2026", Kind::Date)]
    #[case::version("since v1.2", Kind::Version)]
    #[case::line("the 2.x line", Kind::Version)]
    #[case::named("version 3 only", Kind::Version)]
    #[case::handle("ask @alice", Kind::Person)]
    #[case::named_person("Jane Doe (@jane) releases", Kind::Person)]
    #[case::with_mail("Jane A. van Doe <jane@sample.dev>", Kind::Person)]
    #[case::team("ping @sample-org/maintainers", Kind::Team)]
    #[case::group("the security team decides", Kind::Team)]
    #[case::inline("run cargo build --release first", Kind::BuildCommand)]
    #[case::make("then run make", Kind::BuildCommand)]
    #[case::tests("run make test before you push", Kind::TestCommand)]
    #[case::pytest("using pytest", Kind::TestCommand)]
    #[case::install("pip install sample", Kind::InstallCommand)]
    #[case::verify("check with gpg --verify sample.asc", Kind::VerifyCommand)]
    #[case::severity("critical and high findings", Kind::Severity)]
    #[case::cvss("a CVSS score of 7.0 or more", Kind::Severity)]
    #[case::fingerprint(
        "The key has the fingerprint ABCD 1234 ABCD 1234 ABCD 1234 ABCD 1234 ABCD 1234",
        Kind::Identity
    )]
    fn recognises(#[case] text: &str, #[case] kind: Kind) {
        let found = found(text);
        assert!(found.contains(&kind), "{text}: {found:?}");
    }

    #[rstest]
    #[case::filler("mail user@example.com", Kind::Email)]
    #[case::bare_host("see https://example.com", Kind::HttpsUrl)]
    #[case::look_at("look at sample.dev", Kind::Email)]
    #[case::handle("ask @alice", Kind::Email)]
    #[case::http("see http://sample.dev/x", Kind::HttpsUrl)]
    #[case::page("see https://sample.dev/docs/2.x/security", Kind::PrivateReportLink)]
    #[case::page_of_two("see https://sample.dev/docs/security", Kind::PrivateReportLink)]
    #[case::issues("use https://github.com/o/r/issues", Kind::PrivateReportLink)]
    #[case::docs("see https://docs.github.com/en/code-security/security-advisories/guidance", Kind::PrivateReportLink)]
    #[case::embargo("We ask for 90 days embargo before disclosure", Kind::ResponseTime)]
    #[case::disclose("We disclose the vulnerability after 90 days", Kind::ResponseTime)]
    #[case::refund("Refunds are handled within 14 days", Kind::ResponseTime)]
    #[case::soon("We respond as soon as possible", Kind::ResponseTime)]
    #[case::promptly("We fix reports promptly", Kind::ResponseTime)]
    #[case::bot("opened by @dependabot", Kind::Person)]
    #[case::product("Google Cloud Platform runs it", Kind::Person)]
    #[case::heading("Project Maintainers", Kind::Person)]
    #[case::english("to make it better", Kind::BuildCommand)]
    #[case::high("a high number of users", Kind::Severity)]
    #[case::sha("uses: actions/checkout@0123456789012345678901234567890123456789", Kind::Identity)]
    #[case::short_id("The key id is 0xDEADBEEF", Kind::Identity)]
    #[case::number("since 1990", Kind::Version)]
    fn does_not_recognise(#[case] text: &str, #[case] kind: Kind) {
        let found = found(text);
        assert!(!found.contains(&kind), "{text}: {found:?}");
    }

    fn in_block(language: &str, text: &str) -> Vec<Kind> {
        let recognisers = Recognisers::load(&Bundle::policies()).expect("the tables");
        let block = Block { kind: BlockKind::Code(language.to_owned()), text: text.to_owned(), ..Block::default() };
        recognisers.in_block(&block, "")
    }

    #[rstest]
    #[case::cosign("sh", "cosign verify-blob --bundle x.json \\\n  --certificate-identity https://github.com/o/r/.github/workflows/r.yml@refs/tags/v1 \\\n  --certificate-oidc-issuer https://token.actions.githubusercontent.com x", &[Kind::Command, Kind::VerifyCommand, Kind::Identity])]
    #[case::cosign_wildcard("sh", "cosign verify --certificate-identity-regexp '.*' --certificate-oidc-issuer https://i.dev x", &[Kind::Command, Kind::VerifyCommand])]
    #[case::gh("", "$ gh attestation verify sample.tgz --repo sample-org/sample", &[Kind::Command, Kind::VerifyCommand, Kind::Identity])]
    #[case::gh_placeholder("", "$ gh attestation verify sample.tgz --repo OWNER/REPO", &[Kind::Command, Kind::VerifyCommand])]
    #[case::slsa("bash", "slsa-verifier verify-artifact x --source-uri github.com/o/r", &[Kind::Command, Kind::VerifyCommand, Kind::Identity])]
    #[case::open_version("sh", "cosign verify-blob --certificate-identity https://github.com/o/r/.github/workflows/r.yml@refs/tags/v${VERSION} --certificate-oidc-issuer https://token.actions.githubusercontent.com x", &[Kind::Command, Kind::VerifyCommand, Kind::Identity])]
    #[case::open_owner("sh", "cosign verify-blob --certificate-identity https://github.com/$OWNER/r/w.yml --certificate-oidc-issuer https://token.actions.githubusercontent.com x", &[Kind::Command, Kind::VerifyCommand])]
    #[case::old_slsa("", "slsa-verifier -artifact-path <the-zip> -provenance a.jsonl -source github.com/o/r", &[Kind::Command, Kind::VerifyCommand, Kind::Identity])]
    #[case::blank("sh", "gh attestation verify [INSERT FILE NAME] --repo sample-org/sample", &[])]
    #[case::index("sh", "gpg --verify ${files[0]}.asc ${files[0]}", &[Kind::Command, Kind::VerifyCommand])]
    #[case::gpg("", "gpg --verify x.asc x", &[Kind::Command, Kind::VerifyCommand])]
    #[case::minisign("", "minisign -Vm x -P RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", &[Kind::Command, Kind::VerifyCommand, Kind::Identity])]
    #[case::checksum("sh", "sha256sum -c SHA256SUMS", &[Kind::Command])]
    #[case::build("sh", "git clone x\ncd x\ncargo build --release", &[Kind::Command, Kind::BuildCommand])]
    #[case::cmake("", "cmake -B build\ncmake --build build", &[Kind::Command, Kind::BuildCommand])]
    #[case::setup("sh", "npm install\nnpm test", &[Kind::Command, Kind::BuildCommand, Kind::TestCommand])]
    #[case::npm_package("sh", "npm install sample", &[Kind::Command, Kind::InstallCommand])]
    #[case::editable("sh", "pip install -e '.[dev]'", &[Kind::Command, Kind::BuildCommand])]
    #[case::make_test("", "make test", &[Kind::Command, Kind::TestCommand])]
    #[case::sudo("", "$ sudo make install", &[Kind::Command, Kind::BuildCommand])]
    #[case::env("sh", "CGO_ENABLED=0 go build ./...", &[Kind::Command, Kind::BuildCommand])]
    #[case::python("python", "import sample\nsample.run()", &[])]
    #[case::yaml("yaml", "make: yes", &[])]
    #[case::mermaid("mermaid", "graph TD\n  A --> B", &[Kind::Diagram])]
    #[case::mermaid_empty("mermaid", "graph TD\n  A", &[])]
    #[case::boxes("", "+-----+     +-----+\n| api | --> | db  |\n+-----+     +-----+", &[Kind::Diagram])]
    #[case::tree("", "src/\n├── main.rs\n└── lib.rs", &[])]
    fn in_code(#[case] language: &str, #[case] text: &str, #[case] expected: &[Kind]) {
        assert_eq!(in_block(language, text), expected);
    }

    #[rstest]
    #[case::mark("Version | Supported", &["1.x", "❌"], Some(Kind::TableRowEnded))]
    #[case::shortcode("Version | Supported", &["< 2.4", ":x:"], Some(Kind::TableRowEnded))]
    #[case::word("Release | Status", &["1.0", "End of life"], Some(Kind::TableRowEnded))]
    #[case::date("Version | End of support", &["2.x", "2027-01-01"], Some(Kind::TableRowEnded))]
    #[case::check("Version | Supported", &["2.x", ":white_check_mark:"], Some(Kind::SupportedRow))]
    #[case::yes("Version | Supported", &["2.x", "yes"], Some(Kind::SupportedRow))]
    #[case::active("Branch | Status", &["main", "active"], Some(Kind::SupportedRow))]
    #[case::features("Feature | Supported", &["Sorting", "no"], None)]
    #[case::blank("Version | Supported until", &["[INSERT VERSIONS]", "ended, unsupported"], None)]
    #[case::blank_date("Version | Supported", &["1.x", "[INSERT DATE], unsupported"], None)]
    fn rows(#[case] header: &str, #[case] cells: &[&str], #[case] expected: Option<Kind>) {
        let recognisers = Recognisers::load(&Bundle::policies()).expect("the tables");
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        let block = Block { kind: BlockKind::TableRow, lead_in: header.to_owned(), cells, ..Block::default() };
        let found = recognisers.in_block(&block, "");
        assert_eq!(found.into_iter().next(), expected);
    }
}
