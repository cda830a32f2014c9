use super::*;
use crate::bundle::Bundle;
use crate::collect::tree::Tree;
use crate::collect::{ci, scan};
use crate::model::subject::Subject;
use rstest::rstest;

pub(super) fn collected(files: &[(&str, &str)]) -> Deps {
    let tree = Tree::of(files);
    let policies = Bundle::policies();
    let subject = Subject {
        host: Some("github.com".to_owned()),
        owner: Some("acme".to_owned()),
        name: "demo".to_owned(),
        ..Subject::default()
    };
    let now = "2026-11-01T00:00:00Z".parse().expect("a time");
    let cx =
        Context { tree: &tree, clone: None, forge: None, subject: &subject, now, policies: &policies, src: &["git"] };
    collect(&cx, &scan::scan(&cx), &ci::collect(&cx).0)
}

/// One line per ecosystem: name, source files, manifests with state and count, imports from elsewhere, libraries looked for.
fn summary(files: &[(&str, &str)]) -> String {
    let deps = collected(files);
    let ecosystems = deps.ecosystems.value().expect("known");
    let line = |e: &Ecosystem| {
        let manifests: Vec<String> =
            e.manifests.iter().map(|m| format!("{}={}:{}", m.path, m.state, m.direct)).collect();
        let side: Vec<&str> = e.side_manifests.iter().map(|m| m.path.as_str()).collect();
        let imports: Vec<&str> = e.third_party_imports.iter().chain(&e.searched).map(|i| i.name.as_str()).collect();
        format!(
            "{} {} [{}] side[{}] uses[{}]",
            e.ecosystem,
            e.source_files,
            manifests.join(" "),
            side.join(" "),
            imports.join(" ")
        )
    };
    ecosystems.iter().map(line).collect::<Vec<_>>().join("; ")
}

#[rstest]
#[case::rust(&[("Cargo.toml", "[package]\nname='a'\n[dependencies]\nserde='1'"), ("src/main.rs", "use serde::X;\nmod b;\nuse b::Y;")],
    "cargo 1 [Cargo.toml=parsed:1] side[] uses[serde]")]
#[case::directory_named_like_a_manifest(&[("go.mod/README.md", "x"), ("src/main.go", "package main\nimport \"github.com/spf13/cobra\"\n")],
    "go 1 [] side[] uses[github.com/spf13/cobra]")]
#[case::own_modules(&[("a/main.go", "package main\nimport \"github.com/acme/demo/b\"\nimport \"fmt\"\n")], "go 1 [] side[] uses[]")]
#[case::own_python(&[("app/__init__.py", ""), ("app/x.py", "import app.y\nimport os\nfrom helpers import z\n"), ("helpers.py", "")],
    "python 3 [] side[] uses[]")]
#[case::side_manifests(&[("docs/requirements.txt", "sphinx"), ("src/a.py", "import requests"), ("requirements-dev.txt", "pytest")],
    "python 1 [] side[docs/requirements.txt requirements-dev.txt] uses[requests]")]
#[case::helpers_beside_a_product(&[("main.go", "package main"), ("scripts/x.py", "import requests")], "go 1 [] side[] uses[]")]
#[case::helpers_alone(&[("scripts/x.py", "import requests")], "python 1 [] side[] uses[requests]")]
#[case::tests_do_not_import_for_the_product(&[("a.py", "import os"), ("tests/test_a.py", "import pytest")], "python 1 [] side[] uses[]")]
#[case::vendored(&[("third_party/zlib/zlib.h", ""), ("third_party/zlib/inflate.c", ""), ("src/a.c", "#include <zlib.h>\n#include <stdio.h>")],
    "c 1 [] side[] uses[]")]
#[case::libraries_looked_for(&[("CMakeLists.txt", "find_package(ZLIB REQUIRED)\nfind_package(Threads)\npkg_check_modules(X REQUIRED glib-2.0 gio-2.0>=2)"), ("src/a.c", "#include <zlib.h>")],
    "c 1 [] side[] uses[zlib.h gio-2.0 glib-2.0 ZLIB]")]
#[case::general(&[("flake.nix", "{ inputs.x.url = \"y\"; }")], "nix 1 [flake.nix=parsed:1] side[] uses[]")]
#[case::monorepo(&[("services/a/package.json", "{\"name\":\"a\",\"dependencies\":{\"b\":\"1\"}}"), ("services/a/i.ts", "import b from 'b'")],
    "npm 1 [services/a/package.json=parsed:1] side[] uses[b]")]
