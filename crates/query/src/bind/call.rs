//! Calls of functions and aggregates.

use std::rc::Rc;

use weir_kql::ast::{Call, ExprKind, NamedExpr, Span};
use weir_kql::{Diagnostic, nearest};
use weir_value::KustoType;

use super::parameters::{assign, code, fits};
use super::{Binder, Binding, Scope};
use crate::aggregates;
use crate::functions::{self, Build, Function};
use crate::typed::Typed;

/// Functions that are more than a function of values: they ask for columns, tables or what is around the query.
pub(crate) const SPECIAL: [&str; 9] = [
    "bag_pack_columns",
    "column_ifexists",
    "column_names_of",
    "current_database",
    "estimate_data_size",
    "ingestion_time",
    "iscolumnexists",
    "pack_all",
    "toscalar",
];

/// The arguments of a call while it is put together.
pub struct Arguments<'b, 'a, 's> {
    /// Binds more, where the function needs it.
    pub binder: &'b mut Binder<'a>,
    /// The arguments, in the types that the overload takes.
    pub typed: Vec<Typed>,
    /// The arguments as written.
    pub written: &'s [NamedExpr],
    /// The call.
    pub span: Span,
}

impl Arguments<'_, '_, '_> {
    /// Takes an argument; a poisoned one where there is none.
    pub fn take(&mut self, index: usize) -> Typed {
        self.typed
            .get_mut(index)
            .map_or_else(Typed::poison, |typed| std::mem::replace(typed, Typed::poison()))
    }

    /// The place of an argument.
    pub fn span_of(&self, index: usize) -> Span {
        self.written.get(index).map_or(self.span, |argument| argument.value.span)
    }

    /// Says what is wrong with an argument.
    pub fn refuse(&mut self, index: usize, message: impl Into<String>) -> Typed {
        let span = self.span_of(index);
        self.binder.refuse(None, span, message)
    }
}

