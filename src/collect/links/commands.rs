//! Commands of install instructions, line by line: what they fetch, how, and whether an option switches verification off.

use super::address;
use super::table::Table;
use crate::collect::limits;

/// One thing that a command fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fetch {
    /// An address, a coordinate or the command itself.
    pub(super) target: String,
    pub(super) kind: &'static str,
    pub(super) line: u64,
    /// The option that switches verification off.
    pub(super) flag: Option<String>,
    /// Whether that option is about the transport.
    pub(super) flag_is_tls: bool,
    /// Whether what is installed is a file that lies beside.
    pub(super) local_file: bool,
    pub(super) piped: bool,
}

const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "ash",
    "fish",
    "python",
    "python3",
    "perl",
    "ruby",
    "node",
    "php",
    "iex",
    "invoke-expression",
    "pwsh",
    "powershell",
    "tclsh",
];

/// Options of installers that are followed by a value.
const TAKES_VALUE: &[&str] = &[
    "--trusted-host",
    "--index-url",
    "--extra-index-url",
    "--default-index",
    "-i",
    "-f",
    "--find-links",
    "--registry",
    "--source",
    "-c",
    "--channel",
    "-t",
    "--version",
    "--features",
    "--prefix",
    "-r",
    "--requirement",
    "--repo",
    "--allow-insecure-host",
    "--python",
    "--target",
    "--git",
    "--tag",
    "--branch",
];
/// Words before a command in a sentence that are tried as beginnings.
const SENTENCE_WORDS: usize = 8;

/// What the commands in a text fetch. In text that is no code only lines that begin with a known command count.
pub(super) fn read(table: &Table, text: &str, first_line: u64, code: bool) -> Vec<Fetch> {
    let mut found = Vec::new();
    let mut joined = String::new();
    let mut start = first_line;
    for (number, line) in text.lines().enumerate() {
        if line.len() > limits::LINE_BYTES {
            continue;
        }
        if joined.is_empty() {
            start = first_line + number as u64;
        }
        let line = line.trim();
        if let Some(head) = line.strip_suffix(['\\', '`'])
            && joined.len() < limits::LINE_BYTES
            && code
        {
            joined.push_str(head);
            joined.push(' ');
            continue;
        }
        joined.push_str(line);
        of_line(table, &joined, start, code, &mut found);
        joined.clear();
    }
    if !joined.is_empty() {
        of_line(table, &joined, start, code, &mut found);
    }
    found
}

fn of_line(table: &Table, line: &str, number: u64, code: bool, found: &mut Vec<Fetch>) {
    let line = line.trim_start_matches(['$', '%', '>', ' ', '\t']);
    let line = line.strip_prefix("# ").filter(|rest| starts_with_command(table, rest)).unwrap_or(line);
    if line.is_empty() || (line.starts_with("//") || line.starts_with('#')) {
        return;
    }
    let lower = line.to_lowercase();
    if let Some(fetch) = repository_line(table, line, &lower, number) {
        found.push(fetch);
        return;
    }
    let line = if code { line } else { command_in(table, line) };
    if line.is_empty() {
        return;
    }
    let before = found.len();
    let segments: Vec<&str> =
        line.split(['|', ';', '&']).map(str::trim).filter(|segment| !segment.is_empty()).collect();
    let piped = is_piped(line, &lower);
    for segment in &segments {
        of_command(table, segment, number, piped, found);
    }
    // A setting that is switched off for a whole line, or for lines that follow.
    if found.len() == before
        && let Some((flag, tls)) = flag_of(table, line)
    {
        let local_file = [".rpm", ".deb", ".apk"].iter().any(|end| lower.contains(end)) && !lower.contains("://");
        let target = line.chars().take(limits::QUOTE_CHARS).collect();
        found.push(Fetch {
            target,
            kind: "installer",
            line: number,
            flag: Some(flag),
            flag_is_tls: tls,
            local_file,
            piped: false,
        });
    }
}

/// The command that a sentence names, such as in «Run pip install acme».
fn command_in<'a>(table: &Table, line: &'a str) -> &'a str {
    let mut rest = line;
    for _ in 0..SENTENCE_WORDS {
        if starts_with_command(table, rest) {
            return rest;
        }
        let Some((_, after)) = rest.split_once(char::is_whitespace) else { return "" };
        rest = after.trim_start();
    }
    ""
}

