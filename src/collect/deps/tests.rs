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
    let cx = Context { tree: &tree, clone: None, subject: &subject, now, policies: &policies, src: &["git"] };
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
