//! Manifests that are programs or line-based texts: read for the dependencies that are written out in them.

use std::sync::LazyLock;

use regex::Regex;

use super::data::requirement_name;
use super::{Listing, State};

pub(super) fn read(format: &str, path: &str, text: &str) -> Option<Listing> {
    match format {
        "requirements" => Some(requirements(text)),
        "setup_cfg" => setup_cfg(text),
        "setup_py" => setup_py(text),
        "conda_recipe" => conda_recipe(text),
        "go_mod" => Some(go_mod(text)),
        "gradle" => Some(gradle(text)),
        "sbt" => Some(matching(text, &SBT)),
        "leiningen" => Some(leiningen(text)),
        "deps_edn" => Some(counted(text, &EDN)),
        "gemfile" => Some(gemfile(text)),
        "gemspec" => Some(pinned(matching(text, &GEMSPEC), text, &RUBY_PIN)),
        "podfile" => Some(matching(text, &POD)),
        "podspec" => Some(matching(text, &PODSPEC)),
        "paket" => Some(matching(text, &PAKET)),
        "mix" => Some(pinned(matching(text, &MIX), text, &ELIXIR_PIN)),
        "rebar" => Some(matching_in(text, "{deps,", &REBAR)),
        "swift" => Some(swift(text)),
        "cartfile" => Some(matching(text, &CARTFILE)),
        "pbxproj" => some_if_any(matching(text, &XCODE_PACKAGE)),
        "conan_txt" => Some(conan_txt(text)),
        "conan_py" => Some(conan_py(text)),
        "wrap" => Some(wrap(path)),
        "bazel_module" => Some(matching(text, &BAZEL_DEP)),
        "bazel_workspace" => {
            some_if(matching(text, &BAZEL_RULE), text.contains("workspace(") || text.contains("load("))
        }
        "cmake" => some_if_any(matching(&without_hash_comments(text), &CMAKE)),
        "xmake" => Some(matching(text, &XMAKE)),
        "platformio" => some_if(platformio(text), text.contains("platform")),
        "arduino" => some_if(arduino(text), text.contains("name=")),
        "cabal" => Some(cabal(text)),
        "dune" => Some(dune(text)),
        "opam" => Some(opam(text)),
        "cpanfile" => Some(matching(text, &CPANFILE)),
        "dist_ini" => Some(dist_ini(text)),
        "perl_make" => Some(perl_make(text)),
        "r_description" => r_description(text),
        "rockspec" => Some(quoted_after(text, "dependencies", '{', '}')),
        "nimble" => Some(nimble(text)),
        "zon" => Some(matching_in(text, ".dependencies", &ZON)),
        "dub_sdl" => Some(matching(text, &DUB)),
        "spago" => Some(spago(text)),
        "racket" => Some(quoted_after(text, "define deps", '(', ')')),
        "asdf" => Some(asdf(text)),
        "cask" => Some(matching(text, &CASK)),
        "emacs_pkg" => Some(matching(text, &EMACS)),
        "v_mod" => Some(quoted_after(text, "dependencies", '[', ']')),
        "psd1" => some_if(quoted_after(text, "RequiredModules", '(', ')'), text.contains("ModuleVersion")),
        "terraform" => some_if_any(terraform(text)),
        "fusesoc" => some_if(matching_in(text, "depend:", &FUSESOC), text.starts_with("CAPI")),
        "nix" => nix(text),
        "guix" => Some(matching(text, &GUIX)),
        "lines" => Some(requirements(text)),
        _ => None,
    }
}

macro_rules! patterns {
    ($($name:ident = $pattern:literal;)*) => {
        $(static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());)*

        #[cfg(test)]
        pub(super) fn all_patterns_compile() -> bool {
            [$($name.is_some()),*].iter().all(|compiled| *compiled)
        }
    };
}

