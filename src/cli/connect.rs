//! Finding a credential and making the way to a forge: the only place where tokens are looked for. A token is read from a
//! file, from standard input, from the environment or from the program `gh`; never from an argument, because arguments
//! are shown to everybody on the machine.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::exit::Usage;
use super::fetch::Bounds;
use super::progress::Progress;
use crate::collect::forge::many::Way;
use crate::collect::forge::{Connection, Credential, Endpoint, Patience};

/// Variables that hold a token, the most specific first.
const VARIABLES: &[&str] = &["OSPS_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"];
/// The variable that holds several tokens.
const SEVERAL: &str = "OSPS_TOKENS";
/// What names an app and its installations.
const APP: [&str; 3] = ["OSPS_APP_ID", "OSPS_APP_INSTALLATION_ID", "OSPS_APP_KEY_FILE"];
/// Bytes of a file that holds a token.
const TOKEN_BYTES: u64 = 4_096;
/// Bytes of a file that holds several.
const TOKENS_BYTES: u64 = 64 * 1024;

/// How the forge is asked, as options.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// Ask nobody over a network; settings of the forge stay unknown
    #[arg(long, help_heading = "Asking the forge", conflicts_with_all = ["anonymous", "token_file", "use_gh", "api_url"])]
    pub(super) offline: bool,
    /// Ask without any credential, also where one is found (few requests an hour, no settings)
    #[arg(long, help_heading = "Asking the forge", conflicts_with_all = ["token_file", "use_gh"])]
    anonymous: bool,
    /// Read the token from this file, `-` for standard input (default: OSPS_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN)
    #[arg(long, value_name = "PATH", help_heading = "Asking the forge", conflicts_with = "use_gh")]
    token_file: Option<PathBuf>,
    /// Ask the program `gh` for its token, where no variable holds one
    #[arg(long, help_heading = "Asking the forge")]
    use_gh: bool,
    /// The interface of a GitHub server, such as https://HOST/api/v3 (default: GITHUB_API_URL, else the public one)
    #[arg(long, value_name = "URL", help_heading = "Asking the forge")]
    api_url: Option<String>,
    /// Seconds that all waits together may take: for limits of the server, before trying again
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Asking the forge")]
    max_wait: u64,
    /// Seconds that one answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Asking the forge", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Read the Security Insights file of a project elsewhere on the same forge, where the one here names it as its parent
    #[arg(long, help_heading = "Asking the forge", conflicts_with = "offline")]
    follow_parent: bool,
    /// Seconds that fetching a repository that is not here may take
    #[arg(long, value_name = "SECONDS", default_value_t = 300, help_heading = "Asking the forge", value_parser = clap::value_parser!(u64).range(1..))]
    fetch_time: u64,
    /// Mebibytes that a repository that is not here may take on the disk while it is read
    #[arg(long, value_name = "MIB", default_value_t = 2048, help_heading = "Asking the forge", value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    fetch_size: u64,
    /// Use answers of earlier runs up to this many seconds old without asking again: for several commands in one job
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        help_heading = "Asking the forge",
        conflicts_with = "no_cache"
    )]
    max_age: u64,
    /// Keep no answers for later runs and use none
    #[arg(long, help_heading = "Asking the forge")]
    no_cache: bool,
    /// Where answers are kept (default: the user's directory for caches)
    #[arg(long, value_name = "DIR", help_heading = "Asking the forge", conflicts_with = "no_cache")]
    cache_dir: Option<PathBuf>,
}

impl Asking {
    /// Nobody is asked.
    pub(super) fn nobody() -> Self {
        Self {
            offline: true,
            anonymous: false,
            token_file: None,
            use_gh: false,
            api_url: None,
            max_wait: 0,
            timeout: 1,
            follow_parent: false,
            fetch_time: 1,
            fetch_size: 1,
            no_cache: true,
            cache_dir: None,
            max_age: 0,
        }
    }

    /// The way to the forge; none where nobody is to be asked. Without a credential a local clone is read alone, unless it
    /// was said that the forge is to be asked all the same.
    pub(super) fn connection(&self, progress: &Progress) -> anyhow::Result<Option<Connection>> {
        let credential = self.credential()?;
        if self.offline || (credential.is_none() && !self.anonymous) {
            return Ok(None);
        }
        Ok(Some(self.connect(credential, progress)?))
    }

    /// The way to the forge of a repository that is not here. It is asked without a credential where there is none.
    pub(super) fn connection_to_remote(&self, progress: &Progress) -> anyhow::Result<Connection> {
        if self.offline {
            return Err(Usage("a repository that is not here cannot be read `--offline`".to_owned()).into());
        }
        self.connect(self.credential()?, progress)
    }

