//! Import statements of source files, line by line: enough to see which modules a file names, not a parser of any
//! language. Which of them come from elsewhere is decided where the whole tree is known.

/// Lines of one file that are looked at.
const LINES: usize = 20_000;
/// Bytes of one line that are looked at; longer lines are packed code.
const LINE_BYTES: usize = 1_000;
/// Modules that one file can name.
const PER_FILE: usize = 500;

/// How the import statements of a language look.
#[derive(Debug, Clone, Copy)]
enum Reader {
    C,
    CSharp,
    Dart,
    Fortran,
    Go,
    JavaScript,
    Julia,
    Jvm,
    Lua,
    Perl,
    Php,
    Python,
    R,
    Ruby,
    Rust,
}

/// The reader for a language of the table of languages.
fn reader(language: &str) -> Option<Reader> {
    Some(match language {
        "c" | "cpp" | "objc" => Reader::C,
        "csharp" | "fsharp" | "visualbasic" => Reader::CSharp,
        "dart" => Reader::Dart,
        "fortran" => Reader::Fortran,
        "go" => Reader::Go,
        "javascript" | "typescript" => Reader::JavaScript,
        "julia" => Reader::Julia,
        "java" | "kotlin" | "scala" | "groovy" => Reader::Jvm,
        "lua" => Reader::Lua,
        "perl" => Reader::Perl,
        "php" => Reader::Php,
        "python" => Reader::Python,
        "r" => Reader::R,
        "ruby" => Reader::Ruby,
        "rust" => Reader::Rust,
        _ => return None,
    })
}

/// Whether the imports of a language are read at all.
pub(crate) fn reads(language: &str) -> bool {
    reader(language).is_some()
}

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Modules with the lines that name them, counted from 1.
    pub(crate) imports: Vec<(String, u64)>,
    /// Names that the file declares for others to import.
    pub(crate) declared: Vec<String>,
}

/// What a text in one language names and declares.
pub(crate) fn read(language: &str, text: &str) -> Found {
    let mut found = Found::default();
    let Some(reader) = reader(language) else { return found };
    let mut state = State::default();
    for (number, line) in text.lines().take(LINES).enumerate() {
        if line.len() > LINE_BYTES {
            continue;
        }
        if found.imports.len() >= PER_FILE {
            break;
        }
        let mut out = Out { found: &mut found, line: number as u64 + 1 };
        match reader {
            Reader::C => c(line, &mut state, &mut out),
            Reader::CSharp => csharp(line, &mut state, &mut out),
            Reader::Dart => dart(line, &mut out),
            Reader::Fortran => fortran(line, &mut out),
            Reader::Go => go(line, &mut state, &mut out),
            Reader::JavaScript => javascript(line, &mut state, &mut out),
            Reader::Julia => julia(line, &mut out),
            Reader::Jvm => jvm(line, &mut state, &mut out),
            Reader::Lua => lua(line, &mut out),
            Reader::Perl => perl(line, &mut state, &mut out),
            Reader::Php => php(line, &mut state, &mut out),
            Reader::Python => python(line, &mut state, &mut out),
            Reader::R => r(line, &mut out),
            Reader::Ruby => ruby(line, &mut state, &mut out),
            Reader::Rust => rust(line, &mut state, &mut out),
        }
    }
    found
}

#[derive(Default)]
struct State {
    /// Inside a block: the text that ends it.
    until: Option<&'static str>,
    /// Inside a list of imports.
    in_list: bool,
}

struct Out<'a> {
    found: &'a mut Found,
    line: u64,
}

impl Out<'_> {
    fn import(&mut self, module: &str) {
        if !module.is_empty()
            && module.len() <= 200
            && !self.found.imports.iter().rev().take(8).any(|(m, _)| m == module)
        {
            self.found.imports.push((module.to_owned(), self.line));
        }
    }

    fn declare(&mut self, name: &str) {
        if !name.is_empty() && self.found.declared.len() < PER_FILE {
            self.found.declared.push(name.to_owned());
        }
    }
}

/// What follows a word and white space.
fn after<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(word)?;
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}

/// The leading characters that satisfy a condition.
fn leading(text: &str, accept: impl Fn(char) -> bool) -> &str {
    text.find(|c: char| !accept(c)).map_or(text, |end| text.get(..end).unwrap_or(text))
}

