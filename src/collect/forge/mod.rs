//! What a forge knows about a repository beyond its git objects: settings, rules, releases, advisories. A forge is asked
//! only through a [`Connection`] that somebody above has made: nothing here reads the environment, and the credential
//! arrives as a secret that no output can show.

pub(crate) mod endpoint;
pub(crate) mod failure;
pub(crate) mod github;
mod observed;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
pub use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

pub use self::endpoint::{Endpoint, EndpointError};
use self::failure::Answer;
pub use self::github::{PERMISSIONS, Permission, permission_table};
pub(crate) use self::observed::{
    AssetSeen, Attested, Fallback, HealthFile, Observed, ReleasePage, Releases, RepoSeen, Seen, Settings,
};
use crate::model::subject::Subject;

/// A way to ask a forge.
#[derive(Debug)]
pub struct Connection {
    /// Where its interface is.
    pub endpoint: Endpoint,
    /// As whom to ask; nobody where none.
    pub credential: Option<Credential>,
    /// Where complete answers are kept for conditional requests; none to keep nothing.
    pub cache: Option<PathBuf>,
    /// How long to wait for what.
    pub patience: Patience,
}

/// A token, with the place it was found in.
#[derive(Clone)]
pub struct Credential {
    token: SecretString,
    /// Where it was found, for people: the name of a variable or an option.
    pub origin: String,
}

/// How long answers are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one answer, from the first byte sent to the last one read.
    pub request: Duration,
    /// For all waits together that a forge asks for or that a retry takes.
    pub waits: Duration,
    /// Before the first retry; each further one takes twice as long.
    pub retry: Duration,
}

impl Connection {
    /// The header by which git shows the credential; none without one.
    pub(crate) fn git_header(&self) -> Option<String> {
        let credential = self.credential.as_ref()?;
        let pair = format!("x-access-token:{}", credential.token.expose_secret());
        Some(format!("Authorization: Basic {}", STANDARD.encode(pair)))
    }

    /// A text without the credential, in whatever form it was handed out.
    pub(crate) fn redact(&self, text: &str) -> String {
        let Some(credential) = &self.credential else { return redact(text) };
        let header = self.git_header().unwrap_or_default();
        let encoded = header.rsplit(' ').next().filter(|text| !text.is_empty()).unwrap_or("[redacted]");
        credential.redact(&text.replace(encoded, "[redacted]"))
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { request: Duration::from_secs(30), waits: Duration::from_secs(60), retry: Duration::from_secs(1) }
    }
}

impl Credential {
    /// A credential that was found at `origin`.
    pub fn new(token: impl Into<String>, origin: impl Into<String>) -> Self {
        Self { token: SecretString::from(token.into()), origin: origin.into() }
    }

    /// The credential of one installation of a GitHub App, whose key lies at `origin`.
    pub fn of_installation(
        endpoint: &Endpoint,
        app: u64,
        key: &[u8],
        installation: u64,
        origin: impl Into<String>,
    ) -> Result<Self, String> {
        let token = github::installation_token(endpoint, app, key, installation)?;
        Ok(Self { token, origin: origin.into() })
    }

