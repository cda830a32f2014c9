//! Every bound on what is read. Exceeding one makes a fact `truncated`, never an error and never a silent subset.

/// Entries of one tree; more than this and the tree counts as incomplete.
pub(crate) const TREE_ENTRIES: usize = 500_000;
/// Nesting of directories.
pub(crate) const TREE_DEPTH: usize = 100;
/// Bytes of one blob that the content scan looks at; a larger blob is recorded by name and size only.
pub(crate) const SCAN_BLOB_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of one document, manifest or workflow.
pub(crate) const TEXT_BYTES: u64 = 1024 * 1024;
/// Documents read for prose.
pub(crate) const DOCUMENTS: usize = 2_000;
/// Bytes of all documents together.
pub(crate) const DOCUMENT_BYTES: u64 = 32 * 1024 * 1024;
/// Manifests read.
pub(crate) const MANIFESTS: usize = 5_000;
/// Build descriptions read for the libraries that they look for.
pub(crate) const BUILD_DESCRIPTIONS: usize = 2_000;
/// Bytes of one line of a build file or script that is looked at.
pub(crate) const LINE_BYTES: usize = 4_096;
/// CI definitions read.
pub(crate) const CI_FILES: usize = 400;
/// Commits looked at for authorship and sign-offs.
pub(crate) const COMMITS: usize = 200;
/// Commits counted before the count is cut.
pub(crate) const COMMIT_COUNT: usize = 50_000;
/// Tags listed.
pub(crate) const TAGS: usize = 20_000;
/// Version tags that the facts list; the newest are kept.
pub(crate) const TAGS_LISTED: usize = 2_000;
/// Hops of a symbolic link inside the tree.
pub(crate) const SYMLINK_HOPS: usize = 5;
/// Findings listed per fact; the rest is cut and the fact marked incomplete.
pub(crate) const FINDINGS: usize = 200;
/// Flows of values through pipelines that are listed.
pub(crate) const FLOWS: usize = 2_000;
/// Items of evidence kept per topic of prose.
pub(crate) const TOPIC_FINDINGS: usize = 8;
/// Characters of a quotation.
pub(crate) const QUOTE_CHARS: usize = 200;
/// Licence files read.
pub(crate) const LICENSE_FILES: usize = 100;
/// Manifests read for what they state about the licence.
pub(crate) const LICENSE_MANIFESTS: usize = 50;
/// Bytes that one archive may unfold to while its members are classified.
pub(crate) const ARCHIVE_BYTES: u64 = 16 * 1024 * 1024;
/// Members of an archive that are classified.
pub(crate) const ARCHIVE_ENTRIES: usize = 200;
/// Programs listed per archive.
pub(crate) const INNER_FINDINGS: usize = 10;
/// Most times larger an archive may unfold.
pub(crate) const ARCHIVE_RATIO: u64 = 100;
/// Bytes at the start of a source file in which imports are looked for.
pub(crate) const SOURCE_BYTES: usize = 64 * 1024;
/// Bytes at the start of a file in which a licence header is looked for.
pub(crate) const HEADER_BYTES: usize = 4 * 1024;
/// Bytes of a line above which a script was written by a machine.
pub(crate) const SCRIPT_LINE_BYTES: usize = 5 * 1024;
/// Blocks of one document.
pub(crate) const DOCUMENT_BLOCKS: usize = 20_000;
/// Blocks of all documents together.
pub(crate) const LIBRARY_BLOCKS: usize = 400_000;
/// Bytes of a heading, of a lead-in or of a label that are kept.
pub(crate) const HEADING_BYTES: usize = 400;
/// Nesting of block quotes, lists and elements in a document.
pub(crate) const DOCUMENT_DEPTH: usize = 64;
/// Bytes of a file that a document shows in place of code.
pub(crate) const IMPORT_BYTES: u64 = 64 * 1024;
/// Files that one document shows in place of code.
pub(crate) const DOCUMENT_IMPORTS: usize = 200;
/// Links of one document.
pub(crate) const DOCUMENT_LINKS: usize = 10_000;
/// Addresses listed per fact.
pub(crate) const LINKS: usize = 500;
/// Lines of one manifest that are looked at for addresses.
pub(crate) const MANIFEST_LINES: usize = 5_000;
/// Texts of commands read from pipelines, container files, Makefiles and scripts.
pub(crate) const SCRIPTS: usize = 20_000;
/// Bytes of one such text.
pub(crate) const SCRIPT_BYTES: usize = 256 * 1024;
/// Submodules listed.
pub(crate) const SUBMODULES: usize = 1_000;
/// Bytes of one answer of a forge.
pub(crate) const API_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Requests to a forge that are under way at once.
pub(crate) const API_REQUESTS_AT_ONCE: usize = 8;
/// Queries to a forge that are under way at once.
pub(crate) const API_QUERIES_AT_ONCE: usize = 2;
/// Pages of the list of an owner's repositories, of a hundred each.
pub(crate) const OWNER_PAGES: usize = 500;
/// Redirects of one request to a forge, all within its origin.
pub(crate) const API_REDIRECTS: usize = 3;
/// Bytes of one release asset that is read for what it says.
pub(crate) const ASSET_BYTES: usize = 16 * 1024 * 1024;
/// Release assets that are read.
pub(crate) const ASSETS_READ: usize = 30;
/// Health files of the owner that are read.
pub(crate) const FALLBACK_FILES: usize = 30;

/// Files of one directory that say how a repository wants to be assessed.
pub(crate) const SETTING_FILES: usize = 2_000;
