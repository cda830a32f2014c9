//! Manifests: what each format says about direct dependencies and the version of the toolchain. Data formats are parsed;
//! manifests that are programs are read for what is written out in them, and never run.

mod code;
pub(crate) mod data;

use std::collections::BTreeSet;

/// Nodes of one XML document.
const XML_NODES: u32 = 200_000;
/// Names kept per manifest.
const NAMES: usize = 5_000;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) state: State,
    /// Direct dependencies.
    pub(crate) names: BTreeSet<String>,
    pub(crate) toolchain: Option<String>,
    /// The name under which others import what it describes.
    pub(crate) package: Option<String>,
    /// Whether it takes over dependencies from a parent.
    pub(crate) inherits: bool,
}

/// What a manifest is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Parsed,
    /// There is nothing in it.
    Empty,
    Unparsable,
    /// A program computes what it lists.
    Dynamic,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parsed => "parsed",
            Self::Empty => "empty",
            Self::Unparsable => "unparsable",
            Self::Dynamic => "dynamic",
        }
    }
}

impl Listing {
    fn of(state: State) -> Self {
        Self { state, names: BTreeSet::new(), toolchain: None, package: None, inherits: false }
    }

    fn add(&mut self, name: impl Into<String>) {
        let name = name.into();
        if !name.is_empty() && self.names.len() < NAMES {
            self.names.insert(name);
        }
    }

    fn add_all(&mut self, names: impl IntoIterator<Item = String>) {
        names.into_iter().for_each(|name| self.add(name));
    }

    /// How many direct dependencies it lists.
    pub(crate) fn direct(&self) -> u64 {
        self.names.len() as u64
    }
}

/// Reads a manifest in one of the formats of the table of ecosystems; none for a file of that name that is something else.
pub(crate) fn read(format: &str, path: &str, text: &str) -> Option<Listing> {
    if text.trim().is_empty() && format != "ignored" {
        return Some(Listing::of(State::Empty));
    }
    match format {
        "cargo" => data::cargo(text),
        "npm" => data::npm(text),
        "deno" => data::deno(text),
        "pyproject" => data::pyproject(text),
        "pipfile" => data::pipfile(text),
        "pixi" => data::pixi(text),
        "conda" => data::conda(text),
        "glide" => data::glide(text),
        "gopkg" => data::gopkg(text),
        "version_catalog" => data::version_catalog(text),
        "composer" => data::composer(text),
        "nuget_json" => data::nuget_json(text),
        "gleam" => data::gleam(text),
        "pubspec" => data::pubspec(text),
        "vcpkg" => data::vcpkg(text),
        "hpack" => data::hpack(text),
        "perl_meta" => data::perl_meta(text),
        "elm" => data::elm(text),
        "pom" => data::pom(text),
        "ivy" => data::ivy(text),
        "msbuild" => data::msbuild(text, !path.to_lowercase().ends_with(".props")),
        "packages_config" => data::packages_config(text),
        "nuspec" => data::nuspec(text),
        "shard" => data::keyed_yaml(text, &[], &["dependencies", "development_dependencies"]),
        "esp_idf" => data::keyed_yaml(text, &["dependencies"], &["dependencies"]),
        "west" => data::keyed_yaml(text, &["manifest"], &["manifest.projects"]),
        "helm" => data::keyed_yaml(text, &["dependencies"], &["dependencies"]),
        "galaxy" => data::keyed_yaml(text, &["dependencies", "namespace"], &["dependencies"]),
        "bender" => data::keyed_yaml(text, &["package", "dependencies"], &["dependencies"]),
        "fpm" => data::keyed_toml(text, &[], &["dependencies", "dev-dependencies"]),
        "julia" => data::keyed_toml(text, &["name", "deps", "uuid"], &["deps", "extras"]),
        "alire" => data::keyed_toml(text, &[], &["depends-on"]),
        "platformio_json" => data::keyed_json(text, &["frameworks", "platforms", "dependencies"], &["dependencies"]),
        "clib" | "dub_json" | "haxelib" | "boss" => data::keyed_json(text, &[], &["dependencies"]),
        "ignored" => None,
        "dynamic" => Some(Listing::of(State::Dynamic)),
        _ => code::read(format, path, text),
    }
}

#[cfg(test)]
mod tests;
