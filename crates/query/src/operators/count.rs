//! `count`: one row with the number of rows.
//!
//! Source: <https://learn.microsoft.com/kusto/query/count-operator>

use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use weir_kql::ast::{Name, Span};
use weir_value::KustoType;

use crate::bind::Binder;
use crate::typed::{Column, Relation, Typed};

pub(crate) fn bind(binder: &mut Binder<'_>, input: Relation, name: Option<&Name>, span: Span) -> Relation {
    let name = name.map_or("Count", |name| name.text.as_str());
    let rows = count(Typed::long(1).expr).alias(name);
    let plan = binder.step(span, &input, |plan| {
        LogicalPlanBuilder::from(plan).aggregate(Vec::<Expr>::new(), vec![rows])?.build()
    });
    Relation::new(plan, vec![Column::new(name, KustoType::Long)])
}
