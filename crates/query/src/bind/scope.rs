use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan};
use weir_kql::ast::Function;

use crate::typed::{Column, Relation, Typed};

/// Names that lets, parameters and `as` have bound, the latest first.
#[derive(Debug, Clone, Default)]
pub struct Env(Option<Rc<Node>>);

#[derive(Debug)]
struct Node {
    name: String,
    binding: Binding,
    next: Env,
}

/// What a name is bound to.
#[derive(Debug, Clone)]
pub enum Binding {
    /// A scalar.
    Scalar(Typed),
    /// A table.
    Table(Relation),
    /// A function, with the names it may use.
    Function(Rc<Function>, Env),
}

impl Env {
    /// These names and one more.
    pub fn with(&self, name: impl Into<String>, binding: Binding) -> Env {
        Env(Some(Rc::new(Node { name: name.into(), binding, next: self.clone() })))
    }

    /// What a name is bound to.
    pub fn get(&self, name: &str) -> Option<&Binding> {
        self.iter().find(|(known, _)| *known == name).map(|(_, binding)| binding)
    }

    /// All names, the latest first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Binding)> {
        let mut node = self.0.as_deref();
        std::iter::from_fn(move || {
            let this = node?;
            node = this.next.0.as_deref();
            Some((this.name.as_str(), &this.binding))
        })
    }
}

/// Where an expression stands: which names mean what.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// Names of lets.
    pub env: &'s Env,
    /// Columns of the input.
    pub columns: &'s [Column],
    /// Whether any name is a column, because the input could not be bound.
    pub open: bool,
    /// Columns of both sides, in a join condition.
    pub sides: Option<(&'s [Column], &'s [Column])>,
    /// Where aggregates are collected, in `summarize` and its kin.
    pub aggregates: Option<&'s Aggregates>,
    /// Whether window functions may be used.
    pub serialized: bool,
    /// The plan of the input.
    pub input: Option<&'s LogicalPlan>,
    /// Where window functions are collected, in operators that know how to plan them.
    pub windows: Option<&'s Windows>,
}

impl<'s> Scope<'s> {
    /// A place without input.
    pub fn outside(env: &'s Env) -> Self {
        Scope {
            env,
            columns: &[],
            open: false,
            sides: None,
            aggregates: None,
            serialized: false,
            input: None,
            windows: None,
        }
    }

    /// A place in an operator on this input.
    pub fn of(env: &'s Env, input: &'s Relation) -> Self {
        Scope {
            env,
            columns: &input.columns,
            open: input.open,
            sides: None,
            aggregates: None,
            serialized: input.serialized,
            input: Some(&input.plan),
            windows: None,
        }
    }

    /// The same place, collecting aggregates.
    pub fn aggregating(self, aggregates: &'s Aggregates) -> Self {
        Scope { aggregates: Some(aggregates), ..self }
    }

    /// The same place, inside an aggregate.
    pub fn inside_aggregate(self) -> Self {
        Scope { aggregates: None, ..self }
    }

    /// The same place, collecting window functions.
    pub fn windowing(self, windows: &'s Windows) -> Self {
        Scope { windows: Some(windows), ..self }
    }
}

/// Expressions that a column each will hold, in the order in which they were met. Equal ones share a column.
#[derive(Debug, Default)]
struct Met {
    /// The place of each.
    places: HashMap<PlanExpr, usize>,
    in_order: Vec<(PlanExpr, String)>,
}

impl Met {
    /// Adds an expression; the name of its column, which begins with `word`.
    fn add(&mut self, expr: PlanExpr, word: &str) -> String {
        let next = self.in_order.len();
        let place = *self.places.entry(expr.clone()).or_insert(next);
        if place == next {
            self.in_order.push((expr, format!("{word} {place}")));
        }
        format!("{word} {place}")
    }
}

/// Aggregates met while the expressions of a `summarize` are bound.
#[derive(Debug, Default)]
pub struct Aggregates {
    met: RefCell<Met>,
    keys: Vec<String>,
}

impl Aggregates {
    /// Aggregates of groups by columns of these names, which `*` inside an aggregate does not mean.
    pub fn by(keys: Vec<String>) -> Self {
        Aggregates { keys, ..Aggregates::default() }
    }

    /// The columns that are keys as they stand.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Adds an aggregate; the name of the column that will hold it. Equal aggregates share one.
    pub fn add(&self, expr: PlanExpr) -> String {
        self.met.borrow_mut().add(expr, "aggregate")
    }

    /// Whether none was met.
    pub fn is_empty(&self) -> bool {
        self.met.borrow().in_order.is_empty()
    }

    /// The aggregates, each with the name of its column.
    pub fn into_inner(self) -> Vec<(PlanExpr, String)> {
        self.met.into_inner().in_order
    }
}

/// Window functions met while the expressions of an operator are bound, those inside others before them.
#[derive(Debug)]
pub struct Windows {
    /// The column that numbers the rows.
    ordinal: String,
    met: RefCell<Met>,
}

impl Windows {
    /// None yet, over the rows of this table.
    pub fn over(input: &Relation) -> Self {
        Windows { ordinal: input.ordinal(), met: RefCell::default() }
    }

    /// The column by which the rows are ordered.
    pub fn ordinal(&self) -> &str {
        &self.ordinal
    }

    /// Adds a window function; the name of the column that will hold its result. Equal ones share a column.
    pub fn add(&self, expr: PlanExpr) -> String {
        self.met.borrow_mut().add(expr, "window")
    }

    /// Whether none was met.
    pub fn is_empty(&self) -> bool {
        self.met.borrow().in_order.is_empty()
    }

    /// The functions in the order in which they are computed, each with the name of its column.
    pub fn into_inner(self) -> Vec<(PlanExpr, String)> {
        self.met.into_inner().in_order
    }
}
