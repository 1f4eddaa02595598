//! Functions of the columns that are there, rather than of values: `pack_all`, `estimate_data_size` and their kin.
//!
//! Source: <https://learn.microsoft.com/kusto/query/pack-all-function>

use datafusion::logical_expr::lit;
use weir_kql::ast::{Call, Expr, ExprKind, Span};
use weir_value::{Dynamic, KustoType};

use super::literal::dynamic;
use super::{Binder, Scope, default_name, pack};
use crate::functions::dynamic::{ARRAY, BAG, BAG_OF_PRESENT};
use crate::functions::strings::BYTES;
use crate::typed::{Column, Typed};

impl Binder<'_> {
    /// A call of a function of columns; nothing for any other.
    pub(super) fn of_columns(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Option<Typed> {
        let first = call.arguments.first().map(|argument| &argument.value);
        let is_star = |expr: &Expr| matches!(expr.kind, ExprKind::Star);
        Some(match call.name.text.as_str() {
            "pack_all" => self.pack_all(call, span, scope),
            "bag_pack_columns" => {
                let mut properties = Vec::new();
                for argument in &call.arguments {
                    let name = default_name(&argument.value);
                    match (self.column_argument(&argument.value, scope), name) {
                        (Some(typed), Some(name)) => properties.push((name, typed)),
                        _ => return Some(Typed::poison()),
                    }
                }
                self.bag(properties, false)
            }
            "pack_array" if call.arguments.len() == 1 && first.is_some_and(is_star) => {
                let columns = visible(scope).map(Column::typed).map(|typed| pack(typed).expr).collect();
                self.fold(Typed::new(ARRAY.call(columns), KustoType::Dynamic))
            }
            "estimate_data_size" => self.estimate_data_size(call, span, scope),
            "column_names_of" => match first {
                Some(table) if call.arguments.len() == 1 => {
                    let relation = self.table(table, scope);
                    let names = relation.visible().map(|column| Dynamic::String(column.name.clone()));
                    Typed::constant(dynamic(&Dynamic::Array(names.collect())), KustoType::Dynamic)
                }
                _ => self.refuse(Some("KS119"), span, "'column_names_of' takes one table"),
            },
            _ => return None,
        })
    }

    fn pack_all(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Typed {
        let only_present = match call.arguments.as_slice() {
            [] => false,
            [argument] => {
                let typed = self.scalar(&argument.value, scope);
                if typed.poisoned {
                    return typed;
                }
                let constant = typed.as_constant().is_some();
                match self.converted(typed, KustoType::Bool).as_bool() {
                    Some(only_present) if constant => only_present,
                    _ => {
                        let message = "a constant bool is expected here";
                        return self.refuse(Some("KS131"), argument.value.span, message);
                    }
                }
            }
            _ => return self.refuse(Some("KS119"), span, "'pack_all' takes one argument at most"),
        };
        if scope.open {
            return Typed::poison();
        }
        let properties = visible(scope).map(|column| (column.name.clone(), column.typed())).collect();
        self.bag(properties, only_present)
    }

    /// A bag of values under these names; of those only that are neither null nor blank, if so asked.
    fn bag(&mut self, properties: Vec<(String, Typed)>, only_present: bool) -> Typed {
        if properties.iter().any(|(_, typed)| typed.poisoned) {
            return Typed::poison();
        }
        let pairs =
            properties.into_iter().flat_map(|(name, typed)| [Typed::text(&name).expr, pack(typed).expr]);
        let kernel = if only_present { &BAG_OF_PRESENT } else { &BAG };
        self.fold(Typed::new(kernel.call(pairs.collect()), KustoType::Dynamic))
    }

    /// An argument that has to be a column; nothing, which is told, where it is none.
    fn column_argument(&mut self, argument: &Expr, scope: Scope<'_>) -> Option<Typed> {
        let typed = self.scalar(argument, scope);
        let is_column = matches!(typed.expr, datafusion::logical_expr::Expr::Column(_));
        if typed.poisoned {
            return None;
        }
        if !is_column {
            self.error(Some("KS109"), argument.span, "a column is expected here");
            return None;
        }
        Some(typed)
    }

    /// The bytes that values take: those of their type, of a string those of its text.
    fn estimate_data_size(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Typed {
        let mut values = Vec::new();
        for argument in &call.arguments {
            match argument.value.kind {
                ExprKind::Star => {
                    values.extend(visible(scope).map(|column| (column.typed(), argument.value.span)));
                }
                _ => match self.column_argument(&argument.value, scope) {
                    Some(typed) => values.push((typed, argument.value.span)),
                    None => return Typed::poison(),
                },
            }
        }
        if call.arguments.is_empty() {
            return self.refuse(Some("KS119"), span, "'estimate_data_size' takes columns, or '*'");
        }
        let (mut fixed, mut texts) = (0_i64, Vec::new());
        for (typed, span) in values {
            fixed += match typed.kind {
                _ if typed.poisoned => return typed,
                KustoType::Bool => 1,
                KustoType::Int => 4,
                KustoType::Long | KustoType::Real | KustoType::Datetime | KustoType::Timespan => 8,
                KustoType::Guid | KustoType::Decimal => 16,
                KustoType::String => {
                    texts.push(BYTES.call(vec![typed.expr]));
                    0
                }
                KustoType::Dynamic => {
                    self.unsupported(span, "the size of a dynamic");
                    return Typed::poison();
                }
            };
        }
        let size = texts.into_iter().fold(lit(fixed), |sum, text| sum + text);
        self.fold(Typed::new(size, KustoType::Long))
    }
}

fn visible(scope: Scope<'_>) -> impl Iterator<Item = &Column> {
    scope.columns.iter().filter(|column| !column.hidden)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    const TABLE: &str = "datatable(s:string, n:long, b:bool)['x', 1, true, '', long(null), false]";

    #[test]
    fn all_columns_are_packed() {
        assert_eq!(
            rows(&format!("{TABLE} | project pack_all()")),
            "{\"s\":\"x\",\"n\":1,\"b\":true}\n{\"s\":\"\",\"n\":null,\"b\":false}"
        );
        assert_eq!(
            answer(&format!("{TABLE} | project pack_all(true)")),
            "Column1:dynamic\n{\"s\":\"x\",\"n\":1,\"b\":true}\n{\"b\":false}"
        );
        assert_eq!(rows(&format!("{TABLE} | take 1 | project pack_array(*)")), "[\"x\",1,true]");
        assert_eq!(
            rows(&format!("{TABLE} | take 1 | project bag_pack_columns(n, s)")),
            "{\"n\":1,\"s\":\"x\"}"
        );
        for column in ["b", "todatetime(s)"] {
            let told = refused(&format!("{TABLE} | project pack_all({column})"));
            assert!(told.contains("a constant bool"), "{told}");
        }
        assert!(
            refused(&format!("{TABLE} | project bag_pack_columns(n + 1)")).contains("a column is expected")
        );
    }

    #[test]
    fn columns_have_sizes() {
        assert_eq!(
            rows(&format!("{TABLE} | project estimate_data_size(*), estimate_data_size(s, b)")),
            "10 | 2\n9 | 1"
        );
        assert!(
            refused("print d = dynamic([1]) | project estimate_data_size(d)")
                .contains("not supported yet: the size of a dynamic")
        );
        assert!(refused(&format!("{TABLE} | project estimate_data_size('x')")).contains("KS109"));
        assert!(refused("print estimate_data_size()").contains("takes columns"));
    }

    #[test]
    fn tables_have_columns() {
        assert_eq!(rows(&format!("print column_names_of(({TABLE}))")), r#"["s","n","b"]"#);
        assert!(refused("print column_names_of(nowhere)").contains("nowhere"));
    }
}
