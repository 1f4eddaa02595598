//! `evaluate plugin(arguments)`: what is more than an operator. One file a plugin, or a family.
//!
//! Source: <https://learn.microsoft.com/kusto/query/evaluate-operator>

mod address_lookup;
mod bag_unpack;
mod narrow;
mod networks;
mod pivot;
mod rows_near;
mod user_windows;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::LogicalPlan;
use weir_kql::ast::{Call, Expr, ExprKind, NamedExpr, OutputSchema, Span};
use weir_kql::{Diagnostic, nearest};
use weir_value::KustoType;

use crate::bind::{Binder, Env, Scope};
use crate::typed::{Column, Relation};

/// Columns that a plugin may find in the data.
const COLUMNS_MAX: usize = 1000;

/// A plugin while it is bound.
pub(super) struct Plugin<'b, 'a, 's> {
    pub binder: &'b mut Binder<'a>,
    pub input: Relation,
    pub call: &'s Call,
    pub schema: Option<&'s OutputSchema>,
    pub span: Span,
    pub env: &'s Env,
}

/// How a plugin is bound.
type Bind = fn(Plugin<'_, '_, '_>) -> Relation;

/// Plugins that run.
const PLUGINS: [(&str, Bind); 9] = [
    ("active_users_count", user_windows::active_users_count),
    ("bag_unpack", bag_unpack::bind),
    ("identity", |plugin| plugin.input),
    ("ipv4_lookup", address_lookup::ipv4),
    ("ipv6_lookup", address_lookup::ipv6),
    ("narrow", narrow::bind),
    ("pivot", pivot::bind),
    ("rows_near", rows_near::bind),
    ("sliding_window_counts", user_windows::sliding_window_counts),
];

/// The plugins that run, by name.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PLUGINS.iter().map(|(name, _)| *name)
}

/// The plugins that are refused by their names.
#[cfg(test)]
pub(crate) fn unsupported() -> impl Iterator<Item = &'static str> {
    UNSUPPORTED.into_iter()
}

/// Documented plugins that do not run.
const UNSUPPORTED: [&str; 32] = [
    "activity_counts_metrics",
    "activity_engagement",
    "activity_metrics",
    "autocluster",
    "azure_digital_twins_query_request",
    "basket",
    "cosmosdb_sql_request",
    "csharp",
    "dcount_intersect",
    "diffpatterns",
    "diffpatterns_text",
    "estimate_rows_count",
    "execute_query",
    "funnel_sequence",
    "funnel_sequence_completion",
    "geo_line_lookup",
    "geo_polygon_lookup",
    "http_request",
    "http_request_post",
    "infer_storage_schema",
    "infer_storage_schema_with_suggestions",
    "mysql_request",
    "new_activity_metrics",
    "postgresql_request",
    "preview",
    "python",
    "r",
    "rolling_percentile",
    "schema_merge",
    "sequence_detect",
    "session_count",
    "sql_request",
];

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    call: &Call,
    schema: Option<&OutputSchema>,
    span: Span,
    env: &Env,
) -> Relation {
    let name = call.name.text.as_str();
    if let Some((_, plugin)) = PLUGINS.iter().find(|(known, _)| *known == name) {
        if input.open {
            return Relation::poison();
        }
        return plugin(Plugin { binder, input, call, schema, span, env });
    }
    if UNSUPPORTED.contains(&name) {
        binder.unsupported(call.name.span, format!("the plugin '{name}'"));
    } else {
        let message = format!("no plugin is named '{name}'");
        let mut diagnostic = Diagnostic::error(Some("KS211"), call.name.span, message);
        let known = PLUGINS.iter().map(|(known, _)| *known).chain(UNSUPPORTED);
        if let Some(near) = nearest(name, known) {
            diagnostic = diagnostic.with_hint(format!("did you mean {near}?"));
        }
        binder.tell(diagnostic);
    }
    Relation::poison()
}

impl<'s> Plugin<'_, '_, 's> {
    /// The arguments without a name, and those with this name taken out by the caller.
    fn positional(&self) -> Vec<&'s Expr> {
        self.call.arguments.iter().filter(|argument| argument.names.is_empty()).map(|a| &a.value).collect()
    }

    /// The arguments with a name.
    fn named(&self) -> Vec<&'s NamedExpr> {
        self.call.arguments.iter().filter(|argument| !argument.names.is_empty()).collect()
    }

    /// Refuses arguments with a name, where a plugin has none.
    fn no_named(&mut self) {
        for argument in self.named() {
            if let Some(name) = argument.names.first() {
                let message = format!("'{}' has no parameter '{}'", self.call.name.text, name.text);
                self.binder.error(None, name.span, message);
            }
        }
    }

    /// Refuses an output schema, where a plugin has none.
    fn no_schema(&mut self) {
        if self.schema.is_some() {
            let message = format!("'{}' takes no schema of its output", self.call.name.text);
            self.binder.error(None, self.span, message);
        }
    }

    /// An argument that names a column of the input.
    fn column(&mut self, argument: Option<&Expr>, what: &str) -> Option<Column> {
        let Some(argument) = argument else {
            let message = format!("'{}' lacks its argument '{what}'", self.call.name.text);
            self.binder.error(Some("KS119"), self.span, message);
            return None;
        };
        column_of(self.binder, &self.input, argument, what)
    }

    /// An argument that is a constant of this type.
    fn constant(&mut self, argument: Option<&Expr>, what: &str, kind: KustoType) -> Option<ScalarValue> {
        let Some(argument) = argument else {
            let message = format!("'{}' lacks its argument '{what}'", self.call.name.text);
            self.binder.error(Some("KS119"), self.span, message);
            return None;
        };
        let typed = self.binder.scalar(argument, Scope::outside(self.env));
        if typed.poisoned {
            return None;
        }
        let fits = typed.kind == kind || typed.kind.is_integer() && kind.is_integer();
        let typed = self.binder.converted(typed, kind);
        match typed.as_constant() {
            Some(value) if fits && !value.is_null() => Some(value.clone()),
            _ => {
                self.binder.error(None, argument.span, format!("'{what}' must be a constant {kind}"));
                None
            }
        }
    }

    /// Runs a plan whose rows say which columns there are.
    fn evaluate(&mut self, plan: LogicalPlan) -> Option<Vec<RecordBatch>> {
        if self.binder.has_errors() {
            return None;
        }
        match (self.binder.context().evaluate)(plan) {
            Ok(batches) => Some(batches),
            Err(error) => {
                let message = format!("this table cannot be read: {}", error.strip_backtrace());
                self.binder.error(None, self.span, message);
                None
            }
        }
    }
}

/// A column of a table by its name.
fn column_of(binder: &mut Binder<'_>, table: &Relation, argument: &Expr, what: &str) -> Option<Column> {
    let ExprKind::Name(name) = &argument.kind else {
        binder.error(None, argument.span, format!("'{what}' must be a column"));
        return None;
    };
    match table.column(&name.text) {
        Some(column) if column.poisoned => None,
        Some(column) => Some(column.clone()),
        None => {
            let known = table.visible().map(|column| column.name.as_str());
            binder.unknown_name(name, "column", known);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows};

    #[test]
    fn plugins_are_refused_by_their_names() {
        assert!(
            refused("print x = 1 | evaluate autocluster()")
                .contains("not supported yet: the plugin 'autocluster'")
        );
        assert!(refused("print x = 1 | evaluate pivott(x)").contains("did you mean pivot?"));
        assert_eq!(rows("print x = 1 | evaluate identity()"), "1");
    }
}
