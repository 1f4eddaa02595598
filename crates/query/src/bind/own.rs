//! Calls of the functions that a query makes itself.

use weir_kql::ast::{
    Call, Expr, Function as OwnFunction, Parameter as OwnParameter, ParameterType, Span, StatementKind,
};
use weir_value::KustoType;

use super::parameters::plural;
use super::{Binder, Binding, CALL_DEPTH_MAX, CALLS_MAX, Env, Scope};
use crate::typed::{Relation, Typed};

impl Binder<'_> {
    /// A call of the query's own function where a scalar is expected.
    pub(super) fn own_scalar(
        &mut self,
        call: &Call,
        function: &OwnFunction,
        env: &Env,
        span: Span,
        scope: Scope<'_>,
    ) -> Typed {
        let Some((inner, result)) = self.own_call(call, function, env, span, scope) else {
            return Typed::poison();
        };
        if self.is_table(&result, Scope::outside(&inner)) {
            return self.refuse(
                Some("KS107"),
                span,
                format!("'{}' gives a table, a scalar is expected here", call.name.text),
            );
        }
        self.depth += 1;
        let typed = self.scalar(&result, Scope::outside(&inner));
        self.depth -= 1;
        typed
    }

    /// A call of the query's own function where a table is expected.
    pub(super) fn own_table(
        &mut self,
        call: &Call,
        function: &OwnFunction,
        env: &Env,
        span: Span,
        scope: Scope<'_>,
    ) -> Relation {
        let Some((inner, result)) = self.own_call(call, function, env, span, scope) else {
            return Relation::poison();
        };
        let told = self.diagnostics.len();
        self.depth += 1;
        let relation = self.table(&result, Scope::outside(&inner));
        self.depth -= 1;
        if crate::library::is_own(&call.name.text, env) {
            // Places in a text of ours mean nothing to who asks: its errors are told as one.
            let inside = self.diagnostics.split_off(told.min(self.diagnostics.len()));
            if let Some(first) = inside.iter().find(|diagnostic| diagnostic.is_error()) {
                let message = format!("'{}' cannot be called here: {}", call.name.text, first.message);
                self.error(first.code, span, message);
            }
        }
        relation
    }

    /// The names inside a function when it is called, and the expression that is its result.
    fn own_call(
        &mut self,
        call: &Call,
        function: &OwnFunction,
        env: &Env,
        span: Span,
        scope: Scope<'_>,
    ) -> Option<(Env, Expr)> {
        if self.depth >= CALL_DEPTH_MAX {
            self.error(None, span, format!("functions call each other more than {CALL_DEPTH_MAX} deep"));
            return None;
        }
        self.calls += 1;
        if self.calls > CALLS_MAX {
            let message = format!("the query's own functions are called more than {CALLS_MAX} times");
            self.error(None, Span::default(), message);
            return None;
        }
        let mut inner = env.clone();
        let assigned = self.assign_own(call, &function.parameters, span)?;
        for (parameter, argument) in function.parameters.iter().zip(assigned) {
            let binding = match (&parameter.kind, argument) {
                (ParameterType::Scalar(kind), Some(argument)) => {
                    let typed = self.scalar(argument, scope);
                    Binding::Scalar(self.own_argument(typed, *kind))
                }
                (ParameterType::Scalar(kind), None) => {
                    let default = parameter.default.as_ref()?;
                    let typed = self.scalar(default, Scope::outside(env));
                    Binding::Scalar(self.own_argument(typed, *kind))
                }
                (ParameterType::Table { columns, open }, Some(argument)) => {
                    let relation = self.table(argument, scope);
                    Binding::Table(self.own_table_argument(relation, columns, *open, argument.span))
                }
                (ParameterType::Table { .. }, None) => return None,
            };
            inner = inner.with(&parameter.name.text, binding);
        }
        let (result, statements) = function.body.split_last()?;
        self.lets_differ(statements);
        self.depth += 1;
        for statement in statements {
            inner = self.let_statement(statement, inner);
        }
        self.depth -= 1;
        match &result.kind {
            StatementKind::Expression(expr) => Some((inner, expr.clone())),
            _ => {
                self.error(None, result.span, "a function must end with an expression");
                None
            }
        }
    }

    /// Which argument each parameter gets, by place and by name.
    fn assign_own<'c>(
        &mut self,
        call: &'c Call,
        parameters: &[OwnParameter],
        span: Span,
    ) -> Option<Vec<Option<&'c Expr>>> {
        let mut assigned: Vec<Option<&Expr>> = vec![None; parameters.len()];
        let mut next = 0;
        for argument in &call.arguments {
            let place = match argument.names.first() {
                None => {
                    next += 1;
                    next - 1
                }
                Some(name) => match parameters.iter().position(|p| p.name.text == name.text) {
                    Some(place) => place,
                    None => {
                        let known = parameters.iter().map(|p| p.name.text.as_str());
                        self.unknown_name(name, "parameter", known);
                        return None;
                    }
                },
            };
            match assigned.get_mut(place) {
                Some(slot) if slot.is_none() => *slot = Some(&argument.value),
                Some(_) => {
                    self.error(None, argument.value.span, "this parameter has a value already");
                    return None;
                }
                None => {
                    let most = plural(parameters.len(), "argument");
                    self.error(Some("KS119"), span, format!("'{}' takes {most}", call.name.text));
                    return None;
                }
            }
        }
        let missing = parameters.iter().zip(&assigned).find(|(p, a)| a.is_none() && p.default.is_none());
        if let Some((parameter, _)) = missing {
            let message = format!("'{}' lacks its argument '{}'", call.name.text, parameter.name.text);
            self.error(Some("KS197"), span, message);
            return None;
        }
        Some(assigned)
    }

    /// The argument of an own function in the type of its parameter: any scalar becomes any other.
    fn own_argument(&mut self, typed: Typed, kind: KustoType) -> Typed {
        if typed.poisoned || typed.kind == kind {
            return typed;
        }
        self.converted(typed, kind)
    }
}