patterns! {
    SBT = r#"(?:"([\w.-]+)"\s*%{1,3}\s*"[\w.-]+"|(?:ivy|mvn)"([\w.-]+:+[\w.-]+))"#;
    EDN = r":(?:mvn/version|git/url|git/sha|git/tag|local/root)\b";
    GEM = r#"(?m)^\s*gem\s*\(?\s*["']([\w.-]+)["']"#;
    RUBY = r#"(?m)^\s*ruby\s*\(?\s*["']([^"'\n]+)["']"#;
    GEMSPEC = r#"\.add_(?:runtime_|development_)?dependency\s*\(?\s*["']([\w.-]+)["']"#;
    RUBY_PIN = r#"\.required_ruby_version\s*=\s*(?:Gem::Requirement\.new\()?\[?\s*["']([^"'\n]+)["']"#;
    POD = r#"(?m)^\s*pod\s*\(?\s*["']([\w./+-]+)["']"#;
    PODSPEC = r#"\.dependency\s*\(?\s*["']([\w./+-]+)["']"#;
    PAKET = r"(?m)^\s*(?:nuget|github|git|http|clitool)\s+(\S+)";
    MIX = r"\{\s*:(\w+)\s*,\s*(?:[\x22~]|git:|github:|path:|in_umbrella:|hex:|only:|\[)";
    ELIXIR_PIN = r#"elixir:\s*"([^"\n]+)""#;
    REBAR = r"(?:^|[\[,\s])\{?\s*([a-z]\w*)\s*(?:,|\}|$)";
    SWIFT = r#"\.package\s*\(\s*(?:(?:name|id|path|url)\s*:\s*)?"([^"\n]+)""#;
    SWIFT_PIN = r"swift-tools-version\s*:\s*([\w.]+)";
    CARTFILE = r#"(?m)^\s*(?:github|git|binary)\s+"([^"\n]+)""#;
    XCODE_PACKAGE = r#"repositoryURL\s*=\s*"([^"\n]+)""#;
    CONAN = r#"["']([\w.+-]+)/[^"'\s]+["']"#;
    BAZEL_DEP = r#"(?:bazel_dep\s*\(\s*name\s*=|crate\.spec\s*\([^)]{0,200}?package\s*=)\s*"([^"\n]+)""#;
    BAZEL_RULE = r#"\b(?:http_archive|http_file|http_jar|git_repository|new_git_repository|go_repository|maven_install|pip_install|pip_parse|npm_install|yarn_install|npm_translate_lock|new_local_repository|local_repository|crates_repository|crate_universe|jvm_maven_import_external)\s*\(\s*(?:#[^\n]*\s*)*(?:name\s*=\s*"([^"\n]+)")?"#;
    CMAKE = r#"(?i)\b(?:FetchContent_Declare|CPMAddPackage|CPMFindPackage|CPMDeclarePackage|ExternalProject_Add|hunter_add_package)\s*\(\s*(?:NAME\s+)?"?(?:gh:|gl:|bb:)?([\w./+-]+)"#;
    XMAKE = r#"add_requires\s*\(\s*"([^"\s]+)"#;
    CPANFILE = r#"(?m)^\s*(?:requires|recommends|suggests|test_requires|build_requires|author_requires)\s*\(?\s*["']?([\w:]+)["']?"#;
    PERL_PAIR = r#"["']?([A-Z][\w:]*)["']?\s*=>\s*["']?v?[\d.]"#;
    ZON = r"\.@?\x22?([\w-]+)\x22?\s*=\s*\.\{\s*\.(?:url|path|hash|lazy)";
    DUB = r#"(?m)^\s*dependency\s+"([^"\n]+)""#;
    CASK = r#"\(\s*depends-on\s+"([^"\n]+)""#;
    EMACS = r#"\(\s*([\w-]+)\s+"[\d.]+"\s*\)"#;
    FUSESOC = r"-\s*[\x22']?[<>=~^]*([\w.:-]+)";
    GUIX = r#""([a-z][\w.@-]*)""#;
    LEIN = r"\[\s*([\w./-]+)\s+\x22";
    PROVIDER = r#"source\s*=\s*"([^"\n.][^"\n]*)""#;
    NIX_URL = r#"(?:url\s*=\s*"|fetchTarball\b|builtins\.fetch|fetchFromGitHub\b)"#;
}

fn captures(text: &str, pattern: &LazyLock<Option<Regex>>) -> Vec<String> {
    let Some(pattern) = pattern.as_ref() else { return Vec::new() };
    pattern
        .captures_iter(text)
        .filter_map(|found| found.iter().skip(1).flatten().next().map(|name| name.as_str().to_owned()))
        .collect()
}

fn matching(text: &str, pattern: &LazyLock<Option<Regex>>) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    listing.add_all(captures(text, pattern));
    listing
}

