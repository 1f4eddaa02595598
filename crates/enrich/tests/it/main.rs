//! Decoration by a small company's inventory.

mod agrees;
mod company;
mod explained;
mod links;
mod places;