fn identifier(text: &str) -> &str {
    leading(text, |c| c.is_alphanumeric() || c == '_')
}

/// The text between quotation marks at the start of `text`.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    text.get(1..)?.split(quote).next().filter(|inside| inside.len() + 2 <= text.len())
}

/// Whether the line lies in a block comment of the `/* */` kind; keeps track of it.
fn in_block_comment(line: &str, state: &mut State) -> bool {
    if let Some(end) = state.until {
        if line.contains(end) {
            state.until = None;
        }
        return true;
    }
    let trimmed = line.trim_start();
    if trimmed.starts_with("/*") {
        if !trimmed.contains("*/") {
            state.until = Some("*/");
        }
        return true;
    }
    trimmed.starts_with("//")
}

fn python(line: &str, state: &mut State, out: &mut Out<'_>) {
    if let Some(end) = state.until {
        if line.contains(end) {
            state.until = None;
        }
        return;
    }
    for quote in ["\"\"\"", "'''"] {
        if line.matches(quote).count() % 2 == 1 {
            state.until = Some(quote);
            return;
        }
    }
    let line = line.trim_start();
    if let Some(rest) = after(line, "import").or_else(|| after(line, "cimport")) {
        let code = rest.split(['#', ';']).next().unwrap_or_default();
        // A sentence that begins with «import» is no statement.
        if !code.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ',' | ' ' | '\t' | '\\')) {
            return;
        }
        for item in code.split(',') {
            let mut words = item.split_whitespace();
            let module = words.next().unwrap_or_default();
            if matches!(words.next(), None | Some("as" | "\\")) {
                out.import(identifier(module));
            }
        }
    } else if let Some(rest) = after(line, "from") {
        let mut words = rest.split_whitespace();
        let module = words.next().unwrap_or_default();
        if matches!(words.next(), Some("import" | "cimport")) && !module.starts_with('.') {
            out.import(identifier(module));
        }
    }
}

/// The package that a specifier names: the first component, or two for a scoped one.
fn npm_package(specifier: &str) -> &str {
    let specifier = specifier.split(['?', '#', '!']).next().unwrap_or_default();
    if specifier.starts_with(['.', '/', '~']) || specifier.starts_with("@/") || specifier.is_empty() {
        return "";
    }
    if specifier.contains(':') {
        return specifier;
    }
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    specifier.match_indices('/').nth(parts - 1).map_or(specifier, |(at, _)| specifier.get(..at).unwrap_or(specifier))
}

fn javascript(line: &str, state: &mut State, out: &mut Out<'_>) {
    if in_block_comment(line, state) {
        return;
    }
    let line = line.trim_start();
    let import = |specifier: Option<&str>, out: &mut Out<'_>| {
        let specifier = specifier.unwrap_or_default();
        if specifier.chars().all(|c| c.is_alphanumeric() || "@/._-:+~".contains(c)) {
            out.import(npm_package(specifier));
        }
    };
    if let Some(rest) = after(line, "import") {
        import(quoted(rest), out);
    }
    if line.starts_with("import") || line.starts_with("export") || line.starts_with('}') {
        let from = line.rfind(" from ").or_else(|| line.rfind("}from "));
        if let Some(rest) = from.and_then(|at| line.get(at..)).and_then(|rest| rest.split_once("from ")) {
            import(quoted(rest.1.trim_start()), out);
        }
    }
    for call in ["require(", "import("] {
        for (at, _) in line.match_indices(call).take(20) {
            let before = line.get(..at).and_then(|text| text.chars().next_back());
            let rest = line.get(at + call.len()..).unwrap_or_default().trim_start();
            let closed = quoted(rest)
                .is_some_and(|inside| rest.get(inside.len() + 2..).unwrap_or_default().trim_start().starts_with(')'));
            if closed && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                import(quoted(rest), out);
            }
        }
    }
}

fn go(line: &str, state: &mut State, out: &mut Out<'_>) {
    let line = line.trim();
    if state.in_list {
        if line.starts_with(')') {
            state.in_list = false;
        } else if !line.starts_with("//") {
            go_path(line, out);
        }
        return;
    }
    if in_block_comment(line, state) {
        return;
    }
    if let Some(rest) = line.strip_prefix("import").map(str::trim_start) {
        match rest.strip_prefix('(') {
            Some(rest) if rest.trim().is_empty() || rest.trim_start().starts_with("//") => state.in_list = true,
            Some(rest) => rest.split(';').for_each(|item| go_path(item.trim(), out)),
            None if line.starts_with("import ") || line.starts_with("import\t") || rest.starts_with('"') => {
                go_path(rest, out)
            }
            None => {}
        }
    }
}

