//! What a forge knows about a repository beyond its git objects: settings, rules, releases, advisories. A forge is asked
//! only through a [`Connection`] that somebody above has made: nothing here reads the environment, and the credential
//! arrives as a secret that no output can show.

pub(crate) mod endpoint;
pub(crate) mod failure;
pub(crate) mod github;
pub mod many;
mod observed;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
pub use secrecy::SecretString;
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::{Digest as _, Sha256};

pub use self::endpoint::{Endpoint, EndpointError};
use self::failure::Answer;
pub use self::github::{Listed, PERMISSIONS, Permission, Spent, permission_table};
pub use self::many::{Errand, Many, Trouble};
pub(crate) use self::observed::{
    AssetSeen, Attested, Fallback, HealthFile, Observed, ReleasePage, Releases, RepoSeen, Seen, Settings,
};
use crate::model::subject::Subject;

/// A way to ask a forge.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where its interface is.
    pub endpoint: Endpoint,
    /// As whom to ask; nobody where none.
    pub credential: Option<Credential>,
    /// Where complete answers are kept for conditional requests; none to keep nothing.
    pub cache: Option<PathBuf>,
    /// How old a kept answer may be to be used without asking.
    pub max_age: Duration,
    /// How long to wait for what.
    pub patience: Patience,
    /// Whether a Security Insights file on this forge that another one names as its parent is read.
    pub follow_parent: bool,
    /// Who is told what happens.
    pub observer: Observer,
    /// The place of what is asked among all that is asked in a run over many repositories; none for one alone.
    pub errand: Option<Arc<Errand>>,
}

/// What happens while a forge is asked. Nothing in it is secret.
#[derive(Debug, Clone, Copy)]
pub enum Notice<'a> {
    /// A request was answered, or came to nothing.
    Asked {
        /// `GET` or `POST`.
        method: &'static str,
        /// The path on the server.
        path: &'a str,
        /// The status of the answer; none where there was no complete one.
        status: Option<u16>,
        /// How long it took.
        took: Duration,
    },
    /// The forge asked to come back later, or an answer was broken.
    Waiting {
        /// How long.
        wait: Duration,
    },
}

