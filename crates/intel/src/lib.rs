//! What feeds say of public addresses.
//!
//! In come files of feeds: databases of countries, cities and owners, the published ranges of the cloud's services,
//! lists of threats in their many forms. Out come [`Lookups`]: for an address, at a time, whose it is, where it is and
//! what is held against it. [`read`] turns a file into [`Entry`]s, whatever its form; [`SourceBuilder`] turns entries into
//! a [`Source`], a table that is searched; [`Feeds`] says which files hold when. What cannot be used of a file is a
//! finding, and the rest is used.
//!
//! Files are bytes here: where they are kept is another crate's matter. Nothing is fetched.

mod entry;
mod explain;
mod feeds;
mod import;
mod kept;
mod lookups;
mod manifest;
mod merged;
pub mod read;

mod range;
mod source;
mod table;
mod threat;
mod words;

pub use entry::{Entry, FeedKind, Place, PlaceEntry, Says, TagEntry, ThreatEntry};
pub use explain::{Around, Decided, around, decided};
pub use feeds::{Feeds, FeedsVersion};
pub use import::{Told, import, source};
pub use lookups::{AddressFacts, Lookups, WeakLookups};
pub use manifest::{FORMAT, Form, Given, Manifest};
pub use range::AddressRange;
pub use source::{Source, SourceBuilder};
pub use threat::{Threat, ThreatId, ThreatKind};
pub use words::WordId;
