//! Statements: lets and the tabular expressions that are the results.

use std::rc::Rc;

use weir_kql::ast::{Expr, ExprKind, Literal, Name, Query, Statement, StatementKind};
use weir_value::KustoType;

use super::{Binder, Binding, Env, Scope};
use crate::functions::datetime::bins;
use crate::operators;
use crate::typed::{Relation, Typed};

impl Binder<'_> {
    /// Binds all statements of a text; the results of its tabular ones.
    pub(super) fn query(&mut self, query: &Query) -> Vec<Relation> {
        let mut env = crate::library::env();
        let mut results = Vec::new();
        self.lets_differ(&query.statements);
        for statement in &query.statements {
            match &statement.kind {
                StatementKind::Expression(expr) => results.extend(self.results(expr, &env)),
                _ => env = self.let_statement(statement, env),
            }
        }
        if results.is_empty() && !query.statements.is_empty() && self.diagnostics.is_empty() {
            let last = query.statements.last().map(|statement| statement.span).unwrap_or_default();
            self.error(None, last, "the query has no result: a tabular expression must follow the lets");
        }
        results
    }

    /// Says which names lets of one scope bind twice.
    pub(super) fn lets_differ(&mut self, statements: &[Statement]) {
        let mut names = std::collections::HashSet::new();
        for statement in statements {
            if let StatementKind::Let { name, .. } = &statement.kind
                && !names.insert(name.text.as_str())
            {
                let message = format!("a let has bound '{}' already", name.text);
                self.error(Some("KS201"), name.span, message);
            }
        }
    }

    /// The names after a statement that is no result.
    pub(crate) fn let_statement(&mut self, statement: &Statement, env: Env) -> Env {
        match &statement.kind {
            StatementKind::Let { name, value } => {
                let binding = self.bound(value, &env);
                env.with(&name.text, binding)
            }
            StatementKind::Set { option, value } => {
                self.set_option(option, value.as_ref(), &env);
                env
            }
            StatementKind::Missing => env,
            StatementKind::QueryParameters(parameters) => self.query_parameters(parameters, env),
            StatementKind::Unsupported { name, .. } => {
                self.unsupported(name.span, format!("the statement '{}'", name.text));
                env
            }
            StatementKind::Expression(_) => {
                self.error(None, statement.span, "only a let can stand here");
                env
            }
        }
    }

    /// A request option. Those that do not change rows are accepted, whatever they are.
    fn set_option(&mut self, option: &Name, value: Option<&Expr>, env: &Env) {
        if !matches!(option.text.as_str(), bins::AUTO_SIZE | bins::AUTO_AT) {
            return;
        }
        let typed = match value {
            Some(value) => self.scalar(value, Scope::outside(env)),
            None => Typed::bool(true),
        };
        let typed = match typed.as_constant() {
            None if !typed.poisoned => self.refuse(None, option.span, "an option is set to a constant"),
            _ => typed,
        };
        self.settings.insert(option.text.clone(), typed);
    }

    /// What a request option is set to by the text.
    pub(crate) fn setting(&self, option: &str) -> Option<Typed> {
        self.settings.get(option).cloned()
    }

    /// What a let binds its name to.
    fn bound(&mut self, value: &Expr, env: &Env) -> Binding {
        let scope = Scope::outside(env);
        match &value.kind {
            ExprKind::Function(function) => Binding::Function(Rc::new(function.clone()), env.clone()),
            ExprKind::Paren(inner) => self.bound(inner, env),
            _ if self.is_table(value, scope) => Binding::Table(self.table(value, scope)),
            _ => Binding::Scalar(self.scalar(value, scope)),
        }
    }

    /// The results of a statement: one, or those of the operator it ends in.
    fn results(&mut self, expr: &Expr, env: &Env) -> Vec<Relation> {
        let ExprKind::Pipe { source, operators } = &expr.kind else { return vec![self.result(expr, env)] };
        match operators.split_last() {
            Some((last, steps)) if operators::fork::has_several(last) => {
                let mut relation = self.table(source, Scope::outside(env));
                let mut env = env.clone();
                for step in steps {
                    (relation, env) = operators::bind(self, relation, step, env);
                }
                operators::fork::results(self, relation, last, &env)
            }
            _ => vec![self.result(expr, env)],
        }
    }

    /// A statement whose rows are a result. A scalar is a table of one row.
    fn result(&mut self, expr: &Expr, env: &Env) -> Relation {
        let scope = Scope::outside(env);
        match &expr.kind {
            ExprKind::Name(name) if !self.is_table(expr, scope) && env.get(&name.text).is_none() => {
                self.unknown_table(name, scope);
                Relation::poison()
            }
            _ if self.is_table(expr, scope) => self.table(expr, scope),
            _ => {
                let typed: Typed = self.scalar(expr, scope);
                crate::operators::print::one_row(self, vec![("print_0".to_owned(), typed)], expr.span)
            }
        }
    }

    fn query_parameters(&mut self, parameters: &[weir_kql::ast::Parameter], env: Env) -> Env {
        let mut names = env;
        for parameter in parameters {
            let given = self.context().parameters.get(&parameter.name.text);
            let weir_kql::ast::ParameterType::Scalar(kind) = &parameter.kind else {
                self.error(None, parameter.name.span, "a parameter of a query is a scalar");
                continue;
            };
            let typed = match (given, &parameter.default) {
                (Some(text), _) => self.parameter_value(text, *kind, parameter.name.span),
                (None, Some(default)) => {
                    let typed = self.scalar(default, Scope::outside(&names));
                    self.converted(typed, *kind)
                }
                (None, None) => {
                    let message = format!("the parameter '{}' has no value", parameter.name.text);
                    self.refuse(None, parameter.name.span, message)
                }
            };
            names = names.with(&parameter.name.text, Binding::Scalar(typed));
        }
        names
    }

    /// The value that a client gave for a parameter: a literal of the language, or plain text for a string.
    fn parameter_value(&mut self, text: &str, kind: KustoType, span: weir_kql::ast::Span) -> Typed {
        let parsed = weir_kql::parse(text);
        let literal = match parsed.query.statements.as_slice() {
            [Statement { kind: StatementKind::Expression(expr), .. }] if parsed.diagnostics.is_empty() => {
                let is_value = match (&expr.kind, kind) {
                    // Any other text is the string itself: 1.50 stays 1.50.
                    (ExprKind::Literal(Literal::String(_)), _) => true,
                    (_, KustoType::String) => false,
                    (kind, _) => matches!(kind, ExprKind::Literal(_) | ExprKind::Unary { .. }),
                };
                is_value.then_some(expr)
            }
            _ => None,
        };
        let typed = match literal {
            Some(expr) => self.scalar(expr, Scope::outside(&Env::default())),
            None => Typed::text(text),
        };
        let converted = self.converted(typed.clone(), kind);
        let lost = converted.as_constant().is_none_or(datafusion::common::ScalarValue::is_null)
            && typed.as_constant().is_some_and(|value| !value.is_null());
        if lost {
            return self.refuse(None, span, format!("the value given for this parameter is no {kind}"));
        }
        converted
    }
}
