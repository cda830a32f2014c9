//! Floor 1: versions of the standard. It loads our own description of each version, reads the official catalogs that
//! others publish, and compares the two. It owns which versions exist and how they are spelled; it judges no repository.

pub mod compare;
pub mod load;
pub mod mappings;
pub mod official;
pub mod version;

pub use load::{CatalogError, Catalogs};
pub use version::UnknownVersion;