/// Matches after a heading word.
fn matching_in(text: &str, heading: &str, pattern: &LazyLock<Option<Regex>>) -> Listing {
    let body = text.find(heading).and_then(|at| text.get(at + heading.len()..)).unwrap_or_default();
    let (open, close) = if body.trim_start().starts_with('[') { ('[', ']') } else { ('{', '}') };
    matching(bracketed(body, open, close).unwrap_or(body), pattern)
}

/// One dependency per match, by its position.
fn counted(text: &str, pattern: &LazyLock<Option<Regex>>) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    if let Some(pattern) = pattern.as_ref() {
        listing.add_all(pattern.find_iter(text).enumerate().map(|(number, _)| format!("#{}", number + 1)));
    }
    listing
}

fn pinned(mut listing: Listing, text: &str, pattern: &LazyLock<Option<Regex>>) -> Listing {
    listing.toolchain = captures(text, pattern).into_iter().next();
    listing
}

fn some_if(listing: Listing, condition: bool) -> Option<Listing> {
    (condition || listing.direct() > 0).then_some(listing)
}

fn some_if_any(listing: Listing) -> Option<Listing> {
    some_if(listing, false)
}

/// The text between the first opening bracket and the one that closes it; quotation marks are heeded.
fn bracketed(text: &str, open: char, close: char) -> Option<&str> {
    let start = text.find(open)?;
    let mut depth = 0usize;
    let mut quote = None;
    for (at, c) in text.get(start..)?.char_indices() {
        match quote {
            Some(mark) if c == mark || c == '\n' => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == open => depth += 1,
            None if c == close => {
                depth -= 1;
                if depth == 0 {
                    return text.get(start + open.len_utf8()..start + at);
                }
            }
            None => {}
        }
    }
    None
}

/// The texts between quotation marks.
fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let Some(quote) = rest.get(start..).and_then(|rest| rest.chars().next()) else { break };
        let inside = rest.get(start + 1..).unwrap_or_default();
        let Some(end) = inside.find(quote) else { break };
        found.push(inside.get(..end).unwrap_or_default().to_owned());
        rest = inside.get(end + 1..).unwrap_or_default();
    }
    found
}

/// The quoted names in the brackets after a word.
fn quoted_after(text: &str, word: &str, open: char, close: char) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let body = text.find(word).and_then(|at| text.get(at + word.len()..)).and_then(|rest| bracketed(rest, open, close));
    listing.add_all(strings(body.unwrap_or_default()).iter().map(|text| requirement_name(text)));
    listing
}

fn without_hash_comments(text: &str) -> String {
    text.lines().map(|line| line.split('#').next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn requirements(text: &str) -> Listing {
    let mut listing = Listing::of(State::Empty);
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        listing.state = State::Parsed;
        match line.strip_prefix("-e").or_else(|| line.strip_prefix("--editable")).map(str::trim) {
            Some(target) if target.contains("://") => listing.add(target),
            Some(_) => {}
            None if line.starts_with('-') || line == "." => {}
            None => listing.add(requirement_name(line)),
        }
    }
    listing
}

/// Sections and keys of a file in INI format; values may go on in indented lines.
fn ini(text: &str) -> Vec<(String, String, Vec<String>)> {
    let mut found: Vec<(String, String, Vec<String>)> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, _, values)) = found.last_mut() {
                values.push(trimmed.to_owned());
            }
        } else if let Some(name) = trimmed.strip_prefix('[') {
            section = name.trim_end_matches(']').trim().to_lowercase();
            // Lines of a section without keys still belong to it.
            found.push((section.clone(), String::new(), Vec::new()));
        } else if let Some((key, value)) = trimmed.split_once('=') {
            let values = Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
            found.push((section.clone(), key.trim().to_lowercase(), values.into_iter().collect()));
        } else {
            found.push((section.clone(), String::new(), vec![trimmed.to_owned()]));
        }
    }
    found
}

fn setup_cfg(text: &str) -> Option<Listing> {
    let entries = ini(text);
    if !entries.iter().any(|(section, ..)| section == "metadata" || section == "options") {
        return None;
    }
    let mut listing = Listing::of(State::Parsed);
    for (section, key, values) in entries {
        match (section.as_str(), key.as_str()) {
            ("options", "install_requires" | "tests_require")
                if values.iter().any(|value| value.starts_with("file:")) =>
            {
                listing.state = State::Dynamic;
            }
            ("options", "install_requires" | "tests_require") | ("options.extras_require", _) => {
                listing.add_all(values.iter().flat_map(|value| value.split(';').take(1)).map(requirement_name));
            }
            ("options", "python_requires") => {
                listing.toolchain = values.first().map(|value| format!("python_requires {value}"))
            }
            _ => {}
        }
    }
    Some(listing)
}

