//! Constants that a column never holds: the letters of the older tables asked of the newer ones, and the like.

use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan};
use weir_kql::Diagnostic;
use weir_kql::ast::{BinaryOp, Expr, ExprKind, Literal, Span};
use weir_schema::{Column, Values};

use super::{Binder, Scope};
use crate::typed::Typed;

impl Binder<'_> {
    /// Notes that a comparison with a constant is always false, or always true, for what the column holds.
    pub(super) fn check_values(
        &mut self,
        op: BinaryOp,
        written: [&Expr; 2],
        typed: [&Typed; 2],
        scope: Scope<'_>,
    ) {
        let ignore_case = match op {
            BinaryOp::Equal | BinaryOp::NotEqual => false,
            BinaryOp::EqualCi | BinaryOp::NotEqualCi => true,
            _ => return,
        };
        let (place, text) = match (typed[0].as_text(), typed[1].as_text()) {
            (None, Some(text)) => (1, text),
            (Some(text), None) => (0, text),
            _ => return,
        };
        if let Some(column) = stored(typed[1 - place], scope) {
            self.check_value(column, text, ignore_case, written[place].span);
        }
    }

    /// The same for the texts of a list.
    pub(super) fn check_list(&mut self, value: &Typed, list: &[Expr], ignore_case: bool, scope: Scope<'_>) {
        if !list.iter().any(|item| matches!(&item.kind, ExprKind::Literal(Literal::String(_)))) {
            return;
        }
        let Some(column) = stored(value, scope) else { return };
        for item in list {
            if let ExprKind::Literal(Literal::String(text)) = &item.kind {
                self.check_value(column, &text.value, ignore_case, item.span);
            }
        }
    }

    fn check_value(&mut self, column: &Column, text: &str, ignore_case: bool, span: Span) {
        // A dashboard's way to say everything, and what is not filled in.
        if text.is_empty() || text == "*" {
            return;
        }
        let name = column.name;
        let message = format!("{name} is never \"{text}\"");
        let hint = match column.values {
            Values::Any => return,
            Values::OneOf(values) => {
                let same = |value: &str| value.to_lowercase() == text.to_lowercase();
                if values.iter().any(|(value, _)| *value == text || ignore_case && same(value)) {
                    return;
                }
                match values.iter().find(|(value, other)| same(value) || !other.is_empty() && same(other)) {
                    Some((value, _)) => format!("write \"{value}\""),
                    None => {
                        let all: Vec<&str> = values.iter().map(|(value, _)| *value).collect();
                        format!("it is one of {}", all.join(", "))
                    }
                }
            }
            Values::Mac => {
                let digits: String =
                    text.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_uppercase()).collect();
                let separators = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '.');
                if digits.len() != 12 || !text.chars().all(separators) {
                    return;
                }
                let pairs: Vec<&str> = (0..12).step_by(2).map(|at| &digits[at..at + 2]).collect();
                let spelled = pairs.join("-");
                if text == spelled || ignore_case && text.eq_ignore_ascii_case(&spelled) {
                    return;
                }
                format!("write \"{spelled}\"")
            }
        };
        self.tell(Diagnostic::warning(None, span, message).with_hint(hint));
    }
}

/// The column of a table that an expression is, nothing done to it.
fn stored(typed: &Typed, scope: Scope<'_>) -> Option<&'static Column> {
    match &typed.expr {
        PlanExpr::Column(column) => origin(scope.input?, &column.name, 0),
        _ => None,
    }
}

/// Where a column of a plan comes from, if it was only passed on.
fn origin(plan: &LogicalPlan, name: &str, depth: usize) -> Option<&'static Column> {
    /// Plans deeper than any that a person writes are not looked through.
    const DEPTH_MAX: usize = 200;
    if depth > DEPTH_MAX {
        return None;
    }
    let passed_on = |exprs: &[PlanExpr], input: &LogicalPlan| {
        exprs.iter().find_map(|expr| match expr {
            PlanExpr::Column(column) if column.name == name => origin(input, &column.name, depth + 1),
            PlanExpr::Alias(alias) if alias.name == name => match alias.expr.as_ref() {
                PlanExpr::Column(column) => origin(input, &column.name, depth + 1),
                _ => None,
            },
            _ => None,
        })
    };
    // The plan has the names of tables in small letters.
    let of_table = |name_in_plan: &str| {
        let mut tables = weir_schema::tables::ALL.into_iter();
        tables.find(|table| table.name.eq_ignore_ascii_case(name_in_plan))?.column(name)
    };
    match plan {
        LogicalPlan::Projection(projection) => passed_on(&projection.expr, &projection.input),
        LogicalPlan::Aggregate(aggregate) => passed_on(&aggregate.group_expr, &aggregate.input),
        LogicalPlan::Filter(filter) => origin(&filter.input, name, depth + 1),
        LogicalPlan::Sort(sort) => origin(&sort.input, name, depth + 1),
        LogicalPlan::Limit(limit) => origin(&limit.input, name, depth + 1),
        LogicalPlan::Distinct(distinct) => origin(distinct.input(), name, depth + 1),
        LogicalPlan::Join(join) => {
            let has = |side: &LogicalPlan| side.schema().has_column_with_unqualified_name(name);
            let side = if has(&join.left) { &join.left } else { &join.right };
            origin(side, name, depth + 1)
        }
        LogicalPlan::SubqueryAlias(view) => of_table(view.alias.table()),
        LogicalPlan::TableScan(scan) => of_table(scan.table_name.table()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::notes;

    #[test]
    fn letters_of_the_older_tables_are_told() {
        for (query, said) in [
            ("NTANetAnalytics | where FlowStatus == 'D'", "FlowStatus is never \"D\" (write \"Denied\")"),
            (
                "NTANetAnalytics | where L4Protocol in ('T', 'UDP')",
                "L4Protocol is never \"T\" (write \"TCP\")",
            ),
            (
                "NTANetAnalytics | project d = FlowDirection | where 'I' != d",
                "FlowDirection is never \"I\" (write \"Inbound\")",
            ),
            (
                "NTANetAnalytics | where FlowStatus == 'allowed'",
                "FlowStatus is never \"allowed\" (write \"Allowed\")",
            ),
            (
                "NTANetAnalytics | where MacAddress =~ '00:0d:3a:1b:2c:3d'",
                "MacAddress is never \"00:0d:3a:1b:2c:3d\" (write \"00-0D-3A-1B-2C-3D\")",
            ),
            (
                "AzureNetworkAnalytics_CL | summarize count() by FlowStatus_s | where FlowStatus_s =~ 'denied'",
                "FlowStatus_s is never \"denied\" (write \"D\")",
            ),
        ] {
            assert_eq!(notes(query), said, "{query}");
        }
    }

    #[test]
    fn what_can_be_found_is_not_noted() {
        for query in [
            "NTANetAnalytics | where FlowStatus =~ 'allowed' or FlowStatus == '' or FlowType in~ ('*')",
            "NTANetAnalytics | extend FlowStatus = substring(FlowStatus, 0, 1) | where FlowStatus == 'A'",
            "NTANetAnalytics | where MacAddress == '00-0D-3A-1B-2C-3D' or MacAddress == 'none'",
            "datatable(FlowStatus:string)['A'] | where FlowStatus == 'A'",
        ] {
            assert_eq!(notes(query), "", "{query}");
        }
    }
}
