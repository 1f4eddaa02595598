use datafusion::logical_expr::Expr;
use weir_kql::ast::{Call, Span};
use weir_value::KustoType;

use super::Aggregate;
use crate::bind::{Aggregates, Binder, Scope, accepts_as_is, assign};
use crate::typed::{Typed, column};

/// The arguments of an aggregate while it is put together.
pub(crate) struct AggregateArguments<'b, 'a, 's> {
    /// Binds more, where the aggregate needs it.
    pub binder: &'b mut Binder<'a>,
    /// The arguments, in the types that the overload takes.
    pub typed: Vec<Typed>,
    /// Where aggregates are collected.
    pub aggregates: &'s Aggregates,
    /// The call.
    pub span: Span,
}

impl AggregateArguments<'_, '_, '_> {
    /// Takes an argument; a poisoned one where there is none.
    pub fn take(&mut self, index: usize) -> Typed {
        self.typed
            .get_mut(index)
            .map_or_else(Typed::poison, |typed| std::mem::replace(typed, Typed::poison()))
    }

    /// Adds an aggregate of the engine; the column that holds it.
    pub fn add(&mut self, aggregate: Expr, kind: KustoType) -> Typed {
        Typed::new(column(&self.aggregates.add(aggregate)), kind)
    }

    /// Refuses by name what is not there yet.
    pub fn unsupported(&mut self, what: impl std::fmt::Display) -> Typed {
        self.binder.unsupported(self.span, what);
        Typed::poison()
    }

    /// The same aggregate over the rows for which a condition is true.
    pub fn filtered(&mut self, aggregate: Expr, condition: Typed) -> Expr {
        match aggregate {
            // A builder of the engine would forget what else is asked of the values, that they differ for example.
            Expr::AggregateFunction(mut call) => {
                call.params.filter = Some(Box::new(condition.expr));
                Expr::AggregateFunction(call)
            }
            other => {
                self.binder.error(None, self.span, "only an aggregate can be taken of some rows");
                other
            }
        }
    }
}

impl Binder<'_> {
    /// A call of an aggregate: the column that will hold it.
    pub(crate) fn aggregate(
        &mut self,
        aggregate: &Aggregate,
        call: &Call,
        span: Span,
        scope: Scope<'_>,
        aggregates: &Aggregates,
    ) -> Typed {
        let inner = scope.inside_aggregate();
        let arguments = call.arguments.iter();
        let typed: Vec<Typed> = arguments.map(|argument| self.scalar(&argument.value, inner)).collect();
        if typed.iter().any(|typed| typed.poisoned) {
            return Typed::poison();
        }
        let shape = aggregate.overloads.iter().find(|shape| {
            assign(shape.parameters, typed.len()).is_some_and(|parameters| {
                parameters
                    .iter()
                    .zip(&typed)
                    .all(|(parameter, typed)| accepts_as_is(parameter.accepts, typed))
            })
        });
        let Some(shape) = shape else {
            let parameters: Vec<_> = aggregate.overloads.iter().map(|shape| shape.parameters).collect();
            return self.refuse_arguments(&parameters, call, &typed, span);
        };
        let parameters = assign(shape.parameters, typed.len()).unwrap_or_default();
        let arguments = typed.into_iter().zip(parameters);
        let typed = arguments.map(|(typed, parameter)| self.accepted(typed, parameter.accepts)).collect();
        (shape.build)(&mut AggregateArguments { binder: self, typed, aggregates, span })
    }
}