fn setup_py(text: &str) -> Option<Listing> {
    let text = without_hash_comments(text);
    let call = text.find("setup(").or_else(|| text.find("setup ("))?;
    let arguments = text.get(call..).and_then(|rest| bracketed(rest, '(', ')')).unwrap_or_default();
    let key = ["install_requires", "requires"].iter().find_map(|key| {
        let at = arguments.find(&format!("{key}="))?;
        arguments.get(at + key.len() + 1..)
    });
    let mut listing = Listing::of(State::Parsed);
    match key.map(str::trim_start) {
        Some(value) if value.starts_with('[') => {
            let list = bracketed(value, '[', ']').unwrap_or_default();
            listing.add_all(strings(list).iter().map(|text| requirement_name(text)));
            let outside: String = outside_strings(list);
            let after = value.get(list.len() + 2..).unwrap_or_default().trim_start();
            if outside.chars().any(char::is_alphanumeric) || after.starts_with('+') {
                listing.state = State::Dynamic;
            }
        }
        Some(_) => listing.state = State::Dynamic,
        None if arguments.contains("**") => listing.state = State::Dynamic,
        // Without any argument the other files decide.
        None if !arguments.contains('=') => return None,
        None => {}
    }
    Some(listing)
}

/// What stands outside quotation marks.
fn outside_strings(text: &str) -> String {
    let mut quote = None;
    text.chars()
        .filter(|c| match quote {
            Some(mark) => {
                if *c == mark {
                    quote = None;
                }
                false
            }
            None if matches!(c, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            None => true,
        })
        .collect()
}

fn conda_recipe(text: &str) -> Option<Listing> {
    (text.contains("package:") && text.contains("requirements:")).then(|| {
        let body = text.split("requirements:").nth(1).unwrap_or_default();
        let mut listing = Listing::of(State::Parsed);
        let items = body.lines().skip(1).take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty());
        listing.add_all(items.filter_map(|line| line.trim().strip_prefix("- ")).map(requirement_name));
        listing
    })
}

fn go_mod(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let mut in_require = false;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        let indirect = line.contains("// indirect");
        let mut words = code.split_whitespace();
        match (words.next(), in_require) {
            (Some(")"), _) => in_require = false,
            (Some(name), true) if !indirect => listing.add(name),
            (Some("require"), false) if code.ends_with('(') => in_require = true,
            (Some("require"), false) if !indirect => listing.add(words.next().unwrap_or_default()),
            (Some("module"), false) => listing.package = words.next().map(|path| path.trim_matches('"').to_owned()),
            (Some(word @ ("go" | "toolchain")), false) => {
                listing.toolchain = words.next().map(|version| format!("{word} {version}"));
            }
            _ => {}
        }
    }
    if listing.package.is_none() {
        listing.state = State::Unparsable;
    }
    listing
}

const GRADLE_CONFIGURATIONS: &[&str] = &[
    "implementation",
    "api",
    "compileonly",
    "runtimeonly",
    "compile",
    "runtime",
    "provided",
    "annotationprocessor",
    "kapt",
    "ksp",
    "classpath",
    "compileonlyapi",
    "developmentonly",
    "shadow",
    "include",
    "modimplementation",
    "detektplugins",
    "corelibrarydesugaring",
    "minecraft",
    "mappings",
];

fn gradle(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches('"');
        let end = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(line.len());
        let (word, rest) = (line.get(..end).unwrap_or_default().to_lowercase(), line.get(end..).unwrap_or_default());
        if word.starts_with("jvmtoolchain") || word == "sourcecompatibility" || line.contains("JavaLanguageVersion.of(")
        {
            listing.toolchain = Some(line.trim().chars().take(60).collect());
        }
        let configuration = GRADLE_CONFIGURATIONS.iter().any(|name| word.ends_with(name));
        let rest = rest.trim_start_matches(['"', '(', ' ', '\t']);
        if !configuration || rest.starts_with("project") || rest.starts_with("fileTree") || rest.starts_with("files(") {
            continue;
        }
        let coordinate = strings(line).into_iter().find(|text| text.contains(':'));
        let alias = rest.starts_with("libs.")
            || rest.contains("(libs.")
            || rest.starts_with("deps.")
            || rest.contains("group:");
        if let Some(coordinate) = coordinate {
            listing.add(coordinate.split(':').take(2).collect::<Vec<_>>().join(":"));
        } else if alias || rest.starts_with("kotlin(") || rest.starts_with("platform(") {
            listing.add(rest.trim_end_matches(|c: char| !c.is_alphanumeric()).chars().take(100).collect::<String>());
        }
    }
    listing
}

