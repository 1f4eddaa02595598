//! The order of rows: what keeps it, what needs it.

use datafusion::functions_window::row_number::row_number;
use datafusion::logical_expr::{ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, SortExpr};
use weir_kql::ast::Span;
use weir_value::KustoType;

use super::{Binder, Windows};
use crate::typed::{self, Column, OrderKey, Relation, cast_to, column};

/// The hidden column that numbers the rows of a table. No one names a column like it, so that none takes its place.
pub const ORDINAL: &str = "⇅ ordinal";
/// The hidden columns of the keys of a sort.
const ORDER: &str = "⇅ key";

impl Relation {
    /// The same rows in any order.
    pub fn unordered(self) -> Self {
        Relation { serialized: false, order: Vec::new(), ..self }
    }

    /// The columns that say in which order the rows are.
    pub fn order_columns(&self) -> impl Iterator<Item = &Column> {
        self.order.iter().filter_map(|key| self.column(&key.column))
    }

    /// The keys of the order as the engine sorts by them.
    pub fn sort_exprs(&self) -> Vec<SortExpr> {
        let known = |key: &&OrderKey| self.column(&key.column).is_some();
        let keys = self.order.iter().take_while(known);
        keys.map(|key| column(&key.column).sort(key.ascending, key.nulls_first)).collect()
    }

    /// The plan of the rows in their order, at most so many of them.
    pub fn sorted(&self, limit: Option<usize>) -> datafusion::common::Result<LogicalPlan> {
        let plan = LogicalPlanBuilder::from(self.plan.clone());
        match (self.sort_exprs(), limit) {
            (keys, None) if keys.is_empty() => Ok(self.plan.clone()),
            // The engine has no first none of an order.
            (keys, Some(limit)) if keys.is_empty() || limit == 0 => plan.limit(0, Some(limit))?.build(),
            (keys, limit) => plan.sort_with_limit(keys, limit)?.build(),
        }
    }

    /// The column that numbers the rows in their order, or will once one is needed.
    pub fn ordinal(&self) -> String {
        match self.order.as_slice() {
            [key] if key.unique && key.ascending => key.column.clone(),
            _ => free_name(ORDINAL, &self.columns),
        }
    }

    /// The columns beside those of the order.
    fn beside_order(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| self.order.iter().all(|key| key.column != column.name))
    }
}

impl OrderKey {
    /// A hidden column of numbers that rise.
    pub fn rising(column: impl Into<String>, unique: bool) -> Self {
        OrderKey { column: column.into(), ascending: true, nulls_first: true, unique }
    }
}

/// A name that no column has.
fn free_name(name: &str, columns: &[Column]) -> String {
    let taken = |name: &str| columns.iter().any(|column| column.name == name);
    if !taken(name) {
        return name.to_owned();
    }
    (1..).map(|n| format!("{name} {n}")).find(|name| !taken(name)).unwrap_or_default()
}