    /// The ways to the forge of many repositories, one for each credential: those of `--token-file`, one per line, or those of
    /// `OSPS_TOKENS`, or the installations of an app, or the one credential that is found otherwise. `OWNER=TOKEN` is for the
    /// repositories of one owner.
    pub(super) fn ways(&self, progress: &Progress) -> anyhow::Result<Vec<Way>> {
        if self.offline {
            return Err(Usage("repositories that are not here cannot be read `--offline`".to_owned()).into());
        }
        let mut found: Vec<(Option<String>, Credential)> = Vec::new();
        if self.anonymous {
        } else if let Some(path) = &self.token_file {
            let (text, origin) = read(path, TOKENS_BYTES)?;
            found = several(&text, &origin)?;
        } else if let Some(text) = variable(SEVERAL) {
            found = several(&text, SEVERAL)?;
        } else if let Some(credential) = Self::credential_of_variables()? {
            found.push((None, credential));
        } else if self.use_gh {
            found.push((None, from_gh()?));
        } else if let Some(installations) = APP.iter().all(|name| variable(name).is_some()).then(|| variable(APP[1])) {
            for one in installations.iter().flat_map(|list| list.split([',', ' '])).filter(|one| !one.is_empty()) {
                let (owner, installation) = labelled(one);
                found.extend(self.of_installation(installation)?.map(|credential| (owner, credential)));
            }
        }
        if found.is_empty() {
            return Ok(vec![Way { connection: self.connect(None, progress)?, owner: None }]);
        }
        let ways = found
            .into_iter()
            .map(|(owner, credential)| Ok(Way { connection: self.connect(Some(credential), progress)?, owner }));
        ways.collect()
    }

    /// What fetching a repository may take.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds { time: Duration::from_secs(self.fetch_time), space: self.fetch_size << 20 }
    }

    fn connect(&self, credential: Option<Credential>, progress: &Progress) -> anyhow::Result<Connection> {
        let endpoint = self.endpoint()?;
        refuse_proxy(endpoint.web(), &variable)?;
        Ok(Connection {
            endpoint,
            credential,
            cache: self.cache(),
            max_age: Duration::from_secs(self.max_age),
            patience: Patience {
                request: Duration::from_secs(self.timeout),
                waits: Duration::from_secs(self.max_wait),
                ..Patience::default()
            },
            follow_parent: self.follow_parent,
            observer: progress.observer(),
            errand: None,
        })
    }

    fn endpoint(&self) -> anyhow::Result<Endpoint> {
        let address = self.api_url.clone().or_else(|| variable("GITHUB_API_URL"));
        match address {
            Some(address) => Endpoint::at(&address).map_err(|error| Usage(error.to_string()).into()),
            None => Ok(Endpoint::github()),
        }
    }

    fn cache(&self) -> Option<PathBuf> {
        if self.no_cache {
            return None;
        }
        let of_user = || {
            let base = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
            base.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cache")))
        };
        self.cache_dir.clone().or_else(|| Some(of_user()?.join("osps").join("github")))
    }

    fn credential(&self) -> anyhow::Result<Option<Credential>> {
        if self.offline || self.anonymous {
            return Ok(None);
        }
        if let Some(path) = &self.token_file {
            return Ok(Some(from_file(path)?));
        }
        if let Some(credential) = Self::credential_of_variables()? {
            return Ok(Some(credential));
        }
        if self.use_gh {
            return from_gh().map(Some);
        }
        self.of_app()
    }

    fn credential_of_variables() -> anyhow::Result<Option<Credential>> {
        let found = VARIABLES.iter().find_map(|name| Some((name, variable(name)?)));
        found.map(|(name, token)| credential(&token, name)).transpose()
    }

    /// The token of a GitHub App, which `OSPS_APP_ID`, `OSPS_APP_INSTALLATION_ID` and `OSPS_APP_KEY_FILE` name together.
    fn of_app(&self) -> anyhow::Result<Option<Credential>> {
        variable(APP[1]).map_or(Ok(None), |installation| self.of_installation(&installation))
    }

    fn of_installation(&self, installation: &str) -> anyhow::Result<Option<Credential>> {
        let (Some(app), Some(path)) = (variable(APP[0]), variable(APP[2])) else { return Ok(None) };
        let number = |name: &str, text: &str| text.parse::<u64>().map_err(|_| Usage(format!("{name} is no number")));
        let (app, installation) = (number(APP[0], &app)?, number(APP[1], installation)?);
        let key = std::fs::read(&path).with_context(|| format!("the key of the app in {path}"))?;
        let made =
            Credential::of_installation(&self.endpoint()?, app, &key, installation, format!("the app's key in {path}"));
        made.map(Some).map_err(|why| Usage(why).into())
    }
}

