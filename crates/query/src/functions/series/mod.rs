//! Series: arrays of numbers, element by element, filled, measured, filtered, fitted.
//!
//! Elements that are no numbers make null elements. Functions whose way is not published (detection of periods,
//! outliers) are refused by name; how a series is taken apart is described well enough to be done alike.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#series-element-wise-functions>

mod decompose;
mod elements;
mod fill;
mod filter;
mod fit;
mod fourier;
mod measure;
mod outliers;
mod season;
mod several;

use weir_value::KustoType;
use weir_value::dynamic::{Kind, Packer, View};

use super::Function;
use crate::bind::Arguments;
use crate::typed::Typed;

#[cfg(test)]
pub(crate) use several::SEVERAL;
pub(crate) use several::several;

/// The families of the folder.
pub(crate) const FAMILIES: [&[&Function]; 6] = [
    decompose::FUNCTIONS,
    elements::FUNCTIONS,
    fill::FUNCTIONS,
    filter::FUNCTIONS,
    fit::FUNCTIONS,
    measure::FUNCTIONS,
];

const DYNAMIC: KustoType = KustoType::Dynamic;

/// An element as a number.
fn number(view: View<'_>) -> Option<f64> {
    match view.kind() {
        Kind::Long => view.as_long().map(|value| value as f64),
        Kind::Real => view.as_real(),
        _ => None,
    }
}

/// The elements of an array, those that are no numbers as nothing; nothing when it is no array.
fn numbers(view: View<'_>) -> Option<Vec<Option<f64>>> {
    (view.kind() == Kind::Array).then(|| view.items().map(number).collect())
}

/// The elements of an array of numbers; nothing for any other array.
fn all_numbers(view: View<'_>) -> Option<Vec<f64>> {
    numbers(view)?.into_iter().collect()
}

/// Refuses by name a number where a series stands: what it means is not published.
fn one_number(a: &mut Arguments<'_, '_, '_>) -> Typed {
    a.binder.unsupported(a.span, "a number instead of a series");
    Typed::poison()
}

/// Appends an array of reals.
fn pack_reals(bytes: &mut Vec<u8>, values: impl IntoIterator<Item = Option<f64>>) {
    Packer::new(bytes).array(|array| {
        for value in values {
            array.item(|packer| match value {
                Some(value) => packer.real(value),
                None => packer.null(),
            });
        }
    });
}