impl Binder<'_> {
    /// The rows in the order of these keys; rows with equal keys stay as they are where they are numbered.
    pub fn ordered(&mut self, input: Relation, keys: Vec<SortExpr>, span: Span) -> Relation {
        if input.open {
            return Relation { serialized: true, ..input };
        }
        let mut columns: Vec<Column> = input.beside_order().cloned().collect();
        let mut exprs: Vec<_> = columns.iter().map(|kept| column(&kept.name)).collect();
        let mut order = Vec::with_capacity(keys.len());
        for key in keys {
            let name = free_name(ORDER, &columns);
            // The kind of a key is never asked for: nobody reads the column.
            columns.push(Column { hidden: true, ..Column::new(&name, KustoType::Long) });
            exprs.push(key.expr.alias(&name));
            order.push(OrderKey {
                column: name,
                ascending: key.asc,
                nulls_first: key.nulls_first,
                unique: false,
            });
        }
        if let [before] = input.order.as_slice()
            && before.unique
            && columns.iter().all(|column| column.name != before.column)
        {
            columns.extend(input.column(&before.column).cloned());
            exprs.push(column(&before.column));
            order.push(before.clone());
        }
        let plan = self.step(span, &input, |plan| typed::project(plan, exprs));
        let ordered = Relation { plan, columns, order, serialized: true, name: None, ..input };
        // Steps that make rows of rows go by the order in which those come.
        let plan = self.step(span, &ordered, |_| ordered.sorted(None));
        Relation { plan, ..ordered }
    }

    /// The same rows, numbered in their order from 1.
    pub fn numbered(&mut self, input: Relation, span: Span) -> Relation {
        let ordinal = input.ordinal();
        if input.open || matches!(input.order.as_slice(), [key] if key.column == ordinal) {
            return Relation { serialized: true, ..input };
        }
        let mut columns: Vec<Column> = input.beside_order().cloned().collect();
        let keys = input.sort_exprs();
        let plan = self.step(span, &input, |plan| {
            let number = match keys.is_empty() {
                true => row_number(),
                false => row_number().order_by(keys).build()?,
            };
            let made = column(&number.schema_name().to_string());
            let mut exprs: Vec<_> = columns.iter().map(|kept| column(&kept.name)).collect();
            exprs.push(cast_to(made, KustoType::Long).alias(&ordinal));
            LogicalPlanBuilder::from(plan).window([number])?.project(exprs)?.build()
        });
        columns.push(Column { hidden: true, ..Column::new(&ordinal, KustoType::Long) });
        let order = vec![OrderKey::rising(ordinal, true)];
        Relation { plan, columns, order, serialized: true, ..input }
    }

    /// The table with a column for each window function that was met. Columns of the table stay as they are; the
    /// new ones are only in its plan, for the projection or the filter that follows.
    pub fn windowed(&mut self, input: Relation, windows: Windows, span: Span) -> Relation {
        if windows.is_empty() || input.open {
            return input;
        }
        let input = self.numbered(input, span);
        let plan = self.step(span, &input, |mut plan| {
            for (function, name) in windows.into_inner() {
                let made = column(&function.schema_name().to_string()).alias(name);
                let mut exprs: Vec<_> = plan.schema().columns().into_iter().map(Into::into).collect();
                exprs.push(made);
                plan = LogicalPlanBuilder::from(plan).window([function])?.project(exprs)?.build()?;
            }
            Ok(plan)
        });
        Relation { plan, ..input }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{explained, rows, run_with};

    #[test]
    fn the_first_rows_of_an_order_are_found_without_sorting_all() {
        let t = "range x from 1 to 100000 step 1 | extend y = hash(x)";
        for query in [
            "sort by y asc | take 5",
            "top 5 by y | project y",
            "sort by y asc | extend z = 1 | take 5 | where z > 0",
        ] {
            let plan = explained(&format!("{t} | {query}"));
            assert!(plan.contains("TopK(fetch=5)"), "{plan}");
        }
    }

    #[test]
    fn rows_with_equal_keys_stay_as_they_are_written() {
        let t = "datatable(a:string, n:long)['q', 1, 'p', 2, 'q', 3, 'p', 4]";
        assert_eq!(rows(&format!("{t} | sort by a asc")), "p | 2\np | 4\nq | 1\nq | 3");
        assert_eq!(rows(&format!("{t} | sort by a desc | project n | where n != 2")), "1\n3\n4");
        assert_eq!(
            rows(&format!(
                "{t} | extend a = 'x', order = n, ordinal = -n | sort by a asc | project order, ordinal | take 2"
            )),
            "1 | -1\n2 | -2"
        );
    }

    #[test]
    fn an_order_survives_many_threads_and_batches() {
        // The rows come out of groups, in eight parts of many batches each.
        let t = "range x from 1 to 200000 step 1 | extend k = hash(x) % 100003 | summarize n = count() by k, x | sort by k asc, x desc";
        let values = |query: &str| -> Vec<i64> {
            let answers = run_with(&format!("{t} | {query}"), 8).unwrap();
            let cell =
                |row: Vec<weir_answer::Cell<'_>>| row.first().and_then(|cell| cell.text().parse().ok());
            answers[0].rows().filter_map(|row| cell(row.into_iter().collect())).collect()
        };
        let keys = values("extend z = x * 2 | where x % 3 > 0 | project k");
        assert_eq!(keys.len(), 133_334);
        assert!(keys.is_sorted());
        let numbers =
            values("where n == 1 | extend r = row_number() | where x % 3 > 0 | extend z = r | project z");
        assert_eq!(numbers.len(), 133_334);
        assert!(numbers.is_sorted());
        assert_eq!(values("extend p = prev(k), q = prev(x) | where k < p or k == p and x > q | count"), [0]);
        assert_eq!(
            values("take 100000 | where x > 0 | summarize make_list(k) | project array_length(list_k)"),
            [100_000]
        );
    }

    #[test]
    fn a_key_may_be_replaced_once_rows_are_sorted_by_it() {
        assert_eq!(
            rows("range x from 1 to 3 step 1 | sort by x desc | extend x = 10 - x | extend n = row_number()"),
            "7 | 1\n8 | 2\n9 | 3"
        );
        assert_eq!(
            rows("range x from 1 to 3 step 1 | sort by x % 2 asc, x desc | project-rename y = x"),
            "2\n3\n1"
        );
    }

    #[test]
    fn a_let_keeps_the_order_of_its_rows() {
        let t = "let T = range x from 1 to 5 step 1 | sort by x desc; let f = () { T | where x > 2 };";
        assert_eq!(rows(&format!("{t} f | extend n = row_number()")), "5 | 1\n4 | 2\n3 | 3");
        assert_eq!(rows(&format!("{t} print toscalar(T), toscalar(f | take 1 | project x + 1)")), "5 | 6");
    }
}
