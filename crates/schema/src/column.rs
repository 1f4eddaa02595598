use arrow_schema::{DataType, Field, TimeUnit};
use weir_value::KustoType;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, exactly as queries write it.
    pub name: &'static str,
    /// Its type in queries.
    pub kind: KustoType,
    /// What its numbers count.
    pub unit: Unit,
    /// Where its values come from.
    pub source: Source,
    /// What it says, in a sentence or two; when it is blank or null.
    pub doc: &'static str,
    /// Which texts it holds beside blank, where that is known.
    pub values: Values,
}

/// Which texts a column holds beside blank: queries that look for others find nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Any.
    Any,
    /// These; beside each what the other generation of tables, or the flow log, writes for it: blank for nothing of
    /// its own.
    OneOf(&'static [(&'static str, &'static str)]),
    /// MAC addresses: pairs of upper-case digits, joined by hyphens.
    Mac,
}

/// What the numbers of a column count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The column holds no quantity.
    None,
    /// Bytes.
    Bytes,
    /// Packets.
    Packets,
    /// Flows.
    Flows,
    /// Raw records of a flow log.
    Records,
    /// Flow tuples.
    Tuples,
    /// Hours.
    Hours,
    /// Calendar days, counted from 1970-01-01.
    Days,
    /// Megabits a second and the like, as the text says.
    Mixed,
}

/// Where the values of a column come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Taken or counted from flow tuples and their records.
    Raw,
    /// The inventory of resources.
    Inventory,
    /// Geography, service tags, threat intelligence.
    Address,
    /// The processing run.
    Run,
    /// The same in every row.
    Constant,
    /// Another column, for readers' speed; never shown by queries.
    Derived,
    /// Declared by the original and left blank here.
    Blank,
}

impl Unit {
    /// The word that the generated reference prints; blank for no quantity.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::None => "",
            Unit::Bytes => "bytes",
            Unit::Packets => "packets",
            Unit::Flows => "flows",
            Unit::Records => "records",
            Unit::Tuples => "tuples",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Mixed => "mixed",
        }
    }
}

impl Source {
    /// Every source, in the order of the pipeline.
    pub const ALL: [Source; 7] = [
        Source::Raw,
        Source::Inventory,
        Source::Address,
        Source::Run,
        Source::Constant,
        Source::Derived,
        Source::Blank,
    ];

    /// The word that the generated reference prints.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Raw => "flow log",
            Source::Inventory => "inventory",
            Source::Address => "address",
            Source::Run => "run",
            Source::Constant => "constant",
            Source::Derived => "derived",
            Source::Blank => "blank",
        }
    }

    /// What the word means, in half a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Source::Raw => "taken or counted from flow tuples and their records",
            Source::Inventory => "the inventory of resources",
            Source::Address => "geography, service tags and threat intelligence",
            Source::Run => "the processing run",
            Source::Constant => "the same in every row",
            Source::Derived => "another column, for readers' speed",
            Source::Blank => "declared by Traffic Analytics, left blank here",
        }
    }
}

impl Column {
    /// The Arrow type in which the column is stored.
    ///
    /// Text is never null: blank is `""`. Times are microseconds, UTC; those that count [`Unit::Days`] are dates.
    pub fn stored_type(&self) -> DataType {
        match self.kind {
            KustoType::Bool => DataType::Boolean,
            KustoType::Int => DataType::Int32,
            KustoType::Long => DataType::Int64,
            KustoType::Real => DataType::Float64,
            KustoType::Datetime if self.unit == Unit::Days => DataType::Date32,
            KustoType::Datetime => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            KustoType::Timespan => DataType::Int64,
            KustoType::String | KustoType::Guid | KustoType::Decimal | KustoType::Dynamic => DataType::Utf8,
        }
    }

    /// The Arrow field in which the column is stored.
    pub fn stored_field(&self) -> Field {
        Field::new(self.name, self.stored_type(), true)
    }
}
