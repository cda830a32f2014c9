use super::*;
use crate::bundle::Bundle;
use rstest::rstest;

fn names(format: &str, text: &str) -> String {
    read(format, "x/zlib.wrap", text).map_or_else(
        || "none".to_owned(),
        |listing| {
            let names: Vec<&str> = listing.names.iter().map(String::as_str).collect();
            format!("{}: {}", listing.state.name(), names.join(" ")).trim_end().to_owned()
        },
    )
}

#[rstest]
#[case(
    "cargo",
    "[package]\nname='a'\n[dependencies]\nserde='1'\n[target.'cfg(unix)'.dev-dependencies]\nlibc='0'",
    "parsed: libc serde"
)]
#[case("cargo", "[workspace]\nmembers=['a']\n[workspace.dependencies]\nserde='1'", "parsed: serde")]
#[case("cargo", "[dependencies\n", "unparsable:")]
#[case("cargo", " \n", "empty:")]
#[case("npm", r#"{"name":"a","dependencies":{"b":"1"},"devDependencies":{"@c/d":"2"}}"#, "parsed: @c/d b")]
#[case("npm", "{}", "empty:")]
#[case("npm", "[1]", "unparsable:")]
#[case("deno", "{// c\n\"imports\": {\"@std/x\": \"jsr:@std/x@1\", \"./a\": \"./b\",},}", "parsed: @std/x")]
#[case(
    "pyproject",
    "[project]\nname='a'\ndependencies=['requests[socks]>=2; x', \"b ~= 1\"]\n[dependency-groups]\ntest=['pytest',{include-group='x'}]",
    "parsed: b pytest requests"
)]
#[case(
    "pyproject",
    "[tool.poetry.dependencies]\npython='^3.9'\nrich='*'\n[tool.poetry.group.dev.dependencies]\nmypy='1'",
    "parsed: mypy rich"
)]
#[case("pyproject", "[project]\ndynamic=['dependencies']", "dynamic:")]
#[case("pyproject", "[tool.black]\nline-length=100", "none")]
#[case("requirements", "# c\n-r base.txt\nflask==2 --hash=x\n-e .\nhttps://x/y.whl\n", "parsed: flask https://x/y.whl")]
#[case("requirements", "# nothing\n\n", "empty:")]
#[case(
    "setup_cfg",
    "[metadata]\nname = a\n[options]\ninstall_requires =\n  six>=1\n  attrs; python_version<'3'\n[options.extras_require]\ntest = pytest",
    "parsed: attrs pytest six"
)]
#[case("setup_cfg", "[flake8]\nmax-line-length = 1", "none")]
#[case("setup_py", "from setuptools import setup\nsetup(name='a', install_requires=['x>=1', \"y\"],)", "parsed: x y")]
#[case("setup_py", "setup(name='a', install_requires=open('r.txt').read().split())", "dynamic:")]
#[case("setup_py", "setup(name='a', install_requires=['x'] + extra)", "dynamic: x")]
#[case("setup_py", "setup(name='a', packages=['a'])", "parsed:")]
#[case("setup_py", "import setuptools\nsetuptools.setup()", "none")]
#[case("pipfile", "[packages]\nflask='*'\n[requires]\npython_version='3'", "parsed: flask")]
#[case("conda", "dependencies:\n - python=3.9\n - numpy>=1\n - pip:\n   - torch==2", "parsed: numpy torch")]
#[case("conda", "variables: {a: b}", "none")]
#[case(
    "go_mod",
    "module x\ngo 1.22\nrequire (\n\ta.b/c v1\n\td.e/f v2 // indirect\n)\nrequire g.h/i v1",
    "parsed: a.b/c g.h/i"
)]
#[case("go_mod", "this is no module", "unparsable:")]
#[case(
    "pom",
    "<project xmlns='http://maven.apache.org/POM/4.0.0'><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency></dependencies><build><plugins><plugin><dependencies><dependency><groupId>p</groupId><artifactId>q</artifactId></dependency></dependencies></plugin></plugins></build></project>",
    "parsed: g:a"
)]
#[case("pom", "<project><dependencies></project>", "unparsable:")]
#[case(
    "gradle",
    "dependencies {\n implementation 'a.b:c:1'\n testImplementation(libs.junit)\n api project(':x')\n implementation(platform(\"d:e:2\"))\n}",
    "parsed: a.b:c d:e libs.junit"
)]
#[case("version_catalog", "[libraries]\nx = 'a:b:1'", "parsed: x")]
#[case("sbt", "libraryDependencies += \"org.typelevel\" %% \"cats\" % \"2\"", "parsed: org.typelevel")]
#[case(
    "leiningen",
    "(defproject a \"1\" :dependencies [[org.clojure/clojure \"1.11\"] [x \"2\"]])",
    "parsed: org.clojure/clojure x"
)]
#[case("deps_edn", "{:deps {a/b {:mvn/version \"1\"} c/d {:local/root \"x\"}}}", "parsed: #1 #2")]
#[case(
    "gemfile",
    "source 'https://rubygems.org'\nruby '3.2'\ngem 'rails', '~> 7'\n# gem 'no'\n  gem \"pg\"",
    "parsed: pg rails"
)]
#[case(
    "gemspec",
    "Gem::Specification.new do |s|\n s.add_dependency 'a', '>1'\n s.add_development_dependency(\"b\")",
    "parsed: a b"
)]
#[case("composer", r#"{"require":{"php":">=8","ext-json":"*","monolog/monolog":"1"}}"#, "parsed: monolog/monolog")]
#[case(
    "msbuild",
    "<Project Sdk='x'><ItemGroup><PackageReference Include='A' Version='1'/></ItemGroup></Project>",
    "parsed: A"
)]
#[case("packages_config", "<packages><package id='A' version='1'/></packages>", "parsed: A")]
#[case("mix", "defp deps do\n [{:jason, \"~> 1\"}, {:x, git: \"y\"}]\nend", "parsed: jason x")]
#[case("rebar", "{deps, [{cowboy, \"2.9\"}, jsx]}.", "parsed: cowboy jsx")]
#[case("pubspec", "name: a\nenvironment: {sdk: ^3}\ndependencies:\n  http: ^1", "parsed: http")]
#[case(
    "swift",
    "// swift-tools-version:5.5\ndependencies: [ .package(url: \"https://x/y\", from: \"1\"), .package(path: \"../z\") ]",
    "parsed: ../z https://x/y"
)]
#[case("podfile", "target 'A' do\n  pod 'Alamofire', '~> 5'\nend", "parsed: Alamofire")]
#[case("conan_txt", "[requires]\nzlib/1.2.11\nfmt/9\n[generators]\ncmake", "parsed: fmt zlib")]
#[case("conan_py", "class A(ConanFile):\n  requires = \"zlib/1.3\", \"fmt/9\"", "parsed: fmt zlib")]
#[case("vcpkg", r#"{"dependencies":["fmt",{"name":"zlib"}]}"#, "parsed: fmt zlib")]
#[case("wrap", "[wrap-file]\n", "parsed: zlib")]
#[case("bazel_module", "module(name='x')\nbazel_dep(name = \"rules_go\", version = \"1\")", "parsed: rules_go")]
#[case("bazel_workspace", "workspace(name='x')\nhttp_archive(\n    name = \"y\",", "parsed: y")]
#[case(
    "cmake",
    "include(FetchContent)\nFetchContent_Declare(googletest GIT_REPOSITORY x)\nCPMAddPackage(\"gh:fmtlib/fmt#9\")\n# CPMAddPackage(\"gh:no/no#1\")",
    "parsed: fmtlib/fmt googletest"
)]
#[case("cmake", "find_package(ZLIB)", "none")]
#[case(
    "cabal",
    "library\n  build-depends: base >=4,\n                 text\n               , bytestring\n  default-language: x",
    "parsed: base bytestring text"
)]
#[case("hpack", "name: a\ndependencies:\n- base >= 4\nlibrary:\n  dependencies: text", "parsed: base")]
#[case(
    "dune",
    "(package (name x) (depends (ocaml (>= 4.08)) dune (lwt (and (>= 5) (< 6)))))",
    "parsed: dune lwt ocaml"
)]
#[case("opam", "opam-version: \"2.0\"\ndepends: [\n  \"ocaml\" {>= \"4.08\"}\n  \"dune\"\n]", "parsed: dune ocaml")]
#[case(
    "cpanfile",
    "requires 'Moose', '2';\non test => sub {\n  requires 'Test::Deep';\n};",
    "parsed: Moose Test::Deep"
)]
#[case(
    "perl_make",
    "WriteMakefile(NAME=>'A', PREREQ_PM => { 'LWP' => 0, 'JSON::XS' => '2.0' });",
    "parsed: JSON::XS LWP"
)]
#[case(
    "r_description",
    "Package: a\nImports: dplyr (>= 1), rlang,\n    tibble\nDepends: R (>= 4)\nTitle: x",
    "parsed: dplyr rlang tibble"
)]
#[case("r_description", "A description of something", "none")]
#[case("julia", "name='A'\n[deps]\nCSV='x'", "parsed: CSV")]
#[case("julia", "[other]\na=1", "none")]
#[case("rockspec", "package='a'\ndependencies = {\n 'lua >= 5.1', 'lpeg'\n}", "parsed: lpeg lua")]
#[case("nimble", "requires \"nim >= 1.6\", \"jester\"", "parsed: jester")]
#[case("zon", ".{ .dependencies = .{ .clap = .{ .url = \"x\" } } }", "parsed: clap")]
#[case(
    "elm",
    r#"{"elm-version":"0.19.1","dependencies":{"direct":{"elm/core":"1"},"indirect":{"x/y":"1"}}}"#,
    "parsed: elm/core"
)]
#[case("helm", "name: x\nversion: 1\ndependencies:\n- name: redis\n  repository: x", "parsed: redis")]
#[case("helm", "name: x\nversion: 1", "none")]
#[case(
    "terraform",
    "terraform {\n required_providers {\n aws = { source = \"hashicorp/aws\" }\n }\n}\nmodule \"m\" { source = \"./x\" }",
    "parsed: hashicorp/aws"
)]
#[case(
    "nix",
    "{ inputs.nixpkgs.url = \"x\"; outputs = p: { buildInputs = [ openssl pkgs.zlib ]; }; }",
    "parsed: input #1 openssl pkgs.zlib"
)]
#[case("ignored", "x", "none")]
fn lists(#[case] format: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(names(format, text), expected);
}