fn starts_with_command(table: &Table, line: &str) -> bool {
    let lower = line.trim_start_matches(['$', ' ']).to_lowercase();
    let lower = lower.strip_prefix("sudo ").unwrap_or(&lower).trim_start();
    [
        "curl ",
        "wget ",
        "git clone ",
        "docker pull ",
        "docker run ",
        "podman pull ",
        "helm repo add ",
        "iwr ",
        "irm ",
        "invoke-webrequest ",
        "rpm -",
        "dpkg -",
    ]
    .iter()
    .any(|command| lower.starts_with(command))
        || table
            .installers
            .iter()
            .any(|installer| lower.strip_prefix(installer.words.as_str()).is_some_and(|rest| rest.starts_with(' ')))
}

/// A line of a package manager's list of repositories.
fn repository_line(table: &Table, line: &str, lower: &str, number: u64) -> Option<Fetch> {
    let deb = lower.starts_with("deb ")
        || lower.starts_with("deb-src ")
        || lower.contains("\"deb ")
        || lower.contains("'deb ")
        || lower.contains("echo deb ");
    let keyed = ["baseurl=", "baseurl =", "mirrorlist=", "uris:", "server = "].iter().any(|key| lower.starts_with(key));
    let build = lower.contains("maven {")
        || lower.contains("maven(")
        || (lower.contains("<url>") && (lower.contains("repo") || lower.contains("maven")));
    let helm = lower.contains("helm repo add ")
        || lower.contains("add-apt-repository")
        || lower.contains("config-manager --add-repo")
        || lower.contains("config-manager addrepo")
        || lower.contains("zypper ar ")
        || lower.contains("zypper addrepo ")
        || lower.contains("extra-index-url")
        || lower.contains("nuget sources add")
        || lower.contains("dotnet nuget add source");
    if !(deb || keyed || build || helm) {
        return None;
    }
    let url = addresses(line).into_iter().next();
    if url.is_none() && !lower.contains("ppa:") && flag_of(table, line).is_none() {
        return None;
    }
    let flag = flag_of(table, line);
    Some(Fetch {
        target: url.unwrap_or_else(|| line.chars().take(limits::QUOTE_CHARS).collect()),
        kind: "package_repo",
        line: number,
        flag_is_tls: flag.as_ref().is_some_and(|(_, tls)| *tls),
        flag: flag.map(|(flag, _)| flag),
        local_file: false,
        piped: false,
    })
}

fn is_piped(line: &str, lower: &str) -> bool {
    let after_pipe = lower.split('|').skip(1).any(|part| {
        let mut words = part
            .split_whitespace()
            .filter(|word| !matches!(*word, "sudo" | "env" | "-e" | "-h" | "exec") && !word.contains('='));
        words.next().is_some_and(|word| {
            SHELLS.contains(&word.rsplit('/').next().unwrap_or(word).trim_end_matches([')', '"', '\'']))
        })
    });
    let fetches = |text: &str| {
        text.contains("curl ")
            || text.contains("wget ")
            || text.contains("fetch ")
            || text.contains("iwr ")
            || text.contains("irm ")
            || text.contains("downloadstring")
    };
    let substituted = [
        "sh -c \"$(",
        "bash -c \"$(",
        "zsh -c \"$(",
        "sh <(",
        "bash <(",
        "source <(",
        ". <(",
        "eval \"$(",
        "eval $(",
        "sh -c '$(",
        "-c \"`",
    ]
    .iter()
    .any(|form| lower.contains(form));
    let powershell = lower.starts_with("iex")
        || lower.contains("| iex")
        || lower.contains("iex (")
        || lower.contains("invoke-expression");
    let _ = line;
    (after_pipe || substituted || powershell) && fetches(lower)
}

