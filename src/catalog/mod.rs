//! Floor 1: versions of the standard. It loads our own description of each version, and holds the official ones that
//! others publish against it. It owns which versions exist and how they are spelled; it judges no repository.

pub mod load;
pub mod version;

pub use load::{CatalogError, Catalogs};
pub use version::UnknownVersion;