#[rstest]
#[case("cargo", "[package]\nrust-version='1.70'", "rust-version 1.70")]
#[case("npm", r#"{"engines":{"node":">=18"}}"#, "engines.node >=18")]
#[case("go_mod", "module x\ngo 1.22.1\n", "go 1.22.1")]
#[case("pyproject", "[project]\nrequires-python='>=3.9'", "requires-python >=3.9")]
#[case("gemfile", "ruby \"3.2\"\n", "ruby 3.2")]
fn pins(#[case] format: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(read(format, "x", text).and_then(|listing| listing.toolchain).as_deref(), Some(expected));
}

#[test]
fn every_format_of_the_table_is_read() {
    let text = Bundle::policies().get("tables/ecosystems.yaml").map(str::to_owned).expect("the table");
    let formats =
        text.lines().filter_map(|line| line.split("format: ").nth(1)).map(|rest| rest.trim_end_matches(['}', ' ']));
    for format in formats.filter(|format| *format != "ignored") {
        let quoted = format!("\"{format}\"");
        let known = include_str!("mod.rs").contains(&quoted) || include_str!("code.rs").contains(&quoted);
        assert!(known, "{format}");
    }
    assert!(code::all_patterns_compile());
}

#[test]
fn hostile_texts_are_survived() {
    let deep_xml = format!("<project>{}</project>", "<dependency>".repeat(80_000));
    let nested_xml = format!("<project>{}{}</project>", "<a>".repeat(50_000), "</a>".repeat(50_000));
    for text in [
        deep_xml.as_str(),
        nested_xml.as_str(),
        "\u{feff}",
        "((((",
        "depends: [\"",
        "setup(install_requires=[",
        "\u{1F600}",
    ] {
        for format in [
            "pom",
            "msbuild",
            "opam",
            "dune",
            "setup_py",
            "gradle",
            "nix",
            "cabal",
            "cmake",
            "sbt",
            "bazel_workspace",
            "npm",
            "cargo",
            "pyproject",
        ] {
            let _ = read(format, "x", text);
        }
    }
}