/// An import path, with or without another name before it.
fn go_path(item: &str, out: &mut Out<'_>) {
    let at = leading(item, |c| !matches!(c, '"' | '`')).len();
    let path = item.get(at..).and_then(quoted).unwrap_or_default();
    // Only the first component of a package from elsewhere is a host name.
    if path.split('/').next().is_some_and(|first| first.contains('.') && !first.starts_with('.')) {
        out.import(path);
    }
}

fn ruby(line: &str, state: &mut State, out: &mut Out<'_>) {
    if state.until.is_some() {
        if line.starts_with("=end") {
            state.until = None;
        }
        return;
    }
    if line.starts_with("=begin") {
        state.until = Some("=end");
        return;
    }
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix("require") {
        let rest = rest.trim_start_matches([' ', '(']);
        if let Some(name) = quoted(rest).filter(|name| !name.contains("#{") && !name.starts_with(['.', '/'])) {
            out.import(name);
        }
    }
}

fn rust(line: &str, state: &mut State, out: &mut Out<'_>) {
    if in_block_comment(line, state) {
        return;
    }
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").unwrap_or(line);
    if let Some(rest) = after(line, "extern").and_then(|rest| after(rest, "crate")) {
        out.import(identifier(rest));
    } else if let Some(rest) = after(line, "use") {
        let rest = rest.strip_prefix("::").unwrap_or(rest);
        let name = identifier(rest);
        let follows = rest.get(name.len()..).unwrap_or_default();
        // Modules are written in lower case; types that are used by their own name are not modules.
        if follows.starts_with("::") && name.starts_with(|c: char| c.is_ascii_lowercase()) {
            out.import(name);
        }
    } else if let Some(rest) = after(line, "mod") {
        out.declare(identifier(rest));
    }
}

