use std::fmt;
use std::str::FromStr;

/// One of Kusto's ten scalar types.
///
/// Source: <https://learn.microsoft.com/kusto/query/scalar-data-types/>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KustoType {
    /// `true` or `false`.
    Bool,
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    Long,
    /// 64-bit floating point.
    Real,
    /// 128-bit decimal floating point, 34 digits.
    Decimal,
    /// UTF-8 text; never null.
    String,
    /// Ticks of 100 ns since 0001-01-01, UTC.
    Datetime,
    /// Ticks of 100 ns.
    Timespan,
    /// 128-bit identifier.
    Guid,
    /// Any of the others, an array or a property bag.
    Dynamic,
}

impl KustoType {
    /// All ten, in the order of the documentation.
    pub const ALL: [KustoType; 10] = [
        KustoType::Bool,
        KustoType::Int,
        KustoType::Long,
        KustoType::Real,
        KustoType::Decimal,
        KustoType::String,
        KustoType::Datetime,
        KustoType::Timespan,
        KustoType::Guid,
        KustoType::Dynamic,
    ];

    /// The name in queries and in `ColumnType` of answers.
    pub fn name(self) -> &'static str {
        match self {
            KustoType::Bool => "bool",
            KustoType::Int => "int",
            KustoType::Long => "long",
            KustoType::Real => "real",
            KustoType::Decimal => "decimal",
            KustoType::String => "string",
            KustoType::Datetime => "datetime",
            KustoType::Timespan => "timespan",
            KustoType::Guid => "guid",
            KustoType::Dynamic => "dynamic",
        }
    }

    /// The .NET name that `getschema` shows as `DataType`.
    pub fn system_name(self) -> &'static str {
        match self {
            KustoType::Bool => "System.SByte",
            KustoType::Int => "System.Int32",
            KustoType::Long => "System.Int64",
            KustoType::Real => "System.Double",
            KustoType::Decimal => "System.Data.SqlTypes.SqlDecimal",
            KustoType::String => "System.String",
            KustoType::Datetime => "System.DateTime",
            KustoType::Timespan => "System.TimeSpan",
            KustoType::Guid => "System.Guid",
            KustoType::Dynamic => "System.Object",
        }
    }

    /// The name that `DataType` carries in a version 1 answer: the .NET name without its namespace.
    pub fn v1_data_type(self) -> &'static str {
        let name = self.system_name();
        name.rsplit('.').next().unwrap_or(name)
    }

    /// Whether values are numbers that arithmetic mixes freely.
    pub fn is_numeric(self) -> bool {
        matches!(self, KustoType::Int | KustoType::Long | KustoType::Real | KustoType::Decimal)
    }

    /// Whether values are whole numbers.
    pub fn is_integer(self) -> bool {
        matches!(self, KustoType::Int | KustoType::Long)
    }
}

impl fmt::Display for KustoType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KustoType {
    type Err = ();

    /// Reads a type name, documented aliases included (`double`, `boolean`, `date`, `time`, `uniqueid`).
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "bool" | "boolean" => KustoType::Bool,
            "int" | "int32" => KustoType::Int,
            "long" | "int64" => KustoType::Long,
            "real" | "double" => KustoType::Real,
            "decimal" => KustoType::Decimal,
            "string" => KustoType::String,
            "datetime" | "date" => KustoType::Datetime,
            "timespan" | "time" => KustoType::Timespan,
            "guid" | "uuid" | "uniqueid" => KustoType::Guid,
            "dynamic" => KustoType::Dynamic,
            _ => return Err(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in KustoType::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!("double".parse(), Ok(KustoType::Real));
        assert!("Long".parse::<KustoType>().is_err());
    }

    #[test]
    fn version_1_names_have_no_namespace() {
        assert_eq!(KustoType::Bool.v1_data_type(), "SByte");
        assert_eq!(KustoType::Decimal.v1_data_type(), "SqlDecimal");
    }
}
