//! What the parameters of functions take, and what is said of arguments that they do not take.

use weir_kql::Diagnostic;
use weir_kql::ast::{Call, ExprKind, Literal, NamedExpr, Span};
use weir_value::{Dynamic, KustoType};

use super::Binder;
use super::conversion::is_number;
use crate::functions::{Accepts, Count, Parameter};
use crate::typed::Typed;

impl Binder<'_> {
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
    pub(super) fn refuse_coded(
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
pub(super) fn fits(wanted: Accepts, typed: &Typed, written: &NamedExpr) -> bool {
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
pub(super) fn code(accepts: Accepts, not_constant: bool) -> &'static str {
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

pub(super) fn plural(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}