fn jvm(line: &str, state: &mut State, out: &mut Out<'_>) {
    if in_block_comment(line, state) {
        return;
    }
    let line = line.trim_start();
    let dotted = |text: &str| {
        leading(text, |c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$')).trim_end_matches('.').to_owned()
    };
    if let Some(rest) = after(line, "import") {
        let rest = after(rest, "static").unwrap_or(rest);
        let name = dotted(rest);
        if name.contains('.') {
            out.import(&name);
        }
    } else if let Some(rest) = after(line, "package") {
        out.declare(&dotted(rest));
    }
}

fn php(line: &str, state: &mut State, out: &mut Out<'_>) {
    if in_block_comment(line, state) {
        return;
    }
    let name =
        |text: &str| leading(text, |c| c.is_alphanumeric() || matches!(c, '_' | '\\')).trim_matches('\\').to_owned();
    if let Some(rest) = after(line, "use") {
        let rest = after(rest, "function").or_else(|| after(rest, "const")).unwrap_or(rest);
        let name = name(rest);
        if name.contains('\\') {
            out.import(&name);
        }
    } else if let Some(rest) = after(line.strip_prefix("<?php ").unwrap_or(line), "namespace") {
        out.declare(&name(rest));
    }
}

fn c(line: &str, state: &mut State, out: &mut Out<'_>) {
    if in_block_comment(line, state) {
        return;
    }
    let Some(rest) = line.trim_start().strip_prefix('#') else {
        return;
    };
    let rest = rest.trim_start();
    let Some(rest) = ["include_next", "include", "import"].iter().find_map(|word| rest.strip_prefix(word)) else {
        return;
    };
    let rest = rest.trim_start();
    let name = match rest.strip_prefix('<') {
        Some(rest) => rest.split_once('>').map(|(name, _)| name.trim()),
        // A quoted header is the project's own, unless it names a directory: then the tree shows whose it is.
        None => quoted(rest).filter(|name| name.contains('/') && !name.starts_with('.')),
    };
    out.import(name.unwrap_or_default());
}

fn csharp(line: &str, state: &mut State, out: &mut Out<'_>) {
    if in_block_comment(line, state) {
        return;
    }
    let line = line.trim_start();
    let dotted = |text: &str| leading(text, |c| c.is_alphanumeric() || matches!(c, '_' | '.')).to_owned();
    let line = after(line, "global").unwrap_or(line);
    let using = after(line, "using").or_else(|| after(line, "open")).or_else(|| after(line, "Imports"));
    if let Some(rest) = using {
        let rest = after(rest, "static").unwrap_or(rest);
        // `using x = A.B;` gives another name; `using (…)` and `using var …` are statements.
        let rest = rest.split_once('=').map_or(rest, |(_, rest)| rest.trim_start());
        let name = dotted(rest);
        let ends = rest.get(name.len()..).unwrap_or_default().trim_start();
        if name.starts_with(char::is_uppercase) && (ends.is_empty() || ends.starts_with([';', '/'])) {
            out.import(&name);
        }
    } else if let Some(rest) =
        after(line, "namespace").or_else(|| after(line, "Namespace")).or_else(|| after(line, "module"))
    {
        out.declare(&dotted(rest));
    }
}

fn perl(line: &str, state: &mut State, out: &mut Out<'_>) {
    if state.until.is_some() {
        if line.starts_with("=cut") {
            state.until = None;
        }
        return;
    }
    if line.starts_with('=') && line.chars().nth(1).is_some_and(char::is_alphabetic) {
        state.until = Some("=cut");
        return;
    }
    let line = line.trim_start();
    let name = |text: &str| leading(text, |c| c.is_alphanumeric() || matches!(c, '_' | ':')).to_owned();
    if let Some(rest) = after(line, "use").or_else(|| after(line, "require")) {
        // Pragmas are written in lower case.
        let name = name(rest);
        if name.starts_with(|c: char| c.is_ascii_uppercase()) {
            out.import(&name);
        }
    } else if let Some(rest) = after(line, "package") {
        out.declare(&name(rest));
    }
}

fn r(line: &str, out: &mut Out<'_>) {
    let code = line.trim_start();
    if code.starts_with('#') {
        return;
    }
    for call in ["library(", "require(", "requireNamespace(", "loadNamespace("] {
        for (at, _) in code.match_indices(call).take(8) {
            let rest = code.get(at + call.len()..).unwrap_or_default();
            let name = leading(quoted(rest).unwrap_or(rest), |c| c.is_alphanumeric() || c == '.');
            if name.starts_with(char::is_alphabetic) {
                out.import(name);
            }
        }
    }
}

fn lua(line: &str, out: &mut Out<'_>) {
    let code = line.trim_start();
    if code.starts_with("--") {
        return;
    }
    for (at, _) in code.match_indices("require").take(8) {
        let rest = code.get(at + "require".len()..).unwrap_or_default().trim_start_matches([' ', '(']);
        if let Some(name) = quoted(rest).filter(|name| !name.starts_with(['.', '/'])) {
            out.import(name);
        }
    }
}

fn julia(line: &str, out: &mut Out<'_>) {
    let line = line.trim_start();
    if let Some(rest) = after(line, "using").or_else(|| after(line, "import")) {
        let modules = rest.split(['#', ':']).next().unwrap_or_default();
        for item in modules.split(',') {
            let item = item.trim();
            let name = identifier(item);
            if name.starts_with(char::is_uppercase) && !item.contains(' ') {
                out.import(name);
            }
        }
    } else if let Some(rest) = after(line, "module") {
        out.declare(identifier(rest));
    }
}

fn dart(line: &str, out: &mut Out<'_>) {
    let line = line.trim_start();
    if let Some(target) = after(line, "import").or_else(|| after(line, "export")).and_then(quoted) {
        match target.strip_prefix("package:") {
            Some(package) => out.import(package.split('/').next().unwrap_or_default()),
            None if target.starts_with("dart:") => out.import(target),
            None => {}
        }
    }
}

fn fortran(line: &str, out: &mut Out<'_>) {
    let lower = line.trim_start().to_ascii_lowercase();
    if let Some(rest) = after(&lower, "use") {
        let rest = match rest.strip_prefix(',') {
            Some(rest) if rest.trim_start().starts_with("intrinsic") => return,
            Some(rest) => rest.split_once("::").map_or("", |(_, name)| name.trim_start()),
            None => rest.strip_prefix("::").unwrap_or(rest).trim_start(),
        };
        let name = identifier(rest);
        let ends = rest.get(name.len()..).unwrap_or_default().trim_start();
        if ends.is_empty() || ends.starts_with([',', '!', ';']) {
            out.import(name);
        }
    } else if let Some(rest) = after(&lower, "module").or_else(|| after(&lower, "submodule")) {
        out.declare(identifier(rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "python",
        "import os, requests as r\nfrom yaml.x import y\nfrom . import z\nfrom .a import b",
        "os requests yaml"
    )]
    #[case("python", "\"\"\"Use it so:\nimport numpy\n\"\"\"\nimport attr  # noqa", "attr")]
    #[case("python", "    import the thing you like", "")]
    #[case(
        "javascript",
        "import a from 'left-pad'\nimport '@scope/x/y'\nconst f = require(\"fs\")\nimport './z'",
        "left-pad @scope/x fs"
    )]
    #[case("javascript", "import {\n  a,\n} from 'lodash/fp';\nexport * from \"b\"\n// import 'c'", "lodash b")]
    #[case("javascript", "const x = await import('d'); import(`./${name}`); my.require('no')", "d")]
    #[case(
        "go",
        "import (\n\t\"fmt\"\n\tx \"github.com/a/b/c\"\n\t// \"github.com/no\"\n)\nimport _ \"gopkg.in/yaml.v3\"",
        "github.com/a/b/c gopkg.in/yaml.v3"
    )]
    #[case("ruby", "require 'rails/all'\nrequire_relative 'x'\n=begin\nrequire 'no'\n=end", "rails/all")]
    #[case(
        "rust",
        "extern crate libc;\nuse serde::{A, B};\nuse std::fmt;\npub use crate::x::Y;",
        "libc serde std crate"
    )]
    #[case(
        "java",
        "package a.b;\nimport java.util.List;\nimport static org.junit.Assert.*;\nimport com.google.common.io.Files",
        "java.util.List org.junit.Assert com.google.common.io.Files"
    )]
    #[case(
        "php",
        "<?php\nnamespace App;\nuse Monolog\\Logger;\nuse function GuzzleHttp\\json;\nclass A { use Trait; }",
        "Monolog\\Logger GuzzleHttp\\json"
    )]
    #[case(
        "c",
        "#include <stdio.h>\n# include <zlib.h>\n#include \"own.h\"\n#include \"openssl/ssl.h\"\n/*\n#include <no.h>\n*/",
        "stdio.h zlib.h openssl/ssl.h"
    )]
    #[case(
        "csharp",
        "using System.IO;\nusing Newtonsoft.Json;\nusing var x = Y.Z();\nusing A = Serilog.Log;",
        "System.IO Newtonsoft.Json Serilog.Log"
    )]
    #[case("perl", "use strict;\nuse Moose;\nrequire LWP::UserAgent;\n=pod\nuse No;\n=cut", "Moose LWP::UserAgent")]
    #[case("r", "library(dplyr)\nrequire(\"xml2\")\n# library(no)", "dplyr xml2")]
    #[case("lua", "local j = require('cjson')\n-- require 'no'", "cjson")]
    #[case("julia", "using LinearAlgebra, DataFrames: DataFrame\nimport CSV", "LinearAlgebra DataFrames CSV")]
    #[case("dart", "import 'package:http/http.dart' as http;\nimport 'src/x.dart';", "http")]
    #[case("fortran", "  use, intrinsic :: iso_c_binding\n  USE netcdf, only: nf90\n use :: hdf5", "netcdf hdf5")]
    #[case("unheard_of", "import x", "")]
    fn reads(#[case] language: &str, #[case] text: &str, #[case] expected: &str) {
        let found = read(language, text).imports;
        assert_eq!(found.iter().map(|(module, _)| module.as_str()).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn gives_lines() {
        assert_eq!(read("go", "package x\n\nimport \"a.b/c\"\n").imports, [("a.b/c".to_owned(), 3)]);
    }

    #[test]
    fn hostile_lines_are_survived() {
        for language in ["c", "csharp", "go", "javascript", "java", "lua", "perl", "php", "python", "r", "ruby", "rust"]
        {
            for text in [
                "import \u{1F600}",
                "use ::",
                "require(\"",
                "#include <",
                "from",
                "import (",
                "\u{e9}import",
                "using =",
                "}from ",
            ] {
                let _ = read(language, text);
            }
            let _ = read(language, &"require('".repeat(100_000));
        }
    }
}
