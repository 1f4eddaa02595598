//! `getschema`: one row for each column.
//!
//! Source: <https://learn.microsoft.com/kusto/query/getschema-operator>

use datafusion::common::ScalarValue;
use weir_kql::ast::Span;
use weir_value::KustoType;

use super::datatable::memory;
use crate::bind::Binder;
use crate::physical::text;
use crate::typed::{Column, Relation};

pub(crate) fn bind(binder: &mut Binder<'_>, input: &Relation, span: Span) -> Relation {
    let columns = vec![
        Column::new("ColumnName", KustoType::String),
        Column::new("ColumnOrdinal", KustoType::Int),
        Column::new("DataType", KustoType::String),
        Column::new("ColumnType", KustoType::String),
    ];
    if input.open || input.columns.iter().any(|column| column.poisoned) {
        return Relation { open: false, columns, ..Relation::poison() };
    }
    let ordinal = |place: usize| ScalarValue::Int32(i32::try_from(place).ok());
    let cells = vec![
        input.visible().map(|column| text(&column.name)).collect(),
        input.visible().enumerate().map(|(place, _)| ordinal(place)).collect(),
        input.visible().map(|column| text(column.kind.system_name())).collect(),
        input.visible().map(|column| text(column.kind.name())).collect(),
    ];
    match memory(&columns, cells) {
        Ok(relation) => relation,
        Err(error) => {
            binder.planning_failed(span, &error);
            Relation::poison()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    #[test]
    fn a_row_for_each_column_with_both_names_of_its_type() {
        assert_eq!(
            answer("datatable(a:string, b:bool, c:int)[] | getschema"),
            "ColumnName:string, ColumnOrdinal:int, DataType:string, ColumnType:string\n\
             a | 0 | System.String | string\n\
             b | 1 | System.SByte | bool\n\
             c | 2 | System.Int32 | int"
        );
        let types = "print a = 1, b = 1.5, c = now(), d = 1h, e = dynamic([]), f = guid(null)";
        assert_eq!(
            rows(&format!("{types} | getschema | project ColumnType, DataType")),
            "long | System.Int64\nreal | System.Double\ndatetime | System.DateTime\n\
             timespan | System.TimeSpan\ndynamic | System.Object\nguid | System.Guid"
        );
    }

    #[test]
    fn it_is_a_table_like_others() {
        assert_eq!(rows("print a = 1, b = 'x' | getschema | where ColumnType == 'string' | count"), "1");
        assert!(refused("print a = 1 | project q | getschema").contains("KS142"));
    }
}
