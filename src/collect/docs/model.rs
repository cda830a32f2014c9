//! Documents as the matcher sees them: sections, blocks and links, without markup.

use std::collections::BTreeSet;

use super::Site;
use crate::collect::path::RepoPath;

/// Every document that was read.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// Sorted by path.
    pub(crate) documents: Vec<Document>,
    /// Whether every document that is searched was read in full.
    pub(crate) complete: bool,
    /// The text of the newest release, where the forge was asked for it: a document for the topics that name its role.
    pub(crate) release: Option<Document>,
    /// Whether that text was looked for and read, or there is none.
    pub(crate) release_read: bool,
    /// Documentation sites, wikis and other places outside the tree.
    pub(crate) sites: Vec<Site>,
    /// What is wrong with the data files, so that no document could be looked for.
    pub(crate) defect: Option<String>,
}

/// One document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Document {
    pub(crate) path: String,
    /// What it is for: `readme`, `security`, `contributing`, `support`, `governance`, `maintainers`, `codeowners`, `changelog`, `license`,
    /// `code_of_conduct`, `architecture`, `threat_model`, `assessment`, `release`, `roadmap`, `dependencies`, `testing`, `build`, `install`,
    /// `adr`, `usage`, `api_reference`, `cli`, `man`, `file_format`, `agreement`, `authors`, `subprojects`, `advisories`, `issue_template`,
    /// `issue_chooser`, `change_template`, `docs` (every document below a documentation directory or site root, beside its other roles),
    /// `other` (at the root or in a forge's directory, with no role), `release_text` (what the newest release says of itself on the forge).
    pub(crate) roles: BTreeSet<String>,
    pub(crate) via: Via,
    pub(crate) state: State,
    /// Words of body text.
    pub(crate) words: u64,
    /// Whether most of it is not English.
    pub(crate) foreign: bool,
    /// Its own title: the first heading.
    pub(crate) title: Option<String>,
    pub(crate) sections: Vec<Section>,
    /// For a pointer: where it points, as written, with its line.
    pub(crate) target: Option<Link>,
}

/// How a document was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Via {
    #[default]
    Root,
    Directory,
    SiteRoot,
    Link,
}

/// What a document is good for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Ok,
    /// No body text at all.
    Empty,
    /// Below the word limit of its role.
    Short,
    /// Nothing but a link and a few words; judged by what it points to.
    Pointer,
    /// A large-file pointer instead of content.
    LfsPointer,
    /// A symbolic link that leads nowhere in this tree.
    BrokenLink,
    /// Larger than is read.
    Truncated,
    Unreadable,
}

/// One section: what stands under one heading, before the next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// The headings above it, outermost first, its own last; empty before the first heading.
    pub(crate) headings: Vec<String>,
    /// The line of its heading.
    pub(crate) line: u64,
    pub(crate) blocks: Vec<Block>,
}

/// One block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    pub(crate) line: u64,
    /// Its text without markup; inline code keeps its words; link targets are not part of it.
    pub(crate) text: String,
    /// For a bullet: the sentence before its list, with the bullets it hangs under. For a table row: the header.
    pub(crate) lead_in: String,
    /// For a table row: its cells; for a header row too.
    pub(crate) cells: Vec<String>,
    /// For a task: whether it is ticked.
    pub(crate) ticked: Option<bool>,
    pub(crate) links: Vec<Link>,
}

/// The kinds of blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum BlockKind {
    #[default]
    Paragraph,
    Bullet,
    TableRow,
    /// With its language, which may be empty.
    Code(String),
    Quote,
    /// A comment of the markup; kept only in templates of issues and change requests.
    Comment,
    Image,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) label: String,
    /// As written, after reference links are resolved.
    pub(crate) target: String,
    pub(crate) line: u64,
    /// Where its label begins in the text of its block, in bytes.
    pub(crate) start: usize,
    pub(crate) to: Target,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file of this tree.
    Tree(RepoPath),
    /// A path of this tree that does not exist, or that leaves it.
    Dead,
    /// A place in the same document.
    Anchor,
    /// `mailto:`.
    Mail,
    /// Any other address.
    Outside,
}

impl Via {
    /// As the facts name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Directory => "dir",
            Self::SiteRoot => "site_root",
            Self::Link => "link",
        }
    }
}

impl State {
    /// As the facts name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Empty => "empty",
            Self::Short => "short",
            Self::Pointer => "pointer",
            Self::LfsPointer => "lfs_pointer",
            Self::BrokenLink => "broken_link",
            Self::Truncated => "truncated",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Document {
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// All links with the section they stand in.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&Section, &Block, &Link)> {
        self.sections.iter().flat_map(|section| {
            section.blocks.iter().flat_map(move |block| block.links.iter().map(move |link| (section, block, link)))
        })
    }
}

impl Section {
    /// Its own heading.
    pub(crate) fn heading(&self) -> &str {
        self.headings.last().map_or("", String::as_str)
    }
}