#[case::empty(&[("requirements.txt", "\n"), ("a.py", "import requests")], "python 1 [requirements.txt=empty:0] side[] uses[requests]")]
#[case::no_package_manager(&[("a.sh", "echo")], "shell 1 [] side[] uses[]")]
fn ecosystems(#[case] files: &[(&str, &str)], #[case] expected: &str) {
    assert_eq!(summary(files), expected);
}

#[test]
fn a_file_that_pins_the_toolchain_counts_for_the_manifests_below_it() {
    let deps =
        collected(&[("Cargo.toml", "[package]\nname='a'"), ("rust-toolchain.toml", "[toolchain]"), ("src/lib.rs", "")]);
    let found = deps.ecosystems.value().and_then(|list| list.first()).and_then(|e| e.manifests.first()).expect("one");
    assert_eq!(found.toolchain.as_deref(), Some("rust-toolchain.toml"));
}

/// One line per download: form, what, owner, pin, use, `http` and `listed` where they hold, target.
fn adhoc(files: &[(&str, &str)]) -> String {
    let deps = collected(files);
    let one = |d: &Download| {
        let marks = format!("{}{}", if d.plain_http { " http" } else { "" }, if d.listed { " listed" } else { "" });
        format!("{}:{} {} {} {} {} {}{marks} {}", d.path, d.line, d.form, d.what, d.owner, d.pin, d.used_for, d.target)
    };
    deps.adhoc.value().expect("known").iter().map(one).collect::<Vec<_>>().join("; ")
}

fn workflow(run: &str) -> String {
    let indented = run.replace('\n', "\n          ");
    format!("on: push\njobs:\n  build:\n    steps:\n      - run: |\n          {indented}\n")
}

#[rstest]
#[case::pipe(
    "curl -sSf https://sh.rustup.rs | sh -s -- -y",
    "6 pipe_to_shell tool third none product https://sh.rustup.rs"
)]
#[case::sudo(
    "curl -s https://x.org/i.sh | sudo -E bash -",
    "6 pipe_to_shell tool third none product https://x.org/i.sh"
)]
#[case::process(
    "echo\nbash <(curl -s https://codecov.io/bash)",
    "7 pipe_to_shell tool third none product https://codecov.io/bash"
)]
#[case::jar(
    "curl -L -o lib/gson.jar https://repo1.maven.org/gson-2.8.jar",
    "6 download library third tag product https://repo1.maven.org/gson-2.8.jar"
)]
#[case::plain("wget http://x.org/lib.js", "6 download library third none product http http://x.org/lib.js")]
#[case::checked(
    "wget https://x.org/lib.js\necho abc lib.js | sha256sum -c",
    "6 download library third digest product https://x.org/lib.js"
)]
#[case::tool(
    "curl -Lo /usr/local/bin/kind https://kind.sigs.k8s.io/dl/v0.20.0/kind-linux-amd64\nchmod +x /usr/local/bin/kind",
    "6 download tool third tag product https://kind.sigs.k8s.io/dl/v0.20.0/kind-linux-amd64"
)]
#[case::built(
    "wget https://x.org/foo-1.2.tar.gz\ntar xzf foo-1.2.tar.gz && cd foo-1.2\n./configure && make install",
    "6 download library third tag product https://x.org/foo-1.2.tar.gz"
)]
#[case::api("curl -s https://api.github.com/repos/a/b | jq .tag_name", "")]
#[case::health("curl http://localhost:8080/health && curl -f https://x.org/ping", "")]
#[case::own(
    "curl -LO https://github.com/acme/tool/releases/download/v1/tool.tar.gz",
    "6 download unknown own tag product https://github.com/acme/tool/releases/download/v1/tool.tar.gz"
)]
#[case::clones(
    "git clone --depth 1 https://github.com/o/lib\ncd lib && cmake . && make install",
    "6 clone library third none product https://github.com/o/lib"
)]
#[case::pinned(
    "git clone https://github.com/o/data\ncd data && git checkout 0a727065ae5a2313e8e6acf172844e8ca30c1822",
    "6 clone unknown third commit product https://github.com/o/data"
)]
#[case::own_clone(
    "git clone https://github.com/acme/other",
    "6 clone unknown own none product https://github.com/acme/other"
)]
#[case::package_list(
    "pip install requests flask==2 pytest",
    "6 package_list library third none product requests flask==2"
)]
#[case::tools_by_pip(
    "python -m pip install -U pip setuptools wheel tox\npip install -r requirements.txt\npip install .[dev]",
    ""
)]
#[case::pip_address(
    "pip install git+https://github.com/o/lib@main",
    "6 clone library third none product git+https://github.com/o/lib@main"
)]
#[case::comment("# curl https://x.org | sh\necho 'curl https://x.org | sh'", "")]
#[case::package_manager("npm ci\ncargo build\napt-get install -y libssl-dev", "")]
#[case::upload("curl -F file=@x https://x.org/upload -o out", "")]
fn downloads(#[case] run: &str, #[case] expected: &str) {
    let text = workflow(run);
    let found = adhoc(&[(".github/workflows/ci.yml", &text)]);
    let expected = if expected.is_empty() { String::new() } else { format!(".github/workflows/ci.yml:{expected}") };
    assert_eq!(found, expected);
}