impl Binder<'_> {
    /// A call where a scalar is expected.
    pub(super) fn call(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Typed {
        let name = call.name.text.as_str();
        if let Some(Binding::Function(function, env)) = scope.env.get(name) {
            let (function, env) = (Rc::clone(function), env.clone());
            return self.own_scalar(call, &function, &env, span, scope);
        }
        if let Some(typed) = self.special(call, span, scope) {
            return typed;
        }
        if let (Some(aggregate), Some(aggregates)) = (aggregates::aggregate(name), scope.aggregates) {
            return self.aggregate(aggregate, call, span, scope, aggregates);
        }
        if let Some(window) = crate::windows::window(name) {
            return self.window(window, call, span, scope);
        }
        match functions::function(name) {
            Some(function) => self.built_in(function, call, span, scope),
            None => self.unknown_function(call, scope),
        }
    }

    fn unknown_function(&mut self, call: &Call, scope: Scope<'_>) -> Typed {
        let name = call.name.text.as_str();
        let mut diagnostic = if aggregates::several(name).is_some() && scope.aggregates.is_some() {
            let message = format!("'{name}' makes several columns and cannot be part of an expression");
            Diagnostic::error(Some("KS139"), call.name.span, message)
        } else if aggregates::aggregate(name).is_some() || aggregates::several(name).is_some() {
            let message = format!("the aggregate '{name}' can only be used in summarize and its kin");
            Diagnostic::error(Some("KS144"), call.name.span, message)
        } else if crate::language::is_function(name) {
            let message = format!("not supported yet: the function '{name}'");
            Diagnostic::error(None, call.name.span, message)
        } else {
            let message = format!("no function is named '{name}'");
            Diagnostic::error(Some("KS211"), call.name.span, message)
        };
        if diagnostic.code == Some("KS211") {
            let mut known: Vec<&str> = scope.env.iter().map(|(name, _)| name).collect();
            let built_in = functions::names().chain(aggregates::names()).chain(crate::windows::names());
            for built_in in built_in.chain(SPECIAL) {
                known.push(built_in);
            }
            if let Some(near) = nearest(name, known) {
                diagnostic = diagnostic.with_hint(format!("did you mean {near}?"));
            }
        }
        self.tell(diagnostic);
        // Errors inside the arguments are errors as well.
        for argument in &call.arguments {
            if !matches!(argument.value.kind, ExprKind::Star | ExprKind::TypeOf(_)) {
                self.scalar(&argument.value, scope);
            }
        }
        Typed::poison()
    }

    fn built_in(&mut self, function: &Function, call: &Call, span: Span, scope: Scope<'_>) -> Typed {
        let mut typed = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            if let Some(name) = argument.names.first() {
                self.error(None, name.span, format!("'{}' takes no arguments by name", call.name.text));
            }
            typed.push(match argument.value.kind {
                // A type is no value; the overload looks at what is written.
                ExprKind::TypeOf(kind) => Typed::blank(kind),
                _ => self.scalar(&argument.value, scope),
            });
        }
        if typed.iter().any(|typed| typed.poisoned) {
            return Typed::poison();
        }
        let chosen = function.overloads.iter().find(|overload| {
            assign(overload.parameters, typed.len()).is_some_and(|parameters| {
                let arguments = typed.iter().zip(&call.arguments);
                parameters.iter().zip(arguments).all(|(p, (typed, written))| fits(p.accepts, typed, written))
            })
        });
        let Some(overload) = chosen else {
            let forms: Vec<_> = function.overloads.iter().map(|overload| overload.parameters).collect();
            return self.refuse_coded(&forms, call, &typed, span, code);
        };
        let parameters = assign(overload.parameters, typed.len()).unwrap_or_default();
        let arguments = typed.into_iter().zip(parameters);
        let typed: Vec<Typed> =
            arguments.map(|(typed, parameter)| self.accepted(typed, parameter.accepts)).collect();
        match overload.build {
            Build::Kernel(kernel) => {
                let expr = kernel.call(typed.into_iter().map(|typed| typed.expr).collect());
                self.fold(Typed::new(expr, kernel.result))
            }
            Build::With(build) => {
                build(&mut Arguments { binder: self, typed, written: &call.arguments, span })
            }
        }
    }

    /// A call that is more than a function of values.
    fn special(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Option<Typed> {
        let argument = |index: usize| call.arguments.get(index).map(|argument| &argument.value);
        Some(match call.name.text.as_str() {
            "now" if call.arguments.is_empty() => {
                let now = datafusion::common::ScalarValue::Int64(Some(self.context().now_ticks));
                Typed::constant(now, KustoType::Datetime)
            }
            name @ ("current_database" | "ingestion_time") if !call.arguments.is_empty() => {
                self.refuse(Some("KS119"), span, format!("'{name}' takes no arguments"))
            }
            // Rows know when they arrived; tables that are written into a query have never done so.
            "ingestion_time" => match scope.columns.iter().find(|column| column.name == "TimeGenerated") {
                Some(column) if column.kind == KustoType::Datetime => column.typed(),
                _ => Typed::null(KustoType::Datetime),
            },
            "current_database" => Typed::text(self.context().catalog.database()),
            "toscalar" => match argument(0) {
                Some(table) if call.arguments.len() == 1 => self.first_value(table, scope),
                _ => self.refuse(Some("KS119"), span, "'toscalar' takes one table"),
            },
            "iscolumnexists" => match argument(0).map(|expr| (self.scalar(expr, scope), expr.span)) {
                Some((typed, span)) if !typed.poisoned && typed.kind != KustoType::String => {
                    self.refuse(Some("KS107"), span, "the name of a column must be a string")
                }
                Some((typed, span)) => match typed.as_text() {
                    Some(name) => Typed::bool(scope.columns.iter().any(|column| column.name == name)),
                    None if typed.poisoned => typed,
                    None => self.refuse(None, span, "the name of a column must be a constant string"),
                },
                None => self.refuse(Some("KS119"), span, "'iscolumnexists' takes the name of a column"),
            },
            "column_ifexists" | "columnifexists" => match (argument(0), argument(1)) {
                (Some(name), Some(default)) => {
                    let typed = self.scalar(name, scope);
                    if !typed.poisoned && typed.kind != KustoType::String {
                        let message = "the name of a column must be a string";
                        return Some(self.refuse(Some("KS107"), name.span, message));
                    }
                    let found = typed
                        .as_text()
                        .and_then(|name| scope.columns.iter().find(|column| column.name == name));
                    match found {
                        Some(column) => column.typed(),
                        None if typed.as_text().is_some() => self.scalar(default, scope),
                        None if typed.poisoned => typed,
                        None => {
                            self.refuse(None, name.span, "the name of a column must be a constant string")
                        }
                    }
                }
                _ => self.refuse(
                    Some("KS119"),
                    span,
                    "'column_ifexists' takes the name of a column and a default",
                ),
            },
            _ => return self.of_columns(call, span, scope),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{refused, run, value};

    #[test]
    fn what_is_special_is_known() {
        for name in SPECIAL {
            let told = match run(&format!("print x = 1 | project {name}('x', 'y', 'z')")) {
                Err(crate::Error::Text(diagnostics)) => diagnostics,
                _ => Vec::new(),
            };
            assert!(told.iter().all(|diagnostic| diagnostic.code != Some("KS211")), "{name}: {told:?}");
        }
        assert_eq!(value("current_database()"), "nowhere");
        assert!(refused("print pack_al()").contains("did you mean pack_all?"));
    }
}
