//! `consume`: the table is read and nothing is answered.
//!
//! Source: <https://learn.microsoft.com/kusto/query/consume-operator>

use datafusion::logical_expr::LogicalPlanBuilder;
use weir_kql::ast::Span;

use crate::bind::Binder;
use crate::typed::Relation;

pub(crate) fn bind(binder: &mut Binder<'_>, input: &Relation, span: Span) -> Relation {
    // A query has no effect but its answer, so that nothing needs to run.
    let plan = binder.step(span, input, |_| LogicalPlanBuilder::empty(false).build());
    Relation::new(plan, Vec::new())
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused};

    #[test]
    fn nothing_is_answered_but_errors_are_told() {
        assert_eq!(answer("range x from 1 to 3 step 1 | consume"), "");
        assert!(refused("print x = 1 | where y > 1 | consume").contains("KS142"));
    }
}
