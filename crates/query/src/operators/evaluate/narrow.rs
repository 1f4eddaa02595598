//! `evaluate narrow()`: a row for each cell: the number of its row, the name of its column, its value as text.
//!
//! Source: <https://learn.microsoft.com/kusto/query/narrow-plugin>

use datafusion::common::ScalarValue;
use weir_value::{Dynamic, KustoType};

use super::super::project::assemble;
use super::Plugin;
use crate::bind::pack;
use crate::functions::conversion::from_dynamic;
use crate::functions::dynamic::ARRAY;
use crate::physical::literal;
use crate::steps::{Bags, Expand, Step, step};
use crate::typed::{Column, Relation, Typed, column};

pub(super) fn bind(mut plugin: Plugin<'_, '_, '_>) -> Relation {
    plugin.no_named();
    plugin.no_schema();
    if !plugin.call.arguments.is_empty() {
        plugin.binder.error(Some("KS119"), plugin.span, "'narrow' takes no argument");
    }
    let columns: Vec<Column> = plugin.input.visible().cloned().collect();
    let names = Dynamic::Array(columns.iter().map(|column| Dynamic::String(column.name.clone())).collect());
    let values = columns
        .iter()
        .map(|column| pack(plugin.binder.converted(column.typed(), KustoType::String)).expr)
        .collect();
    let arguments = vec![literal(ScalarValue::BinaryView(Some(names.pack()))), ARRAY.call(values)];
    let expand = Step::Expand(Expand {
        elements: vec!["narrow column".to_owned(), "narrow value".to_owned()],
        index: None,
        row: Some("narrow row".to_owned()),
        unique: None,
        bags: Bags::Bag,
        limit: usize::MAX,
        // Numbers without gaps need the rows in one stream.
        ordered: true,
    });
    let plan = plugin.binder.step(plugin.span, &plugin.input, |plan| step(plan, expand, arguments));
    let text = |name| Typed::new(from_dynamic(KustoType::String).call(vec![column(name)]), KustoType::String);
    let items = vec![
        ("Row".to_owned(), Typed::new(column("narrow row"), KustoType::Long)),
        ("Column".to_owned(), text("narrow column")),
        ("Value".to_owned(), text("narrow value")),
    ];
    let serialized = plugin.input.serialized;
    let input = Relation { plan, ..plugin.input };
    Relation { serialized, ..assemble(plugin.binder, input, items, plugin.span) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused};

    #[test]
    fn cells_are_numbered_by_their_rows() {
        assert_eq!(
            answer("datatable(a:long, b:string)[7, 'x', long(null), ''] | evaluate narrow()"),
            "Row:long, Column:string, Value:string\n0 | a | 7\n0 | b | x\n1 | a | \n1 | b | "
        );
        assert!(refused("print a = 1 | evaluate narrow(a)").contains("KS119"));
    }
}
