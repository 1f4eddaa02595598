//! Calls: of functions, of aggregates, of the query's own functions.

use std::rc::Rc;

use weir_kql::ast::{
    Call, Expr, ExprKind, Function as OwnFunction, Literal, NamedExpr, Parameter as OwnParameter,
    ParameterType, Span, StatementKind,
};
use weir_kql::{Diagnostic, nearest};
use weir_value::{Dynamic, KustoType};

use super::conversion::is_number;
use super::{Binder, Binding, CALL_DEPTH_MAX, CALLS_MAX, Env, Scope};
use crate::aggregates;
use crate::functions::{self, Accepts, Build, Count, Function, Parameter};
use crate::typed::{Relation, Typed};

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
            for built_in in functions::names().chain(aggregates::names()).chain(crate::windows::names()) {
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

    /// An argument in the type that its parameter takes.
    pub(crate) fn accepted(&mut self, typed: Typed, accepts: Accepts) -> Typed {
        match accepts {
            Accepts::Text | Accepts::ConstantText | Accepts::StringOrDynamic => {
                self.converted(typed, KustoType::String)
            }
            Accepts::Exactly(kind) | Accepts::Constant(kind) => self.converted(typed, kind),
            Accepts::Integer => self.converted(typed, KustoType::Long),
            Accepts::Real => self.converted(typed, KustoType::Real),
            Accepts::Packed | Accepts::IntegerOrArray => self.converted(typed, KustoType::Dynamic),
            Accepts::Summable if typed.kind == KustoType::Dynamic => self.converted(typed, KustoType::Real),
            _ => typed,
        }
    }

    /// Says what is wrong with the arguments of a call of an aggregate or a window function.
    pub(crate) fn refuse_arguments(
        &mut self,
        forms: &[&[Parameter]],
        call: &Call,
        typed: &[Typed],
        span: Span,
    ) -> Typed {
        self.refuse_coded(forms, call, typed, span, |_, _| "KS107")
    }

    /// Says what is wrong with the arguments of a call, with a number for an argument that is not what its parameter
    /// takes, or not a constant.
    fn refuse_coded(
        &mut self,
        forms: &[&[Parameter]],
        call: &Call,
        typed: &[Typed],
        span: Span,
        code: fn(Accepts, bool) -> &'static str,
    ) -> Typed {
        let name = &call.name.text;
        let fitting: Vec<_> = forms.iter().filter_map(|parameters| assign(parameters, typed.len())).collect();
        let mut forms: Vec<String> = forms.iter().map(|parameters| form(name, parameters)).collect();
        forms.dedup();
        let hint = format!("write {}", forms.join(" or "));
        let diagnostic = match fitting.first() {
            None => {
                let message = format!("'{name}' does not take {}", plural(typed.len(), "argument"));
                Diagnostic::error(Some("KS119"), span, message)
            }
            Some(parameters) => {
                let arguments = || parameters.iter().zip(typed.iter().zip(&call.arguments));
                let wrong = arguments().position(|(p, (typed, written))| !fits(p.accepts, typed, written));
                let taken = || arguments().position(|(p, (typed, _))| !accepts_as_is(p.accepts, typed));
                let wrong = wrong.or_else(taken);
                let index = wrong.unwrap_or(0);
                let place = call.arguments.get(index).map_or(span, |argument| argument.value.span);
                let kind = typed.get(index).map_or(KustoType::Dynamic, |typed| typed.kind);
                let constant = typed.get(index).is_some_and(|typed| typed.as_constant().is_some());
                let message = match parameters.get(index).map(|parameter| parameter.accepts) {
                    Some(Accepts::Constant(wanted)) if !constant && wanted == kind => {
                        format!("'{name}' takes a constant here")
                    }
                    Some(Accepts::ConstantText) => format!("'{name}' takes a constant here"),
                    Some(Accepts::Bag) if kind == KustoType::Dynamic => {
                        format!("'{name}' takes a property bag here")
                    }
                    Some(accepts) => format!("'{name}' takes {} here, this is a {kind}", describe(accepts)),
                    None => format!("'{name}' does not take a {kind} here"),
                };
                let code = parameters.get(index).map(|parameter| {
                    let same = parameter.accepts == Accepts::Constant(kind);
                    code(parameter.accepts, same && !constant)
                });
                Diagnostic::error(code.or(Some("KS107")), place, message)
            }
        };
        self.tell(diagnostic.with_hint(hint));
        Typed::poison()
    }

    /// A call of the query's own function where a scalar is expected.
    fn own_scalar(
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

    /// A call that is more than a function of values.
    fn special(&mut self, call: &Call, span: Span, scope: Scope<'_>) -> Option<Typed> {
        let argument = |index: usize| call.arguments.get(index).map(|argument| &argument.value);
        Some(match call.name.text.as_str() {
            // Rows know when they arrived; tables that are written into a query have never done so.
            "ingestion_time" if call.arguments.is_empty() => {
                match scope.columns.iter().find(|column| column.name == "TimeGenerated") {
                    Some(column) if column.kind == KustoType::Datetime => column.typed(),
                    _ => Typed::null(KustoType::Datetime),
                }
            }
            "now" if call.arguments.is_empty() => {
                let now = datafusion::common::ScalarValue::Int64(Some(self.context().now_ticks));
                Typed::constant(now, KustoType::Datetime)
            }
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

/// The parameter of each of so many arguments; nothing when there are too few or too many.
pub(crate) fn assign(parameters: &[Parameter], count: usize) -> Option<Vec<&Parameter>> {
    let mut assigned = Vec::with_capacity(count);
    let mut index = 0;
    while let Some(parameter) = parameters.get(index) {
        match parameter.count {
            Count::One => assigned.push(parameter),
            Count::Optional if assigned.len() < count => assigned.push(parameter),
            Count::Optional => {}
            Count::Many(least) => {
                // Repeated parameters stand together: key, value, key, value …
                let group: Vec<&Parameter> =
                    parameters[index..].iter().take_while(|p| matches!(p.count, Count::Many(_))).collect();
                let behind = parameters.len() - index - group.len();
                let room = count.checked_sub(assigned.len() + behind)?;
                if room < least * group.len() || room % group.len() != 0 {
                    return None;
                }
                assigned.extend(group.iter().copied().cycle().take(room));
                index += group.len() - 1;
            }
        }
        index += 1;
    }
    (assigned.len() == count).then_some(assigned)
}

/// Whether an argument of a function can be given to a parameter.
fn fits(wanted: Accepts, typed: &Typed, written: &NamedExpr) -> bool {
    match &written.value.kind {
        ExprKind::TypeOf(_) => accepts(wanted, typed, true),
        // What is written as an array, a bag or a number is no string; a dynamic of a column may hold one.
        ExprKind::Literal(Literal::Dynamic(value)) if !matches!(value, Dynamic::Null) => {
            let other = match wanted {
                Accepts::Exactly(KustoType::String) | Accepts::Constant(KustoType::String) => true,
                Accepts::Bag => !matches!(value, Dynamic::Bag(_)),
                _ => false,
            };
            !other && accepts(wanted, typed, false)
        }
        // Only aggregates take them.
        _ if wanted == Accepts::Summable && typed.kind == KustoType::Dynamic => false,
        _ => accepts(wanted, typed, false),
    }
}

/// Whether an argument can be given to a parameter.
pub(crate) fn accepts(accepts: Accepts, typed: &Typed, is_type: bool) -> bool {
    use KustoType::{Bool, Datetime, Decimal, Dynamic, Int, Long, Real, String as Text, Timespan};
    let kind = typed.kind;
    if is_type {
        return accepts == Accepts::Type;
    }
    let becomes = |wanted: KustoType| {
        kind == wanted
            || matches!(
                (kind, wanted),
                (Int, Long | Real | Decimal)
                    | (Long, Real | Decimal)
                    | (Long, Int)
                    | (Decimal, Real)
                    | (Dynamic, Text)
            )
    };
    match accepts {
        Accepts::Any | Accepts::Text | Accepts::Packed => true,
        Accepts::ConstantText => typed.as_constant().is_some(),
        Accepts::NotDynamic => kind != Dynamic,
        Accepts::StringOrDynamic => matches!(kind, Text | Dynamic),
        Accepts::Exactly(wanted) => becomes(wanted),
        Accepts::Constant(wanted) => becomes(wanted) && typed.as_constant().is_some(),
        Accepts::Real => matches!(kind, Int | Long | Real),
        Accepts::Number => is_number(kind),
        Accepts::Integer => matches!(kind, Int | Long),
        Accepts::Bag => kind == Dynamic,
        Accepts::IntegerOrArray => matches!(kind, Int | Long | Dynamic),
        Accepts::Summable => matches!(kind, Datetime | Timespan | Dynamic) || is_number(kind),
        Accepts::Orderable => matches!(kind, Datetime | Timespan | Bool | Text) || is_number(kind),
        Accepts::Type => false,
    }
}

/// Whether an argument can be given to a parameter of an aggregate or a window function: there no dynamic stands for a
/// value of another type.
pub(crate) fn accepts_as_is(wanted: Accepts, typed: &Typed) -> bool {
    let takes_dynamics = matches!(
        wanted,
        Accepts::Any
            | Accepts::Text
            | Accepts::Packed
            | Accepts::StringOrDynamic
            | Accepts::Exactly(KustoType::Dynamic)
            | Accepts::Constant(KustoType::Dynamic)
    );
    (takes_dynamics || typed.kind != KustoType::Dynamic) && accepts(wanted, typed, false)
}

fn describe(accepts: Accepts) -> String {
    match accepts {
        Accepts::Any | Accepts::Text | Accepts::Packed => "any value".to_owned(),
        Accepts::ConstantText => "a constant".to_owned(),
        Accepts::NotDynamic => "any value but a dynamic".to_owned(),
        Accepts::StringOrDynamic => "a string".to_owned(),
        Accepts::Exactly(kind) => format!("a {kind}"),
        Accepts::Constant(kind) => format!("a constant {kind}"),
        Accepts::Real => "a real".to_owned(),
        Accepts::Number => "a number".to_owned(),
        Accepts::Integer => "a whole number".to_owned(),
        Accepts::Bag => "a property bag".to_owned(),
        Accepts::IntegerOrArray => "a whole number or an array of them".to_owned(),
        Accepts::Summable => "a number, a datetime or a timespan".to_owned(),
        Accepts::Orderable => "a value that has an order".to_owned(),
        Accepts::Type => "a type, typeof(…),".to_owned(),
    }
}

/// Kusto's number for an argument that is not what the parameter of a function takes, or not a constant.
fn code(accepts: Accepts, not_constant: bool) -> &'static str {
    match accepts {
        _ if not_constant => "KS129",
        Accepts::ConstantText => "KS129",
        Accepts::NotDynamic => "KS116",
        Accepts::Integer => "KS134",
        Accepts::IntegerOrArray => "KS136",
        Accepts::Number => "KS137",
        Accepts::Summable => "KS138",
        Accepts::StringOrDynamic => "KS141",
        Accepts::Bag => "KS235",
        Accepts::Orderable => "KS206",
        _ => "KS107",
    }
}

/// `name(a, b, [c], d …)`
fn form(name: &str, parameters: &[Parameter]) -> String {
    let one = |parameter: &Parameter| match parameter.count {
        Count::One => parameter.name.to_owned(),
        Count::Optional => format!("[{}]", parameter.name),
        Count::Many(_) => format!("{} …", parameter.name),
    };
    format!("{name}({})", parameters.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn plural(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}