type Tell = dyn Fn(&Notice<'_>) + Send + Sync;

/// Somebody who is told what happens, and who shows it or not.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Tell>>);

impl Observer {
    /// Tells everything to this function.
    pub fn new(tell: impl Fn(&Notice<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn notice(&self, notice: &Notice<'_>) {
        if let Some(tell) = &self.0 {
            tell(notice);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}

/// A token, with the place it was found in. Copies share the token, so that one that was renewed is renewed for all of them.
#[derive(Clone)]
pub struct Credential {
    held: Arc<Held>,
    /// Where it was found, for people: the name of a variable or an option.
    pub origin: String,
}

/// How another token comes in the place of one that ends soon.
type Renewal = Box<dyn Fn() -> Result<SecretString, String> + Send + Sync>;

struct Held {
    /// The token, and when it came.
    token: Mutex<(SecretString, Instant)>,
    /// What tells the credential from others, however often it is renewed; none for the token itself.
    identity: Option<String>,
    renewal: Option<Renewal>,
}

/// The age at which the token of an installation is renewed: it lasts an hour
/// (<https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app>),
/// and looking at one repository may take some minutes of it.
const RENEWED_AFTER: Duration = Duration::from_secs(45 * 60);

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
        let pair = format!("x-access-token:{}", credential.token().expose_secret());
        Some(format!("Authorization: Basic {}", STANDARD.encode(pair)))
    }

    /// A text without the credential, in whatever form it was handed out, and without anything of the form of a token.
    pub(crate) fn redact(&self, text: &str) -> String {
        redact(&self.without_credential(text))
    }

    /// A text without the credential, in whatever form it was handed out.
    pub(crate) fn without_credential<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(credential) = &self.credential else { return Cow::Borrowed(text) };
        let header = self.git_header().unwrap_or_default();
        let encoded = header.rsplit(' ').next().unwrap_or_default();
        let token = credential.token();
        let token = token.expose_secret();
        match [token, encoded].into_iter().any(|form| !form.is_empty() && text.contains(form)) {
            true => Cow::Owned(text.replace(encoded, "[redacted]").replace(token, "[redacted]")),
            false => Cow::Borrowed(text),
        }
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
        Self::held(SecretString::from(token.into()), origin, None, None)
    }

    fn held(
        token: SecretString,
        origin: impl Into<String>,
        identity: Option<String>,
        renewal: Option<Renewal>,
    ) -> Self {
        let token = Mutex::new((token, Instant::now()));
        Self { held: Arc::new(Held { token, identity, renewal }), origin: origin.into() }
    }

    /// The credential of one installation of a GitHub App, whose key lies at `origin`.
    pub fn of_installation(
        endpoint: &Endpoint,
        app: u64,
        key: &[u8],
        installation: u64,
        origin: impl Into<String>,
    ) -> Result<Self, String> {
        let (endpoint, key) = (endpoint.clone(), SecretSlice::from(key.to_vec()));
        let give = move || github::installation_token(&endpoint, app, key.expose_secret(), installation);
        let token = give()?;
        let identity = format!("installation {installation} of the app {app}");
        Ok(Self::held(token, origin, Some(identity), Some(Box::new(give))))
    }

    /// Puts another token in the place of one that ends soon, where there is a way to get one. That there is none is no error
    /// yet: the server says when the token has ended.
    pub(crate) fn renew(&self, after: Duration) {
        let Some(renewal) = &self.held.renewal else { return };
        let mut token = self.held.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.1.elapsed() >= after
            && let Ok(renewed) = renewal()
        {
            *token = (renewed, Instant::now());
        }
    }

    /// The kind of credential, told from the form of the token.
    pub fn kind(&self) -> &'static str {
        let token = self.token();
        let token = token.expose_secret();
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
        crate::bundle::hex(&match &self.held.identity {
            Some(identity) => Sha256::digest(identity.as_bytes()),
            None => Sha256::digest(self.token().expose_secret().as_bytes()),
        })
    }

    pub(crate) fn token(&self) -> SecretString {
        self.held.token.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("kind", &self.kind()).field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A text without anything of the form of a GitHub token.
pub fn redact(text: &str) -> String {
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

/// The text of a Security Insights file that another one names as its parent. Only a file of a repository on the same forge is
/// read, through the forge's interface, and only where that was asked for; none for every other address.
pub(crate) fn parent_file(asked: &Asked<'_>, address: &str, now: Timestamp) -> Option<Answer<String>> {
    let connection = asked.connection;
    let place = connection.endpoint.file_at(address).filter(|_| connection.follow_parent)?;
    Some(github::file(connection, &place, now))
}

/// The repositories of an organization or a person, and whether these are all; an error says in words why nothing is known.
pub fn repositories_of(connection: &Connection, owner: &str, now: Timestamp) -> Result<(Vec<Listed>, bool), String> {
    github::repositories_of(connection, owner, now)
        .map_err(|failure| failure.detail.or(failure.needs).unwrap_or_default())
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
    fn a_token_that_ends_soon_is_renewed_for_all_who_hold_it() {
        let given = std::sync::atomic::AtomicUsize::new(0);
        let give: Renewal = Box::new(move || match given.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Ok(SecretString::from("ghs_second")),
            _ => Err("no more".to_owned()),
        });
        let first = SecretString::from("ghs_first");
        let credential = Credential::held(first, "a test", Some("installation 1".to_owned()), Some(give));
        let (copy, before) = (credential.clone(), credential.fingerprint());
        let token = || copy.token().expose_secret().to_owned();
        credential.renew(RENEWED_AFTER);
        assert_eq!(token(), "ghs_first");
        credential.renew(Duration::ZERO);
        assert_eq!(token(), "ghs_second");
        credential.renew(Duration::ZERO);
        assert_eq!(token(), "ghs_second", "the server says when it has ended");
        assert_eq!(copy.fingerprint(), before);
        let other = Credential::new("ghs_first", "a test");
        other.renew(Duration::ZERO);
        assert_eq!(other.token().expose_secret(), "ghs_first");
        assert_ne!(other.fingerprint(), Credential::new("ghs_second", "a test").fingerprint());
    }

    #[test]
    fn credentials_never_show_themselves() {
        let credential = Credential::new("abc-not-of-a-known-form", "a test");
        assert!(!format!("{credential:?}").contains("abc-not"));
        assert_eq!(credential.kind(), "token");
        let connection = Connection {
            endpoint: Endpoint::github(),
            credential: Some(credential),
            cache: None,
            max_age: Duration::ZERO,
            patience: Patience::default(),
            follow_parent: false,
            observer: Observer::default(),
            errand: None,
        };
        assert_eq!(connection.redact("has abc-not-of-a-known-form inside"), "has [redacted] inside");
        let header = connection.git_header().expect("a header");
        assert_eq!(connection.without_credential(&header), "Authorization: Basic [redacted]");
    }
}
