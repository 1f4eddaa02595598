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
mod own;
mod parameters;
mod pipeline;
mod scalar;
mod scope;
mod statement;
mod unknown;
mod values;
mod view;

use std::collections::HashMap;

use datafusion::logical_expr::LogicalPlan;
use weir_kql::ast::{Query, Span};
use weir_kql::{Diagnostic, Severity};

pub use call::Arguments;
#[cfg(test)]
pub(crate) use call::SPECIAL;
pub(crate) use compare::choose;
pub(crate) use conversion::is_number;
pub(crate) use conversion::pack;
pub(crate) use evaluate::{Rows, numbered};
pub use naming::{UniqueNames, default_name};
pub use order::ORDINAL;
pub(crate) use parameters::{accepts_as_is, assign};
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

/// Binds a whole text. All errors are told, not only the first. Ends early, and with anything, where the query of this
/// thread is to stop.
pub fn bind(query: &Query, context: &Context<'_>) -> Result<Bound, Vec<Diagnostic>> {
    let mut binder = Binder {
        context,
        diagnostics: Vec::new(),
        settings: HashMap::new(),
        depth: 0,
        steps: 0,
        calls: 0,
        conditions: 0,
    };
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
    /// Request options that functions go by, as the text sets them.
    settings: HashMap<String, Typed>,
    /// Calls of functions inside functions.
    depth: usize,
    /// Steps so far, for names of their own.
    steps: usize,
    /// Calls of the query's own functions so far.
    calls: usize,
    /// Uses of `and` and `or` so far.
    conditions: usize,
}

/// Deepest nesting of calls of a query's own functions.
const CALL_DEPTH_MAX: usize = 64;
/// Most calls of them: functions that call others twice are soon called a million times.
const CALLS_MAX: usize = 10_000;
/// Most uses of `and` and `or`: the engine works through a chain of them by recursion.
const CONDITIONS_MAX: usize = 10_000;
/// Most operators of one pipeline, for the same reason.
pub(crate) const OPERATORS_MAX: usize = 1_000;
/// Most steps of a plan: a table that is united with itself twenty times over has a million.
const PLAN_NODES_MAX: usize = 20_000;
/// A query is bound by recursion: less stack than this is left, and it goes on with another one.
const STACK_LEFT_MIN: usize = 1 << 20;
/// The size of such a further stack.
const STACK_BYTES: usize = 8 << 20;
/// Bytes that a calculated constant may have.
const CONSTANT_BYTES_MAX: usize = 16 << 20;

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

    /// What `work` makes, unless it tells an error: then nothing, and nothing is told. Another way may do.
    pub(crate) fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.diagnostics.len();
        let made = work(self);
        if made.is_none() || self.diagnostics[before..].iter().any(Diagnostic::is_error) {
            self.diagnostics.truncate(before);
            return None;
        }
        made
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

    /// Whether a plan that was put together of others is of a size that can be run; an error is told where not.
    pub fn is_bounded(&mut self, plan: &LogicalPlan, span: Span) -> bool {
        let mut nodes = 0;
        let mut open = vec![plan];
        while let Some(node) = open.pop() {
            nodes += 1;
            if nodes > PLAN_NODES_MAX {
                let message = format!(
                    "the query has more than {PLAN_NODES_MAX} steps with its lets put in their places"
                );
                self.error(None, span, message);
                return false;
            }
            open.extend(node.inputs());
        }
        true
    }

    /// A calculated constant, unless it is too large to be carried through a plan.
    fn bounded_constant(&mut self, typed: Typed, span: Span) -> Typed {
        use datafusion::common::ScalarValue;
        let bytes = match typed.as_constant() {
            Some(ScalarValue::Utf8View(Some(text))) => text.len(),
            Some(ScalarValue::BinaryView(Some(bytes))) => bytes.len(),
            _ => 0,
        };
        if bytes > CONSTANT_BYTES_MAX {
            let message = format!("a constant has more than {} MiB", CONSTANT_BYTES_MAX >> 20);
            return self.refuse(None, span, message);
        }
        typed
    }

    /// Counts an `and` or an `or`; told, and false, when there are too many.
    fn is_few(&mut self, span: Span) -> bool {
        self.conditions += 1;
        if self.conditions == CONDITIONS_MAX + 1 {
            let message = format!("the query has more than {CONDITIONS_MAX} conditions joined by and or or");
            self.tell(Diagnostic::error(None, span, message).with_hint("compare with a list: x in (…)"));
        }
        self.conditions <= CONDITIONS_MAX
    }

    /// A number that no other step has.
    pub fn next_step(&mut self) -> usize {
        self.steps += 1;
        self.steps
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

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn what_doubles_comes_to_an_end() {
        let functions: String =
            (1..40).map(|n| format!("let f{n} = (x:long) {{ f{}(x) + f{}(x) }};", n - 1, n - 1)).collect();
        let told = refused(&format!("let f0 = (x:long) {{ x + 1 }}; {functions} print f39(1)"));
        assert!(told.contains("called more than 10000 times"), "{told}");
        let tables: String = (1..40).map(|n| format!("let T{n} = union T{}, T{};", n - 1, n - 1)).collect();
        let told = refused(&format!("let T0 = print x = 1; {tables} T39 | count"));
        assert!(told.contains("more than 20000 steps"), "{told}");
    }

    #[test]
    fn lets_of_one_scope_differ() {
        assert!(refused("let a = 1; let a = 2; print a").contains("KS201"));
        assert!(refused("let f = () { let b = 1; let b = 2; b }; print f()").contains("KS201"));
        assert_eq!(crate::testing::value("1 + 1"), "2");
    }

    #[test]
    fn depth_needs_no_large_stack() {
        let (open, close) = ("(".repeat(90), ")".repeat(90));
        let functions: String =
            (1..60).map(|n| format!("let f{n} = (x:long) {{ {open}f{}(x){close} }};", n - 1)).collect();
        let functions = format!("let f0 = (x:long) {{ x + 1 }}; {functions} print f59(1)");
        let any: Vec<String> = (0..5000).map(|n| format!("x == {n}")).collect();
        let any = format!("print x = 4999 | where {} | count", any.join(" or "));
        let small = std::thread::Builder::new().stack_size(2 << 20);
        let work = move || (crate::testing::rows(&functions), crate::testing::rows(&any));
        assert_eq!(small.spawn(work).unwrap().join().unwrap(), ("2".to_owned(), "1".to_owned()));
    }
}
