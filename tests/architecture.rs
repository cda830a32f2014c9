//! Keeps the floors: a module imports only the modules listed for it here, and nothing below `cli` touches the process.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A module, and what it may import. Siblings on the middle floor never meet.
const FLOORS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("yaml", &[]),
    ("bundle", &[]),
    ("catalog", &["model", "yaml", "bundle"]),
    ("config", &["model", "yaml"]),
    ("claims", &["model", "yaml"]),
    ("collect", &["model", "yaml", "bundle"]),
    ("policy", &["model", "yaml", "bundle"]),
    ("assess", &["model"]),
    ("compare", &["model", "bundle"]),
    ("report", &["model", "bundle"]),
    ("fix", &["model", "yaml", "bundle"]),
    ("store", &["model"]),
    ("audit", &["model", "bundle", "catalog", "collect", "policy", "assess"]),
    ("portfolio", &["model", "bundle", "assess", "audit"]),
    (
        "cli",
        &[
            "model",
            "bundle",
            "catalog",
            "config",
            "claims",
            "collect",
            "policy",
            "assess",
            "compare",
            "report",
            "fix",
            "store",
            "audit",
            "portfolio",
        ],
    ),
];

/// What only `cli` may do: print, end the process, read the environment, ask for the time, start a program.
const ONLY_IN_CLI: &[&str] = &[
    "println!",
    "eprintln!",
    "print!(",
    "process::exit",
    "env::var",
    "Command::new",
    "Timestamp::now",
    "SystemTime::now",
];

#[test]
fn modules_import_only_from_lower_floors() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    visit(Path::new("src"), &mut |path, module, source| {
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: give `{module}` a floor in FLOORS", path.display()));
            return;
        };
        seen.insert(module.to_owned());
        // Test tables of import statements hold `crate::x` as text.
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for imported in imports(code) {
            if imported != module && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{}: `{module}` may not import `{imported}`", path.display()));
            }
        }
    });
    for (name, _) in FLOORS {
        if !seen.contains(*name) {
            wrong.push(format!("FLOORS names `{name}`, which is not in src/"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_touches_the_process() {
    let mut wrong = Vec::new();
    visit(Path::new("src"), &mut |path, module, source| {
        // A file of tests alone may ask for the database that it is to use.
        if module == "cli" || path.ends_with("tests.rs") {
            return;
        }
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            for word in ONLY_IN_CLI.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}:{}: `{word}` belongs in cli", path.display(), number + 1));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_module_knows_the_engine_and_one_the_yaml_parser() {
    let homes = [
        ("regorus", "policy"),
        ("serde_yaml", "yaml"),
        ("saphyr_parser", "yaml"),
        ("gix", "collect"),
        ("minijinja", "report"),
        ("sqlx", "store"),
    ];
    let mut wrong = Vec::new();
    visit(Path::new("src"), &mut |path, module, source| {
        for (krate, home) in homes {
            if module != home && source.contains(&format!("{krate}::")) {
                wrong.push(format!("{}: `{krate}` is used outside `{home}`", path.display()));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The paths that CONTRIBUTING.md and README.md name in backticks exist.
#[test]
fn documents_name_paths_that_exist() {
    const ROOTS: &[&str] =
        &["src/", "policies/", "controls/", "templates/", "schemas/", "tests/", "benches/", "docs/", ".github/"];
    let mut wrong = Vec::new();
    for document in ["README.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(document).expect("readable");
        for code in text.split('`').skip(1).step_by(2) {
            let literal = !code.contains(['<', '*', ' ', '…', '{']);
            if ROOTS.iter().any(|root| code.starts_with(root)) && literal && !Path::new(code).exists() {
                wrong.push(format!("{document}: `{code}` does not exist"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The top-level modules named after `crate::` in `source`.
fn imports(source: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for rest in source.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        // `crate::{a, b::{c, d}}`: the names at depth zero.
        let (mut depth, mut start) = (0_usize, true);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && c.is_alphabetic() => {
                    found.insert(name(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn visit(dir: &Path, each: &mut impl FnMut(&Path, &str, &str)) {
    let mut entries: Vec<_> =
        fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix("src").expect("under src");
            let first = relative.iter().next().expect("a name").to_string_lossy().into_owned();
            let module = first.trim_end_matches(".rs");
            if !matches!(module, "lib" | "main") {
                each(&path, module, &fs::read_to_string(&path).expect("readable"));
            }
        }
    }
}