fn leiningen(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for part in text.split(":dependencies").skip(1) {
        listing.add_all(captures(bracketed(part, '[', ']').unwrap_or_default(), &LEIN));
    }
    listing
}

fn gemfile(text: &str) -> Listing {
    let mut listing = pinned(matching(text, &GEM), text, &RUBY);
    listing.toolchain = listing.toolchain.map(|version| format!("ruby {version}"));
    let says = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    listing.inherits =
        text.lines().any(|line| line.trim_start().starts_with("gemspec") || line.contains("eval_gemfile"));
    if !text.lines().any(says) {
        listing.state = State::Empty;
    }
    listing
}

fn swift(text: &str) -> Listing {
    let mut listing = pinned(matching(text, &SWIFT), text, &SWIFT_PIN);
    listing.toolchain = listing.toolchain.map(|version| format!("swift-tools-version {version}"));
    listing
}

fn conan_txt(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for (section, key, values) in ini(text) {
        if matches!(section.as_str(), "requires" | "tool_requires" | "build_requires" | "test_requires") {
            let lines = values.iter().map(String::as_str).chain((!key.is_empty()).then_some(key.as_str()));
            listing.add_all(lines.map(|line| line.split('/').next().unwrap_or_default().to_owned()));
        }
    }
    listing
}

fn conan_py(text: &str) -> Listing {
    let relevant: Vec<&str> =
        text.lines().filter(|line| line.contains("requires") || line.trim_start().starts_with(['"', '\''])).collect();
    let mut listing = matching(&relevant.join("\n"), &CONAN);
    if listing.direct() == 0 && text.contains("def requirements") {
        listing.state = State::Dynamic;
    }
    listing
}

fn wrap(path: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let name = path.rsplit('/').next().unwrap_or(path);
    listing.add(name.strip_suffix(".wrap").unwrap_or(name));
    listing
}

fn platformio(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let values = ini(text).into_iter().filter(|(_, key, _)| key == "lib_deps").flat_map(|(.., values)| values);
    listing.add_all(values.map(|value| value.split(['@', ';']).next().unwrap_or_default().trim().to_owned()));
    listing
}

fn arduino(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let line = text.lines().find_map(|line| line.strip_prefix("depends="));
    listing.add_all(line.unwrap_or_default().split(',').map(requirement_name));
    listing
}

fn cabal(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let mut inside: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let code = line.split("--").next().unwrap_or_default().trim();
        let lower = code.to_lowercase();
        let field = lower.strip_prefix("build-depends:").or_else(|| lower.strip_prefix("build-tool-depends:"));
        let items = match (field, inside) {
            (Some(rest), _) => {
                inside = Some(indent);
                rest
            }
            (None, Some(level)) if indent > level || code.starts_with(',') || code.is_empty() => lower.as_str(),
            _ => {
                inside = None;
                continue;
            }
        };
        listing.add_all(items.split(',').map(|item| requirement_name(item.trim_start_matches([',', ' ']))));
    }
    listing
}

fn dune(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for part in text.split("(depends").skip(1) {
        let mut depth = 0usize;
        let mut word = String::new();
        let mut first = true;
        for c in part.chars() {
            let boundary = c.is_whitespace() || matches!(c, '(' | ')');
            if boundary && !word.is_empty() {
                // In `(name (>= 1))` only the first word of the outer pair is a name.
                if depth == 0 || (depth == 1 && first) {
                    listing.add(std::mem::take(&mut word));
                }
                word.clear();
                first = false;
            }
            match c {
                '(' => {
                    depth += 1;
                    first = depth == 1;
                }
                ')' if depth == 0 => break,
                ')' => depth -= 1,
                c if !boundary => word.push(c),
                _ => {}
            }
        }
    }
    listing
}

fn opam(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for field in ["depends:", "depopts:"] {
        let start = text
            .match_indices(field)
            .find(|(at, _)| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with('\n')));
        let body = start.and_then(|(at, _)| text.get(at + field.len()..)).and_then(|rest| bracketed(rest, '[', ']'));
        // Versions stand in braces after the name.
        let mut depth = 0usize;
        let names: String = body
            .unwrap_or_default()
            .chars()
            .filter(|c| {
                match c {
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0
            })
            .collect();
        listing.add_all(strings(&names));
    }
    listing
}

