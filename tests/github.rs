//! Full runs of the binary against a scripted GitHub.

mod support;

use std::ffi::OsString;
use std::path::Path;

use support::github::{GitHub, Sight, World};
use support::{Repository, expect, osps, outcome};
use tempfile::TempDir;

const TOKEN: &str = "github_pat_11AAAAAAA0planted_0123456789abcdefghijklmnopqrstuvwxyz";

/// A run with a token in a file, or without one.
struct Run {
    repository: Repository,
    scratch: TempDir,
    sight: Sight,
}

impl Run {
    fn new(sight: Sight) -> Self {
        let scratch = TempDir::new().expect("a directory");
        std::fs::write(scratch.path().join("token"), TOKEN).expect("a file");
        Self { repository: support::well_kept(), scratch, sight }
    }

    fn args(&self, command: &str, github: &GitHub) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec![command.into(), self.repository.path().into()];
        args.extend(["--api-url", &github.url, "--max-wait", "0", "--timeout", "2", "--cache-dir"].map(OsString::from));
        args.push(self.scratch.path().join("cache").into());
        if self.sight == Sight::Nobody {
            args.push("--anonymous".into());
        } else {
            args.push("--token-file".into());
            args.push(self.scratch.path().join("token").into());
        }
        args
    }

    fn assess(&self, github: &GitHub) -> serde_json::Value {
        let mut args = self.args("assess", github);
        args.extend(["-o", "json"].map(OsString::from));
        serde_json::from_str(&expect(0, &osps(args))).expect("JSON")
    }

    fn facts(&self, github: &GitHub) -> serde_json::Value {
        serde_json::from_str(&expect(0, &osps(self.args("collect", github)))).expect("JSON")
    }
}

#[test]
fn scratch() {
    let world = World { rules: support::github::strict_rules(), ..World::default() };
    for sight in [Sight::Nobody, Sight::Reader, Sight::Admin] {
        let github = GitHub::serve(World { sight, ..world.clone() });
        let run = Run::new(sight);
        let facts = run.facts(&github);
        println!("{sight:?} {:#}", facts["branch"]);
        for section in ["org", "repo", "security", "releases", "checks", "changes", "collab"] {
            println!("{section} {}", facts[section]);
        }
        println!("{}", facts["collection"]);
        println!("{:#?}", github.requests().iter().map(|r| (r.method.clone(), r.path.clone())).collect::<Vec<_>>());
        let assessment = run.assess(&github);
        for verdict in assessment["requirements"].as_array().expect("a list") {
            println!("{} {} {} {}", verdict["id"], verdict["outcome"], verdict["message"], verdict["needs"]);
        }
    }
    let _ = outcome;
    let _ = Path::new("x");
}
