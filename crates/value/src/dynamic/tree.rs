/// A value of type `dynamic` as a tree.
///
/// Bags keep the order of their properties.
#[derive(Debug, Clone, PartialEq)]
pub enum Dynamic {
    /// JSON `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A number with a fraction or an exponent.
    Real(f64),
    /// Text.
    String(String),
    /// `datetime(…)` inside a dynamic literal, in ticks since 0001-01-01.
    Datetime(i64),
    /// `timespan(…)` or a literal such as `1d`, in ticks.
    Timespan(i64),
    /// `guid(…)` in canonical text.
    Guid(String),
    /// `[…]`.
    Array(Vec<Dynamic>),
    /// `{…}`.
    Bag(Vec<(String, Dynamic)>),
}

impl Dynamic {
    /// The packed form; see [`View`](super::View).
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.pack_into(&mut super::Packer::new(&mut bytes));
        bytes
    }

    fn pack_into(&self, packer: &mut super::Packer<'_>) {
        match self {
            Dynamic::Null => packer.null(),
            Dynamic::Bool(value) => packer.bool(*value),
            Dynamic::Long(value) => packer.long(*value),
            Dynamic::Real(value) => packer.real(*value),
            Dynamic::String(value) => packer.string(value),
            Dynamic::Datetime(value) => packer.datetime(*value),
            Dynamic::Timespan(value) => packer.timespan(*value),
            Dynamic::Guid(value) => packer.guid(value),
            Dynamic::Array(items) => packer.array(|array| {
                for item in items {
                    array.item(|p| item.pack_into(p));
                }
            }),
            Dynamic::Bag(properties) => packer.bag(|bag| {
                for (key, value) in properties {
                    bag.property(key, |p| value.pack_into(p));
                }
            }),
        }
    }
}