fn of_command(table: &Table, segment: &str, number: u64, piped: bool, found: &mut Vec<Fetch>) {
    let segment = segment.trim_start_matches(['(', '{', ' ']);
    let words: Vec<&str> = segment.split_whitespace().collect();
    let start = words
        .iter()
        .position(|word| {
            !(matches!(*word, "sudo" | "run" | "RUN" | "-E" | "env" | "then" | "do" | "!" | "-H" | "time")
                || is_assignment(word))
        })
        .unwrap_or(words.len());
    let Some(words) = words.get(start..).filter(|words| !words.is_empty()) else { return };
    let program = words.first().map(|word| word.rsplit('/').next().unwrap_or(word).to_lowercase()).unwrap_or_default();
    let lower = words.join(" ").to_lowercase();
    let flag = flag_of(table, segment);
    let fetch = |target: String, kind: &'static str, piped: bool| Fetch {
        local_file: [".rpm", ".deb", ".apk"].iter().any(|end| lower.contains(end)) && !lower.contains("://"),
        target,
        kind,
        line: number,
        flag: flag.as_ref().map(|(flag, _)| flag.clone()),
        flag_is_tls: flag.as_ref().is_some_and(|(_, tls)| *tls),
        piped,
    };
    let urls = addresses(segment);
    match program.as_str() {
        "curl" | "wget" | "aria2c" | "fetch" | "iwr" | "irm" | "invoke-webrequest" | "invoke-restmethod" | "iex"
        | "invoke-expression" => {
            let gets = !lower.contains(" -x post")
                && !lower.contains(" -xpost")
                && !lower.contains(" -d ")
                && !lower.contains(" --data");
            for url in urls.into_iter().filter(|_| gets) {
                found.push(fetch(url, if piped { "installer" } else { "asset" }, piped));
            }
        }
        "sh" | "bash" | "zsh" | "source" | "." | "eval" | "python" | "python3" | "powershell" | "pwsh"
            if piped || segment.contains("$(") || segment.contains("<(") =>
        {
            for url in urls {
                found.push(fetch(url, "installer", true));
            }
        }
        "git" if lower.starts_with("git clone ") => {
            let target = urls.into_iter().next().or_else(|| {
                words.iter().find(|word| word.contains('@') && word.contains(':')).map(|word| (*word).to_owned())
            });
            found.extend(target.map(|target| fetch(target, "git", false)));
        }
        "docker" | "podman" | "nerdctl" | "ctr" => {
            if let Some(image) = image(words) {
                found.push(fetch(image, "image", false));
            }
        }
        "rpm" | "dpkg" => found.extend(urls.into_iter().map(|url| fetch(url, "asset", false))),
        _ => {
            if let Some(installer) = table.installers.iter().find(|installer| {
                lower.strip_prefix(installer.words.as_str()).is_some_and(|rest| rest.starts_with(' '))
            }) {
                of_installer(
                    segment,
                    &lower,
                    installer.words.as_str(),
                    installer.ecosystem.as_str(),
                    urls,
                    &fetch,
                    found,
                );
            }
        }
    }
}

fn of_installer(
    segment: &str,
    lower: &str,
    words: &str,
    ecosystem: &str,
    urls: Vec<String>,
    fetch: &dyn Fn(String, &'static str, bool) -> Fetch,
    found: &mut Vec<Fetch>,
) {
    let index = [
        "--index-url",
        "-i ",
        "--extra-index-url",
        "--registry",
        "--source",
        "--find-links",
        "-f ",
        "--default-index",
        "--repo",
    ]
    .iter()
    .any(|option| lower.contains(option));
    for url in &urls {
        let kind = if url.contains("git+") || url.trim_end_matches('/').ends_with(".git") {
            "git"
        } else if index {
            "package_repo"
        } else if url.starts_with("oci://") {
            "image"
        } else {
            "asset"
        };
        found.push(fetch(url.clone(), kind, false));
    }
    let rest = segment.to_lowercase().find(words).and_then(|at| segment.get(at + words.len()..)).unwrap_or_default();
    let mut arguments = rest.split_whitespace();
    let mut name = "";
    while let Some(word) = arguments.next() {
        if TAKES_VALUE.contains(&word) {
            arguments.next();
        } else if !word.starts_with('-') && !word.contains("://") && !word.starts_with(['.', '/', '~', '<', '[']) {
            name = word;
            break;
        }
    }
    let name: String =
        name.trim_matches(['"', '\'', '`', ',']).trim_end_matches(['.', ':']).chars().take(100).collect();
    let local = [".rpm", ".deb", ".apk", ".whl", ".tgz", ".txt", ".gem"].iter().any(|end| name.ends_with(end));
    let flagged = fetch(String::new(), "registry", false).flag.is_some();
    if (urls.is_empty() && !name.is_empty() && !local) || (urls.is_empty() && flagged) {
        found.push(fetch(format!("{ecosystem}:{}", if name.is_empty() { "?" } else { &name }), "registry", false));
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
    })
}