    /// The kind of credential, told from the form of the token.
    pub fn kind(&self) -> &'static str {
        let token = self.token.expose_secret();
        let kinds = [
            ("github_pat_", "fine_grained_token"),
            ("ghp_", "classic_token"),
            ("gho_", "oauth_token"),
            ("ghu_", "app_user_token"),
            ("ghs_", "installation_token"),
        ];
        kinds.iter().find(|(prefix, _)| token.starts_with(prefix)).map_or("token", |(_, kind)| kind)
    }

    /// Digits that differ between credentials and lead back to none of them.
    pub(crate) fn fingerprint(&self) -> String {
        crate::bundle::hex(&Sha256::digest(self.token.expose_secret().as_bytes()))
    }

    pub(crate) fn token(&self) -> SecretString {
        self.token.clone()
    }

    /// A text without the token and without anything of the form of a token.
    pub(crate) fn redact(&self, text: &str) -> String {
        redact(&text.replace(self.token.expose_secret(), "[redacted]"))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("kind", &self.kind()).field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A text without anything of the form of a GitHub token.
pub(crate) fn redact(text: &str) -> String {
    const PREFIXES: &[&str] = &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "x-access-token:"];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, prefix)) =
        PREFIXES.iter().filter_map(|prefix| Some((rest.find(prefix)?, *prefix))).min_by_key(|(at, _)| *at)
    {
        out.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + prefix.len()..).unwrap_or_default();
        let length = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        out.push_str(if length >= 8 { "[redacted]" } else { prefix });
        rest = after.get(if length >= 8 { length } else { 0 }..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A forge that was asked about a subject, and can be asked more.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) connection: &'a Connection,
    /// The subject under the name that was asked for.
    pub(crate) subject: Subject,
    pub(crate) seen: Observed,
}

/// Asks the forge about a subject. `None` where this connection cannot know the subject: another host, no owner.
pub(crate) fn observe<'a>(connection: &'a Connection, subject: &Subject, now: Timestamp) -> Option<Asked<'a>> {
    let owner = subject.owner.as_deref().filter(|owner| !owner.contains('/'))?;
    let knows = connection.endpoint.serves(subject.host.as_deref());
    let seen = knows.then(|| github::observe(connection, owner, &subject.name, now))?;
    Some(Asked { connection, subject: subject.clone(), seen })
}

/// Reads the content of assets of a release, by their names.
pub(crate) fn contents(
    asked: &Asked<'_>,
    tag: &str,
    wanted: &[&AssetSeen],
    now: Timestamp,
) -> BTreeMap<String, Answer<Vec<u8>>> {
    match asked.subject.owner.as_deref() {
        Some(owner) if !wanted.is_empty() => {
            let is_public = asked.seen.repo.visibility.value().is_some_and(|visibility| visibility == "public");
            let place = github::Place { owner, name: &asked.subject.name, tag, is_public };
            github::contents(asked.connection, &place, wanted, now)
        }
        _ => BTreeMap::new(),
    }
}

/// What a forge says about a credential itself.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// The scopes of a classic token; nothing for other credentials, whose permissions nobody can list.
    pub scopes: Vec<String>,
    /// What every budget has left, and of how many.
    pub budgets: Vec<(String, u64, u64)>,
}

/// Asks about the credential; an error says in words why nothing is known.
pub fn account(connection: &Connection, now: Timestamp) -> Result<Account, String> {
    github::account(connection, now).map_err(|failure| failure.detail.or(failure.needs).unwrap_or_default())
}

/// The attestations that the forge keeps for digests, and whether these are all.
pub(crate) fn attested(
    connection: &Connection,
    subject: &Subject,
    owner_kind: Option<&str>,
    digests: &[String],
    now: Timestamp,
) -> Answer<(Vec<Attested>, bool)> {
    let owner = subject.owner.as_deref().unwrap_or_default();
    github::attested(connection, owner, owner_kind, digests, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("nothing here", "nothing here")]
    #[case("a ghp_abcdefgh1234 b", "a [redacted] b")]
    #[case("ghs_short", "ghs_short")]
    #[case(
        "https://x-access-token:abcdefghijk@h/ and github_pat_11AAAAAAAA_x.",
        "https://[redacted]@h/ and [redacted]."
    )]
    fn redacts(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(redact(text), expected);
    }

    #[test]
    fn credentials_never_show_themselves() {
        let credential = Credential::new("abc-not-of-a-known-form", "a test");
        assert!(!format!("{credential:?}").contains("abc-not"));
        assert_eq!(credential.redact("has abc-not-of-a-known-form inside"), "has [redacted] inside");
        assert_eq!(credential.kind(), "token");
    }
}
