//! Views: tables whose rows are the answer of a query of ours.

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::Name;

use super::{Binder, Context, bind};
use crate::operators::datatable::qualified;
use crate::operators::project::assemble;
use crate::typed::{Relation, Typed};

impl Binder<'_> {
    /// The rows of a view: those of its query, in the columns of its table. `table` is the table without rows.
    pub(super) fn view(&mut self, name: &Name, query: &'static str, table: &Relation) -> Relation {
        let parsed = weir_kql::parse(query);
        // Places in the query mean nothing to who asks: its errors are told as one.
        let bound = bind(&parsed.query, &Context { text: query, ..*self.context() });
        let rows = match bound.map(|mut bound| bound.results.pop()) {
            Ok(Some(rows)) => rows,
            Ok(None) => return Relation::poison(),
            Err(errors) => {
                let reason = errors.iter().find(|d| d.is_error()).map_or("", |d| d.message.as_str());
                self.error(None, name.span, format!("the table '{}' cannot be read: {reason}", name.text));
                return Relation::poison();
            }
        };
        let columns = table.columns.iter().map(|column| {
            let made = rows.column(&column.name).map(|made| self.converted(made.typed(), column.kind));
            (column.name.clone(), made.unwrap_or_else(|| Typed::blank(column.kind)))
        });
        let columns = columns.collect();
        let relation = assemble(self, rows, columns, name.span);
        // The alias tells from then on whose columns these are.
        let plan = self.step(name.span, &relation, |plan| {
            let columns = table.columns.iter().map(|c| qualified(&name.text, &c.name).alias(&c.name));
            let columns: Vec<_> = columns.collect();
            LogicalPlanBuilder::from(plan).alias(name.text.as_str())?.project(columns)?.build()
        });
        Relation { name: table.name.clone(), plan, ..relation }
    }
}