fn dist_ini(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for (section, key, _) in ini(text) {
        if section.starts_with("prereqs") && !key.is_empty() && !key.starts_with('-') {
            listing.add(key);
        } else if section == "autoprereqs" || section.starts_with("autoprereqs /") {
            listing.state = State::Dynamic;
        }
    }
    listing
}

fn perl_make(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    let keys = ["PREREQ_PM", "BUILD_REQUIRES", "TEST_REQUIRES", "CONFIGURE_REQUIRES", "requires", "build_requires"];
    for key in keys {
        for part in text.split(key).skip(1).take(20) {
            let part = part.trim_start_matches(['"', '\'', ' ', '\t', '=', '>']);
            if part.starts_with('{') {
                listing.add_all(captures(bracketed(part, '{', '}').unwrap_or_default(), &PERL_PAIR));
            }
        }
    }
    listing.add_all(captures(text, &CPANFILE).into_iter().filter(|name| name.starts_with(char::is_uppercase)));
    if listing.direct() == 0 && keys.iter().any(|key| text.contains(key)) {
        listing.state = State::Dynamic;
    }
    listing
}

fn r_description(text: &str) -> Option<Listing> {
    if !text.lines().any(|line| line.starts_with("Package:")) {
        return None;
    }
    let mut listing = Listing::of(State::Parsed);
    let mut inside = false;
    for line in text.lines() {
        let items = if line.starts_with([' ', '\t']) {
            if !inside {
                continue;
            }
            line
        } else {
            let Some((field, rest)) = line.split_once(':') else { continue };
            inside = matches!(field, "Imports" | "Depends" | "LinkingTo" | "Suggests");
            if !inside {
                continue;
            }
            rest
        };
        for item in items.split(',').map(str::trim) {
            match requirement_name(item).as_str() {
                "R" => listing.toolchain = Some(item.to_owned()),
                name => listing.add(name),
            }
        }
    }
    Some(listing)
}

fn nimble(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for line in text.lines().filter(|line| line.trim_start().starts_with("requires")) {
        for name in strings(line) {
            match requirement_name(&name).as_str() {
                "nim" => listing.toolchain = Some(name),
                name => listing.add(name),
            }
        }
    }
    listing
}

fn spago(text: &str) -> Listing {
    let mut listing = quoted_after(text, "dependencies", '[', ']');
    let lines = text.lines().skip_while(|line| !line.trim_start().starts_with("dependencies:")).skip(1);
    listing.add_all(lines.map_while(|line| line.trim().strip_prefix("- ")).map(requirement_name));
    listing
}

fn asdf(text: &str) -> Listing {
    let mut listing = Listing::of(State::Parsed);
    for part in text.split(":depends-on").skip(1) {
        let body = bracketed(part, '(', ')').unwrap_or_default();
        listing.add_all(body.split_whitespace().map(|name| name.trim_matches(['#', ':', '"', '(', ')']).to_owned()));
    }
    listing
}

fn terraform(text: &str) -> Listing {
    let mut listing = matching(&without_hash_comments(text), &PROVIDER);
    let pin = text.lines().find(|line| line.trim_start().starts_with("required_version"));
    listing.toolchain = pin.map(|line| line.trim().chars().take(60).collect());
    listing
}

/// Inputs of a flake, and the packages that a derivation lists.
fn nix(text: &str) -> Option<Listing> {
    let code = without_hash_comments(text);
    let mut listing = Listing::of(State::Parsed);
    for field in ["buildInputs", "nativeBuildInputs", "propagatedBuildInputs", "packages"] {
        for part in code.split(field).skip(1).take(50) {
            let part = part.trim_start();
            if !part.starts_with('=') {
                continue;
            }
            let body = part.get(..part.find(';').unwrap_or(part.len())).and_then(|part| bracketed(part, '[', ']'));
            let plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
            listing.add_all(body.unwrap_or_default().split_whitespace().filter(plain).map(str::to_owned));
        }
    }
    let fetched = NIX_URL.as_ref().map_or(0, |pattern| pattern.find_iter(&code).count());
    listing.add_all((1..=fetched.min(200)).map(|number| format!("input #{number}")));
    some_if_any(listing)
}
