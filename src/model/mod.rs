//! Floor 0: the plain data that everything else speaks about. It never reads, judges or prints.

pub mod assessment;
pub mod catalog;
pub mod comparison;
pub mod declaration;
pub mod evidence;
pub mod fact;
pub mod id;
pub mod mapping;
pub mod portfolio;
pub mod project;
pub mod ruling;
pub mod source;
pub mod subject;
