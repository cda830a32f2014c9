//! Recognisers: things in a text that no list of phrases describes, such as addresses, periods and commands.

use serde::Deserialize;

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
    /// A command that builds.
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