/// A variable of the environment that holds something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Says at once that no proxy is used, instead of failing to reach the forge without saying why.
fn refuse_proxy(web: &str, variable: &impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
    let Some(("https", host)) = web.split_once("://") else { return Ok(()) };
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let Some(name) = names.into_iter().find(|name| variable(name).is_some()) else { return Ok(()) };
    let host = host.split(':').next().unwrap_or_default();
    let excepted = ["NO_PROXY", "no_proxy"].into_iter().filter_map(variable).any(|list| {
        list.split(',').map(str::trim).any(|except| {
            let domain = except.trim_start_matches("*.").trim_start_matches('.');
            except == "*" || (!domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}"))))
        })
    });
    if excepted {
        return Ok(());
    }
    Err(Usage(format!(
        "{name} is set, and osps reaches forges without a proxy only: name {host} in NO_PROXY where it can be reached, or use --offline"
    ))
    .into())
}

fn from_file(path: &Path) -> anyhow::Result<Credential> {
    let (token, origin) = read(path, TOKEN_BYTES)?;
    credential(token.trim(), &origin)
}

/// What a file or standard input holds, and how it is called.
fn read(path: &Path, limit: u64) -> anyhow::Result<(String, String)> {
    let mut text = String::new();
    let (result, origin) = if path == Path::new("-") {
        (std::io::stdin().lock().take(limit).read_to_string(&mut text), "standard input".to_owned())
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("the token in {}", path.display()))?;
        (file.take(limit).read_to_string(&mut text), path.display().to_string())
    };
    // The error names the place and never shows what was read.
    result.map_err(|error| Usage(format!("the token in {origin} cannot be read: {}", error.kind())))?;
    Ok((text, origin))
}

/// Several tokens, one per line or between commas, each for all repositories or for those of an owner. One that stands there
/// twice counts once, because it has one budget.
fn several(text: &str, origin: &str) -> anyhow::Result<Vec<(Option<String>, Credential)>> {
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    let entries = text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| line.split(','));
    for (number, entry) in (1..).zip(entries.map(str::trim).filter(|entry| !entry.is_empty())) {
        let (owner, token) = labelled(entry);
        if seen.insert((owner.clone(), token)) {
            found.push((owner, credential(token, &format!("{origin}, number {number}"))?));
        }
    }
    if found.is_empty() {
        return Err(Usage(format!("there is no token in {origin}")).into());
    }
    if let [(_, only)] = found.as_mut_slice() {
        origin.clone_into(&mut only.origin);
    }
    Ok(found)
}

/// What is for an owner alone, and for which.
fn labelled(entry: &str) -> (Option<String>, &str) {
    match entry.split_once('=') {
        Some((owner, rest)) if !owner.trim().is_empty() => (Some(owner.trim().to_owned()), rest.trim()),
        _ => (None, entry),
    }
}

fn from_gh() -> anyhow::Result<Credential> {
    let output = std::process::Command::new("gh").args(["auth", "token"]).stdin(std::process::Stdio::null()).output();
    let output = output.map_err(|error| Usage(format!("`gh auth token` cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(Usage("`gh auth token` gave no token: run `gh auth login` first".to_owned()).into());
    }
    credential(String::from_utf8_lossy(&output.stdout).trim(), "gh auth token")
}

/// Checks that a text can be a token at all, without ever repeating it.
fn credential(token: &str, origin: &str) -> anyhow::Result<Credential> {
    if token.is_empty() {
        return Err(Usage(format!("there is no token in {origin}")).into());
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Usage(format!("what {origin} holds is no token: it has more than one word or line")).into());
    }
    Ok(Credential::new(token, origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn several_tokens() {
        let text = "# ours\nabc\nacme=def, abc\n\n";
        let found = several(text, "OSPS_TOKENS").expect("tokens");
        let shown: Vec<_> =
            found.iter().map(|(owner, credential)| (owner.as_deref(), credential.origin.as_str())).collect();
        assert_eq!(shown, [(None, "OSPS_TOKENS, number 1"), (Some("acme"), "OSPS_TOKENS, number 2")]);
        assert_eq!(several("abc", "t").expect("a token")[0].1.origin, "t");
        for wrong in ["", "# none", "two words"] {
            assert!(!several(wrong, "t").expect_err("no token").to_string().contains("words"));
        }
    }

    #[rstest]
    #[case::none("https://github.com", &[], true)]
    #[case::set("https://github.com", &[("HTTPS_PROXY", "http://proxy:3128")], false)]
    #[case::all("https://github.com", &[("all_proxy", "socks5://proxy")], false)]
    #[case::excepted("https://github.com", &[("HTTPS_PROXY", "http://proxy"), ("NO_PROXY", "localhost, github.com")], true)]
    #[case::domain("https://ghe.corp.example", &[("https_proxy", "http://proxy"), ("no_proxy", ".corp.example")], true)]
    #[case::other("https://github.com", &[("HTTPS_PROXY", "http://proxy"), ("NO_PROXY", "hub.com")], false)]
    #[case::plain_http("http://127.0.0.1:80", &[("HTTPS_PROXY", "http://proxy")], true)]
    fn proxies(#[case] web: &str, #[case] set: &[(&str, &str)], #[case] expected: bool) {
        let variable = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(refuse_proxy(web, &variable).is_ok(), expected);
    }
}
