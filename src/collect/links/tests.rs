use super::*;
use crate::bundle::Bundle;
use crate::collect::tree::Tree;
use crate::collect::{ci, deps, docs, insights, scan};
use crate::model::subject::Subject;
use rstest::rstest;

fn collected(files: &[(&str, &str)]) -> Links {
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
    let insights = insights::collect(&cx);
    let library = docs::library(&cx, &insights, &crate::collect::releases::Tagged::default());
    let deps = deps::collect(&cx, &scan::scan(&cx), &ci::collect(&cx).0);
    collect(&cx, &library, &insights, &deps)
}

fn project(files: &[(&str, &str)]) -> String {
    let links = collected(files);
    let found = links.project.value().expect("known");
    found
        .iter()
        .map(|link| format!("{}:{} {} {}", link.place, link.line.unwrap_or(0), link.role, link.url))
        .collect::<Vec<_>>()
        .join("; ")
}

fn distribution(readme: &str) -> String {
    let links = collected(&[("README.md", readme)]);
    let found = links.distribution.value().expect("known");
    let one = |link: &DistributionLink| {
        let marks = [(link.signature_checked, "signed"), (link.piped_to_shell, "piped"), (!link.own, "third")];
        let marks: Vec<&str> = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
        format!("{} {} {}{}", link.kind, link.target, link.insecure_flag.clone().unwrap_or_default(), marks.join(","))
            .trim_end()
            .to_owned()
    };
    found.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[rstest]
#[case::manifest(&[("Cargo.toml", "[package]\nname='a'\nhomepage = 'git://host/x'\nrepository = 'HTTPS://github.com/acme/demo'")],
    "Cargo.toml:3 website git://host/x; Cargo.toml:4 repo HTTPS://github.com/acme/demo")]
#[case::npm(&[("package.json", "{\"name\":\"a\",\n\"homepage\":\"http://demo.org\",\n\"author\":{\"url\":\"http://me.org\"},\"bugs\":{\"url\":\"https://b.org\"},\"repository\":\"acme/demo\"}")],
    "package.json:2 website http://demo.org; package.json:3 website https://b.org")]
#[case::submodule(&[(".gitmodules", "[submodule \"x\"]\npath = x\nurl = git://github.com/o/x\n[submodule \"y\"]\npath = y\nurl = ../y.git")],
    ".gitmodules:3 submodule git://github.com/o/x")]
#[case::labels(&[("README.md", "# Demo\n\n[Documentation](http://demo.org/docs) and [MySQL documentation](http://mysql.com) and ![x](http://img.org/a.png)\n\n[![Build](http://ci.org/b.svg)](http://ci.org)\n")],
    "README.md:3 docs http://demo.org/docs")]
#[case::leads(&[("README.md", "# Demo\n\nWebsite: http://demo.org\n\nThe manual is available at <http://man.demo.net/x>.\n\nSee RFC http://www.ietf.org/rfc/rfc1.txt or http://localhost:80 or http://other.org.\n")],
    "README.md:3 website http://demo.org; README.md:5 docs http://man.demo.net/x")]
#[case::own_domain(&[("README.md", "# Demo\n\n[Website](https://demo.org)\n\nRead http://blog.demo.org/x and http://github.com/other/y and [code](http://github.com/acme/z).\n")],
    "README.md:3 website https://demo.org; README.md:5 own_domain http://blog.demo.org/x; README.md:5 own_domain http://github.com/acme/z")]
#[case::host_only(&[("README.md", "# Demo\n\n[Website](www.demo.org)\n")], "README.md:3 website www.demo.org")]
#[case::nothing(&[("README.md", "# Demo\n\nHello.\n")], "")]
#[case::namespaces(&[("pom.xml", "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<url>http://demo.org</url>\n<licenses><license><url>http://www.apache.org/licenses/LICENSE-2.0.txt</url></license></licenses>\n<scm><connection>scm:git:git://github.com/acme/demo.git</connection></scm></project>")],
    "pom.xml:2 website http://demo.org; pom.xml:4 repo scm:git:git://github.com/acme/demo.git")]
#[case::guide_in_install_section(&[("README.md", "# Demo\n\n## Installation\n\nFollow the [installation guide](http://demo.org/install). You need [CMake](http://cmake.org).\n")],
    "README.md:5 docs http://demo.org/install")]
fn projects(#[case] files: &[(&str, &str)], #[case] expected: &str) {
    assert_eq!(project(files), expected);
}

#[rstest]
#[case("# Demo\n\n## Install\n\n```sh\npip install demo\n```\n", "registry python:demo")]
#[case(
    "# Demo\n\n## Install\n\nGet [the package](http://demo.org/demo.deb) or [the guide](http://demo.org/guide).\n",
    "asset http://demo.org/demo.deb"
)]
#[case(
    "# Demo\n\n[Website](https://demo.org)\n\n## Install\n\n    curl -k https://demo.org/i.sh | sh\n",
    "installer https://demo.org/i.sh -kpiped"
)]
#[case(
    "# Demo\n\n## Install\n\n```\ncurl https://sh.rustup.rs | sh\n```\n",
    "installer https://sh.rustup.rs piped,third"
)]
#[case("# Demo\n\n## Usage\n\n```\ncurl http://demo.org/api/v1\ncurl http://localhost:8080/x.tar.gz\n```\n", "")]
#[case("# Demo\n\n## Development\n\n```\ncurl http://demo.org/a.tar.gz\n```\n", "")]
#[case(
    "# Demo\n\n## Install\n\n```\nwget http://demo.org/a.tar.gz\nwget https://demo.org/a.tar.gz.asc\ngpg --verify a.tar.gz.asc\n```\n",
    "asset http://demo.org/a.tar.gz signed,third; asset https://demo.org/a.tar.gz.asc signed,third"
)]
#[case(
    "# Demo\n\n## Install\n\n```\nwget https://demo.org/a.rpm\ndnf install --nogpgcheck ./a.rpm\n```\n",
    "asset https://demo.org/a.rpm third; registry distro:?"
)]
#[case(
    "# Demo\n\nOn [crates.io](https://crates.io/crates/demo), see the [releases](https://github.com/acme/demo/releases).\n",
    "registry https://crates.io/crates/demo; asset https://github.com/acme/demo/releases"
)]
#[case("# Demo\n\n## Install\n\nRun `pip install demo`, after `apt install gcc`.\n", "registry python:demo")]
fn distributions(#[case] readme: &str, #[case] expected: &str) {
    assert_eq!(distribution(readme), expected);
}