#[rstest]
#[case(&[("Dockerfile", "FROM x\n# c\nRUN apt-get update && \\\n    # comment\n    curl -sL https://deb.nodesource.com/setup_18.x | bash -\nADD https://x.org/lib.jar /lib/\n")],
    "Dockerfile:5 pipe_to_shell tool third none product https://deb.nodesource.com/setup_18.x; Dockerfile:6 download library third none product https://x.org/lib.jar")]
#[case(&[("Makefile", "deps:\n\t@echo hi\n\tcurl -sSfL https://x.org/install.sh | sh -s\n")], "Makefile:3 pipe_to_shell tool third none product https://x.org/install.sh")]
#[case(&[(".github/workflows/ci.yml", "jobs:\n  e2e:\n    steps:\n    - run: git clone https://github.com/o/suite\n")],
    ".github/workflows/ci.yml:4 clone source_for_test third none test https://github.com/o/suite")]
#[case(&[(".github/workflows/ci.yml", "jobs:\n  b:\n    steps:\n    - run: ./ci/get.sh\n"), ("ci/get.sh", "#!/bin/sh\nwget http://x.org/a.jar\n")],
    "ci/get.sh:2 download library third none product http http://x.org/a.jar")]
#[case(&[(".gitlab-ci.yml", "build:\n  script:\n    - curl https://x.org/i.sh | bash\n    - make\n")], ".gitlab-ci.yml:3 pipe_to_shell tool third none product https://x.org/i.sh")]
#[case(&[("Jenkinsfile", "node {\n  sh 'curl https://x.org/i.sh | bash'\n}\n")], "Jenkinsfile:2 pipe_to_shell tool third none product https://x.org/i.sh")]
#[case(&[("tests/Dockerfile", "FROM x\nRUN git clone https://github.com/o/lib\n"), ("vendor/z/Dockerfile", "FROM x\nRUN git clone https://github.com/o/no\n")],
    "tests/Dockerfile:2 clone source_for_test third none test https://github.com/o/lib")]
fn downloads_of_files(#[case] files: &[(&str, &str)], #[case] expected: &str) {
    assert_eq!(adhoc(files), expected);
}

#[test]
fn package_managers_are_seen_at_work() {
    let deps = collected(&[
        (".github/workflows/ci.yml", &workflow("sudo apt-get install -y zlib1g-dev\ncargo +nightly test\n$(GO) build")),
        ("Cargo.toml", "[package]\nname='a'"),
        ("a.c", "#include <zlib.h>"),
        ("Makefile", "build:\n\t$(CARGO) build\n"),
    ]);
    let list = deps.ecosystems.value().expect("known");
    let installs = |name: &str| {
        let found = list.iter().find(|e| e.ecosystem == name).expect("an ecosystem");
        found.installs.iter().map(|i| format!("{}:{} {}", i.path, i.line, i.command)).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(installs("cargo"), ".github/workflows/ci.yml:7 cargo test; Makefile:2 cargo build");
    assert_eq!(installs("c"), ".github/workflows/ci.yml:6 apt-get install -y zlib1g-dev");
}

#[rstest]
#[case(&[(".github/dependabot.yml", "updates:\n- package-ecosystem: github-actions\n"), ("Cargo.toml", "[package]\nname='a'")], Some(("dependabot", false)))]
#[case(&[(".github/dependabot.yml", "updates:\n- package-ecosystem: cargo\n"), ("Cargo.toml", "[package]\nname='a'")], Some(("dependabot", true)))]
#[case(&[("renovate.json", "{}"), ("go.mod", "module x")], Some(("renovate", true)))]
#[case(&[("README.md", "x")], None)]
fn update_tools(#[case] files: &[(&str, &str)], #[case] expected: Option<(&str, bool)>) {
    let deps = collected(files);
    let found =
        deps.update_config.value().expect("known").as_ref().map(|config| (config.tool.as_str(), config.covers_product));
    assert_eq!(found, expected);
}