/// The image that a container command pulls or runs.
fn image(words: &[&str]) -> Option<String> {
    const TAKES: &[&str] = &[
        "-v",
        "--volume",
        "-p",
        "--publish",
        "-e",
        "--env",
        "--name",
        "-w",
        "--workdir",
        "-u",
        "--user",
        "--network",
        "--net",
        "--env-file",
        "--mount",
        "--entrypoint",
        "--platform",
        "-h",
        "--hostname",
        "--restart",
        "--link",
        "-m",
        "--memory",
        "--cpus",
        "--gpus",
        "--add-host",
        "--cap-add",
        "--device",
        "--label",
        "-l",
        "--shm-size",
        "--ulimit",
        "--pull",
        "--security-opt",
    ];
    let at = words.iter().position(|word| matches!(*word, "pull" | "run" | "create"))?;
    let mut rest = words.get(at + 1..)?.iter();
    while let Some(word) = rest.next() {
        if TAKES.contains(word) {
            rest.next();
        } else if !word.starts_with('-') {
            let image = word.trim_matches(['"', '\'']);
            let plain = image.chars().all(|c| c.is_ascii_alphanumeric() || "/:.@_-".contains(c));
            return (plain && !image.is_empty()).then(|| image.to_owned());
        }
    }
    None
}

