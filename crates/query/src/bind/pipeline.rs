//! Tables: names, pipelines, and what stands at their beginning.

use datafusion::arrow::array::Array;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use weir_kql::Diagnostic;
use weir_kql::ast::{Call, Expr, ExprKind, Name, Span, StatementKind};
use weir_value::KustoType;

use super::{Binder, Binding, STACK_BYTES, STACK_LEFT_MIN, Scope};
use crate::operators;
use crate::typed::{Relation, Typed, column};

impl Relation {
    /// What stands for a table that could not be bound: any name is a column of it.
    pub fn poison() -> Self {
        let empty = LogicalPlan::EmptyRelation(datafusion::logical_expr::EmptyRelation {
            produce_one_row: false,
            schema: std::sync::Arc::new(datafusion::common::DFSchema::empty()),
        });
        Relation { open: true, ..Relation::new(empty, Vec::new()) }
    }
}

impl Binder<'_> {
    /// Whether an expression is a table.
    pub fn is_table(&self, expr: &Expr, scope: Scope<'_>) -> bool {
        stacker::maybe_grow(STACK_LEFT_MIN, STACK_BYTES, || self.is_table_here(expr, scope))
    }

    fn is_table_here(&self, expr: &Expr, scope: Scope<'_>) -> bool {
        match &expr.kind {
            ExprKind::Pipe { .. }
            | ExprKind::Source(_)
            | ExprKind::Datatable { .. }
            | ExprKind::ExternalData { .. } => true,
            ExprKind::Paren(inner) => self.is_table(inner, scope),
            ExprKind::Name(name) => {
                if scope.columns.iter().any(|column| column.name == name.text) {
                    return false;
                }
                match scope.env.get(&name.text) {
                    Some(Binding::Table(_)) => true,
                    Some(Binding::Scalar(_)) => false,
                    Some(Binding::Function(function, env)) => {
                        function.parameters.is_empty() && self.gives_table(&function.body, env)
                    }
                    None => self.context().catalog.table(&name.text).is_some(),
                }
            }
            ExprKind::Call(call) => match scope.env.get(&call.name.text) {
                Some(Binding::Function(function, env)) => {
                    let tabular = function.parameters.iter().find_map(|parameter| match parameter.kind {
                        weir_kql::ast::ParameterType::Table { .. } => Some(parameter.name.text.as_str()),
                        weir_kql::ast::ParameterType::Scalar(_) => None,
                    });
                    let passes_on = |expr: &Expr| matches!(&expr.kind, ExprKind::Name(n) if Some(n.text.as_str()) == tabular);
                    let last = function.body.last().map(|statement| &statement.kind);
                    matches!(last, Some(StatementKind::Expression(expr)) if passes_on(expr))
                        || self.gives_table(&function.body, env)
                }
                _ => matches!(
                    call.name.text.as_str(),
                    "materialize" | "table" | "view" | operators::explain_flow::NAME
                ),
            },
            ExprKind::Member { base, .. } => {
                matches!(&base.kind, ExprKind::Call(call) if matches!(call.name.text.as_str(), "database" | "workspace" | "cluster"))
                    || matches!(&base.kind, ExprKind::MemberCall { .. })
            }
            _ => false,
        }
    }

    /// Whether the body of a function ends in a table.
    fn gives_table(&self, body: &[weir_kql::ast::Statement], env: &super::Env) -> bool {
        let Some((result, lets)) = body.split_last() else { return false };
        let StatementKind::Expression(expr) = &result.kind else { return false };
        let mut inner = env.clone();
        for statement in lets {
            if let StatementKind::Let { name, value } = &statement.kind {
                let table = self.is_table(value, Scope::outside(&inner));
                let binding = match &value.kind {
                    ExprKind::Function(function) => {
                        Binding::Function(std::rc::Rc::new(function.clone()), inner.clone())
                    }
                    _ if table => Binding::Table(Relation::poison()),
                    _ => Binding::Scalar(Typed::poison()),
                };
                inner = inner.with(&name.text, binding);
            }
        }
        self.is_table(expr, Scope::outside(&inner))
    }

    /// A tabular expression.
    pub fn table(&mut self, expr: &Expr, scope: Scope<'_>) -> Relation {
        stacker::maybe_grow(STACK_LEFT_MIN, STACK_BYTES, || self.table_here(expr, scope))
    }

    fn table_here(&mut self, expr: &Expr, scope: Scope<'_>) -> Relation {
        match &expr.kind {
            ExprKind::Paren(inner) => self.table(inner, scope),
            ExprKind::Name(name) => self.named_table(name, scope),
            ExprKind::Pipe { operators, .. } if operators.len() > super::OPERATORS_MAX => {
                let most = super::OPERATORS_MAX;
                self.error(None, expr.span, format!("a pipeline has at most {most} operators"));
                Relation::poison()
            }
            ExprKind::Pipe { source, operators } => {
                let mut relation = self.table(source, scope);
                let mut env = scope.env.clone();
                for operator in operators {
                    (relation, env) = operators::bind(self, relation, operator, env);
                }
                relation
            }
            ExprKind::Source(operator) => operators::source(self, operator, scope),
            ExprKind::Datatable { columns, values } => {
                operators::datatable::bind(self, columns, values, expr.span, scope)
            }
            ExprKind::ExternalData { columns, uris, properties } => {
                operators::external_data::bind(self, columns, uris, properties, expr.span, scope)
            }
            ExprKind::Call(call) => self.called_table(call, expr.span, scope),
            ExprKind::Member { base, member } => self.remote_table(base, member, expr.span),
            ExprKind::Missing => Relation::poison(),
            _ => {
                let typed = self.scalar(expr, scope);
                if !typed.poisoned {
                    self.error(
                        Some("KS107"),
                        expr.span,
                        format!("a table is expected here, this is a {}", typed.kind),
                    );
                }
                Relation::poison()
            }
        }
    }

    fn named_table(&mut self, name: &Name, scope: Scope<'_>) -> Relation {
        match scope.env.get(&name.text) {
            Some(Binding::Table(relation)) => return relation.clone(),
            Some(Binding::Function(function, env)) => {
                let (function, env) = (std::rc::Rc::clone(function), env.clone());
                let call = Call { name: name.clone(), arguments: Vec::new() };
                return self.own_table(&call, &function, &env, name.span, scope);
            }
            Some(Binding::Scalar(typed)) => {
                if !typed.poisoned {
                    let message = format!("a table is expected here, '{}' is a {}", name.text, typed.kind);
                    self.error(Some("KS107"), name.span, message);
                }
                return Relation::poison();
            }
            None => {}
        }
        match self.context().catalog.table(&name.text) {
            Some(table) => match table.scan() {
                Ok(relation) => match table.view() {
                    Some(query) => self.view(name, query, &relation),
                    None => relation,
                },
                Err(error) => {
                    let message =
                        format!("the table '{}' cannot be read: {}", name.text, error.strip_backtrace());
                    self.error(None, name.span, message);
                    Relation::poison()
                }
            },
            None => {
                self.unknown_table(name, scope);
                Relation::poison()
            }
        }
    }

    fn called_table(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Relation {
        if let Some(Binding::Function(function, env)) = scope.env.get(&call.name.text) {
            let (function, env) = (std::rc::Rc::clone(function), env.clone());
            return self.own_table(call, &function, &env, span, scope);
        }
        match (call.name.text.as_str(), call.arguments.as_slice()) {
            (operators::explain_flow::NAME, _) => operators::explain_flow::bind(self, call, span, scope),
            ("materialize", [table]) => {
                let relation = self.table(&table.value, scope);
                self.materialized(relation, span)
            }
            ("table", [name, ..]) => {
                let typed = self.scalar(&name.value, scope);
                match typed.as_text() {
                    Some(text) => {
                        let name = Name { text: text.to_owned(), span: name.value.span };
                        self.named_table(&name, scope)
                    }
                    None => {
                        if !typed.poisoned {
                            self.error(
                                None,
                                name.value.span,
                                "the name of a table must be a constant string",
                            );
                        }
                        Relation::poison()
                    }
                }
            }
            (name, _) => {
                self.error(Some("KS211"), call.name.span, format!("no tabular function is named '{name}'"));
                Relation::poison()
            }
        }
    }

    /// `database("…").T`: there is one database, the workspace.
    fn remote_table(&mut self, base: &Expr, member: &Name, span: Span) -> Relation {
        let own = self.context().catalog.database();
        match &base.kind {
            ExprKind::Call(call) if matches!(call.name.text.as_str(), "database" | "workspace") => {
                let outside = super::Env::default();
                let named =
                    call.arguments.first().map(|name| self.scalar(&name.value, Scope::outside(&outside)));
                match named.as_ref().map(Typed::as_text) {
                    None => self.named_table(member, Scope::outside(&outside)),
                    Some(Some(name)) if name.eq_ignore_ascii_case(own) => {
                        self.named_table(member, Scope::outside(&outside))
                    }
                    Some(name) => {
                        let message =
                            format!("no {} is named '{}'", call.name.text, name.unwrap_or_default());
                        let hint = format!("there is one, '{own}': its tables need no prefix");
                        self.tell(Diagnostic::error(Some("KS208"), base.span, message).with_hint(hint));
                        Relation::poison()
                    }
                }
            }
            _ => {
                self.unsupported(span, "tables of another cluster");
                Relation::poison()
            }
        }
    }

    /// Checks the columns of a table that is given to a function.
    pub(super) fn own_table_argument(
        &mut self,
        relation: Relation,
        columns: &[weir_kql::ast::ColumnDeclaration],
        open: bool,
        span: Span,
    ) -> Relation {
        if relation.open {
            return relation;
        }
        for declared in columns {
            match relation.column(&declared.name.text) {
                Some(column) if column.kind == declared.kind || column.poisoned => {}
                Some(column) => {
                    let (name, kind) = (&declared.name.text, declared.kind);
                    self.error(
                        None,
                        span,
                        format!("the column '{name}' must be a {kind}, it is a {}", column.kind),
                    );
                    return Relation::poison();
                }
                None => {
                    self.error(None, span, format!("the table lacks the column '{}'", declared.name.text));
                    return Relation::poison();
                }
            }
        }
        if open {
            return relation;
        }
        let keep: Vec<_> = columns.iter().filter_map(|c| relation.column(&c.name.text).cloned()).collect();
        operators::project::keep(self, relation, keep, span)
    }

    /// The values of the first column of a table, which is read at once: of all rows in any order, or of the first.
    pub(super) fn evaluated_column(
        &mut self,
        expr: &Expr,
        scope: Scope<'_>,
        first_only: bool,
    ) -> Option<(KustoType, Vec<ScalarValue>)> {
        let relation = self.table(expr, Scope { aggregates: None, ..scope });
        let first = relation.visible().next()?.clone();
        if relation.open || first.poisoned || self.has_errors() {
            return None;
        }
        let plan = if first_only { relation.sorted(Some(1)) } else { Ok(relation.plan) };
        let plan =
            plan.and_then(|plan| LogicalPlanBuilder::from(plan).project([column(&first.name)])?.build());
        let batches = plan.and_then(|plan| (self.context().evaluate)(plan));
        let batches = match batches {
            Ok(batches) => batches,
            Err(error) => {
                self.error(
                    None,
                    expr.span,
                    format!("this table cannot be read: {}", error.strip_backtrace()),
                );
                return None;
            }
        };
        let mut values = Vec::new();
        for batch in &batches {
            let array = batch.column(0);
            for row in 0..array.len() {
                values.push(ScalarValue::try_from_array(array, row).ok()?);
            }
        }
        Some((first.kind, values))
    }

    /// `toscalar(T)`: the first value of the first column; null where there is no row.
    pub(super) fn first_value(&mut self, expr: &Expr, scope: Scope<'_>) -> Typed {
        if !self.is_table(expr, scope) {
            // toscalar of a scalar is the scalar.
            return self.scalar(expr, scope);
        }
        match self.evaluated_column(expr, scope, true) {
            Some((kind, values)) => match values.into_iter().next() {
                Some(value) => Typed::constant(value, kind),
                None => Typed::null(kind),
            },
            None => Typed::poison(),
        }
    }

    /// Whether an error was told.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
