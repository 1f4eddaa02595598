//! Syntax tree to plan: names become columns, expressions get their types, operators become steps.
//!
//! Binding goes on after an error: what could not be bound is poisoned, and whatever uses it says nothing. So one
//! run tells all errors of a text, each once.

mod arithmetic;
mod call;
mod columns;
mod compare;
mod conversion;
mod evaluate;
mod literal;
mod membership;
mod naming;
mod order;
mod pipeline;
mod scalar;
mod scope;
mod statement;
mod view;

use std::collections::HashMap;

use datafusion::logical_expr::LogicalPlan;
use weir_kql::ast::{Query, Span};
use weir_kql::{Diagnostic, Severity};

pub use call::Arguments;
pub(crate) use call::{accepts, assign};
pub(crate) use compare::choose;
pub(crate) use conversion::is_number;
pub(crate) use conversion::pack;
pub(crate) use evaluate::{Rows, numbered};
pub use naming::{UniqueNames, default_name};
pub use order::ORDINAL;
pub use scope::{Aggregates, Binding, Env, Scope, Windows};

use crate::catalog::Catalog;
use crate::typed::{Relation, Typed};

/// What a text is bound against, beside its tables.
pub struct Context<'a> {
    /// The text itself.
    pub text: &'a str,
    /// The tables.
    pub catalog: &'a dyn Catalog,
    /// `now()`: ticks since 0001-01-01, one value for the whole query.
    pub now_ticks: i64,
    /// Values of `declare query_parameters`, as the client wrote them.
    pub parameters: &'a HashMap<String, String>,
    /// Runs a plan whose rows are needed to go on: `toscalar`, `in (table)`.
    pub evaluate: &'a Evaluate<'a>,
}

/// Runs a plan while another one is bound.
pub type Evaluate<'a> =
    dyn Fn(LogicalPlan) -> datafusion::common::Result<Vec<datafusion::arrow::array::RecordBatch>> + Sync + 'a;

/// What a text means.
#[derive(Debug)]
pub struct Bound {
    /// The results, one for each tabular statement, in their order.
    pub results: Vec<Relation>,
    /// Notes and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Binds a whole text. All errors are told, not only the first.
pub fn bind(query: &Query, context: &Context<'_>) -> Result<Bound, Vec<Diagnostic>> {
    let mut binder = Binder { context, diagnostics: Vec::new(), depth: 0 };
    let results = binder.query(query);
    let diagnostics = binder.diagnostics;
    match diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        true => Err(diagnostics),
        false => Ok(Bound { results, diagnostics }),
    }
}

/// Binds one text.
pub struct Binder<'a> {
    context: &'a Context<'a>,
    diagnostics: Vec<Diagnostic>,
    /// Calls of functions inside functions.
    depth: usize,
}

/// Deepest nesting of calls of a query's own functions.
const CALL_DEPTH_MAX: usize = 64;

impl<'a> Binder<'a> {
    /// What the text is bound against.
    pub fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// The text of a place.
    pub fn source(&self, span: Span) -> &'a str {
        self.context.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Tells an error.
    pub fn error(&mut self, code: Option<&'static str>, span: Span, message: impl Into<String>) {
        self.tell(Diagnostic::error(code, span, message));
    }

    /// Tells something.
    pub fn tell(&mut self, diagnostic: Diagnostic) {
        // A function that is called twice is bound twice; its errors are told once.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Tells an error and gives what stands for the expression.
    pub fn refuse(&mut self, code: Option<&'static str>, span: Span, message: impl Into<String>) -> Typed {
        self.error(code, span, message);
        Typed::poison()
    }

    /// Says that something of the language is not there yet.
    pub fn unsupported(&mut self, span: Span, what: impl std::fmt::Display) {
        self.error(None, span, format!("not supported yet: {what}"));
    }

    /// Tells an error of the engine, unless there are errors already: it is likely to follow from what they poisoned.
    pub fn planning_failed(&mut self, span: Span, error: &datafusion::common::DataFusionError) {
        if !self.diagnostics.iter().any(Diagnostic::is_error) {
            self.error(None, span, format!("this cannot be planned: {}", error.strip_backtrace()));
        }
    }

    /// A step of a plan; an error of the engine is told as one of the text.
    pub fn step(
        &mut self,
        span: Span,
        input: &Relation,
        build: impl FnOnce(LogicalPlan) -> datafusion::common::Result<LogicalPlan>,
    ) -> LogicalPlan {
        if input.is_poisoned() {
            // Never run: an error was told.
            return input.plan.clone();
        }
        match build(input.plan.clone()) {
            Ok(plan) => plan,
            Err(error) => {
                self.planning_failed(span, &error);
                input.plan.clone()
            }
        }
    }
}