/// The addresses in a line.
fn addresses(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("://").take(20) {
        let before = line.get(..at).unwrap_or_default();
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
            .last();
        let Some((start, _)) = start else { continue };
        let rest = line.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`<>()|;,".contains(c)).unwrap_or(rest.len());
        let url = rest.get(..end).unwrap_or_default().trim_end_matches('.');
        // Versions stand as variables in the paths of instructions; what matters is before them.
        let shown = url.split(['$', '{', '\\']).next().unwrap_or_default();
        if address::read(shown).is_some() {
            found.push(if shown.len() < url.len() { shown.to_owned() } else { url.to_owned() });
        }
    }
    found
}

/// The option that switches verification off, and whether it is about the transport.
fn flag_of(table: &Table, line: &str) -> Option<(String, bool)> {
    let lower = line.to_lowercase();
    let lower = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = lower.split(' ').collect();
    for flag in &table.flags {
        let known = flag.programs.is_empty()
            || words.iter().any(|word| {
                let program = word.rsplit('/').next().unwrap_or(word).trim_matches(['(', '"', '\'', '`']);
                flag.programs.iter().any(|name| name == program)
            });
        if !known {
            continue;
        }
        let given = if flag.short {
            let letter = flag.flag.trim_start_matches('-');
            words.iter().any(|word| {
                word.strip_prefix('-').is_some_and(|letters| {
                    !letters.starts_with('-')
                        && letters.len() <= 8
                        && letters.contains(letter)
                        && letters.chars().all(|c| c.is_ascii_alphabetic())
                })
            })
        } else if let Some(stem) = flag.flag.strip_suffix('*') {
            lower.contains(stem)
        } else if flag.flag.starts_with('-') && !flag.flag.contains(' ') {
            words.iter().any(|word| {
                word.trim_matches(['"', '\'', '`', ')']) == flag.flag
                    || word
                        .strip_prefix(flag.flag.as_str())
                        .is_some_and(|rest| rest.starts_with('=') && !matches!(rest, "=false" | "=0"))
            })
        } else {
            let all = lower.replace(" = ", "=");
            all.match_indices(flag.flag.as_str()).any(|(at, _)| {
                let prefixed = flag.unless.as_ref().is_some_and(|longer| {
                    let extra = longer.len().saturating_sub(flag.flag.len());
                    at.checked_sub(extra)
                        .and_then(|start| all.get(start..))
                        .is_some_and(|text| text.starts_with(longer.as_str()))
                });
                !prefixed
            })
        };
        if given {
            return Some((flag.flag.clone(), flag.tls));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    fn shown(text: &str) -> String {
        let table = Table::load(&Bundle::policies()).expect("the tables");
        let found = read(&table, text, 10, true);
        let one = |fetch: &Fetch| {
            format!(
                "{} {}{}{}",
                fetch.kind,
                fetch.target,
                if fetch.piped { " piped" } else { "" },
                fetch.flag.as_ref().map(|flag| format!(" [{flag}]")).unwrap_or_default()
            )
        };
        found.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[rstest]
    #[case("curl -fsSL https://x.org/i.sh | sudo bash", "installer https://x.org/i.sh piped")]
    #[case("curl -sSLk https://x.org/i.sh | sh", "installer https://x.org/i.sh piped [-k]")]
    #[case("sh -c \"$(curl -fsSL https://x.org/i.sh)\"", "installer https://x.org/i.sh piped")]
    #[case("bash <(curl -s https://x.org/i.sh)", "installer https://x.org/i.sh piped")]
    #[case("$ wget --no-check-certificate https://x.org/a.tgz", "asset https://x.org/a.tgz [--no-check-certificate]")]
    #[case("curl -LO https://x.org/v${V}/a.tgz", "asset https://x.org/v")]
    #[case("pip install --trusted-host pypi.acme.org acme", "registry python:acme [--trusted-host]")]
    #[case("pip install acme", "registry python:acme")]
    #[case("pip install git+https://github.com/a/b", "git git+https://github.com/a/b")]
    #[case("pip install -i http://pypi.acme.org/simple acme", "package_repo http://pypi.acme.org/simple")]
    #[case("npm config set strict-ssl false", "installer npm config set strict-ssl false [strict-ssl false]")]
    #[case("npm install -g @acme/cli", "registry npm:@acme/cli")]
    #[case("sudo apt-get install -y --allow-unauthenticated acme", "registry distro:acme [--allow-unauthenticated]")]
    #[case(
        "echo \"deb [trusted=yes] http://apt.x.org stable main\" | sudo tee /etc/apt/sources.list.d/x.list",
        "package_repo http://apt.x.org [[trusted=yes]"
    )]
    #[case("deb [signed-by=/usr/share/keyrings/x.gpg] http://apt.x.org stable main", "package_repo http://apt.x.org")]
    #[case("docker run -p 80:80 --rm ghcr.io/acme/x:1 serve", "image ghcr.io/acme/x:1")]
    #[case("git clone git://x.org/a.git", "git git://x.org/a.git")]
    #[case("GIT_SSL_NO_VERIFY=true git clone https://x.org/a.git", "git https://x.org/a.git [git_ssl_no_verify=true]")]
    #[case(
        "git -c http.sslVerify=false clone https://x.org/a.git",
        "installer git -c http.sslVerify=false clone https://x.org/a.git [http.sslverify=false]"
    )]
    #[case("gpgcheck=0", "installer gpgcheck=0 [gpgcheck=0]")]
    #[case("repo_gpgcheck=0", "")]
    #[case("gpgcheck=1", "")]
    #[case("apk add --allow-untrusted ./acme.apk", "registry distro:? [--allow-untrusted]")]
    #[case("curl -X POST https://api.x.org/v1 -d '{}'", "")]
    #[case("helm repo add acme https://charts.acme.org", "package_repo https://charts.acme.org")]
    #[case("helm install x oci://ghcr.io/acme/x", "image oci://ghcr.io/acme/x")]
    #[case("make install", "")]
    #[case("brew install acme/tap/acme && acme --version", "registry homebrew:acme/tap/acme")]
    #[case("# npm install acme", "registry npm:acme")]
    #[case("curl \\\n  -k https://x.org/a.tgz", "asset https://x.org/a.tgz [-k]")]
    #[case("iwr https://x.org/i.ps1 -useb | iex", "installer https://x.org/i.ps1 piped")]
    fn fetches(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn lines_are_counted_from_the_block() {
        let table = Table::load(&Bundle::policies()).expect("the tables");
        let found = read(&table, "echo hi\npip install acme", 10, true);
        assert_eq!(found.first().map(|fetch| fetch.line), Some(11));
    }
}
