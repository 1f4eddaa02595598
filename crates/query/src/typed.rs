//! What the binder makes: expressions and tables that know their Kusto types.

use std::sync::Arc;

use datafusion::common::{Column as PlanColumn, Result, ScalarValue};
use datafusion::logical_expr::{Aggregate, Expr, Filter, LogicalPlan, LogicalPlanBuilder, Projection, cast};
use weir_answer::Render;
use weir_value::KustoType;

use crate::physical;

/// A scalar expression with its type.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The expression, in the physical type of `kind`.
    pub expr: Expr,
    /// Its type.
    pub kind: KustoType,
    /// Whether it stands for something that could not be bound. The error is told already; whatever uses it is
    /// poisoned, too, and says nothing.
    pub poisoned: bool,
}

impl Typed {
    /// An expression of this type.
    pub fn new(expr: Expr, kind: KustoType) -> Self {
        Typed { expr, kind, poisoned: false }
    }

    /// What stands for something that could not be bound.
    pub fn poison() -> Self {
        Typed {
            expr: physical::literal(ScalarValue::BinaryView(None)),
            kind: KustoType::Dynamic,
            poisoned: true,
        }
    }

    /// A constant.
    pub fn constant(value: ScalarValue, kind: KustoType) -> Self {
        Typed::new(physical::literal(value), kind)
    }

    /// A text constant.
    pub fn text(value: &str) -> Self {
        Typed::constant(physical::text(value), KustoType::String)
    }

    /// A long constant.
    pub fn long(value: i64) -> Self {
        Typed::constant(ScalarValue::Int64(Some(value)), KustoType::Long)
    }

    /// A bool constant.
    pub fn bool(value: bool) -> Self {
        Typed::constant(ScalarValue::Boolean(Some(value)), KustoType::Bool)
    }

    /// The null of a type.
    pub fn null(kind: KustoType) -> Self {
        Typed::constant(physical::null(kind), kind)
    }

    /// The value, where it is a constant.
    pub fn as_constant(&self) -> Option<&ScalarValue> {
        match &self.expr {
            Expr::Literal(value, _) => Some(value),
            _ => None,
        }
    }

    /// The text, where it is a text constant.
    pub fn as_text(&self) -> Option<&str> {
        match self.as_constant()? {
            ScalarValue::Utf8View(Some(text)) => Some(text),
            _ => None,
        }
    }

    /// The number, where it is a whole constant.
    pub fn as_long(&self) -> Option<i64> {
        match self.as_constant()? {
            ScalarValue::Int64(Some(value)) => Some(*value),
            ScalarValue::Int32(Some(value)) => Some((*value).into()),
            _ => None,
        }
    }

    /// The flag, where it is a bool constant; a null counts as false.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_constant()? {
            ScalarValue::Boolean(value) => Some(value.unwrap_or(false)),
            _ => None,
        }
    }

    /// A whole number as a long.
    pub fn widened(self) -> Self {
        match self.kind {
            KustoType::Int => {
                Typed { expr: cast_to(self.expr, KustoType::Long), kind: KustoType::Long, ..self }
            }
            _ => self,
        }
    }

    /// A number as a real.
    #[allow(clippy::wrong_self_convention)] // what an expression is taken as is another expression
    pub fn as_real(self) -> Self {
        match self.kind {
            KustoType::Int | KustoType::Long => {
                Typed { expr: cast_to(self.expr, KustoType::Real), kind: KustoType::Real, ..self }
            }
            _ => self,
        }
    }
}

/// A cast to the physical type of `kind`; of a constant, the constant itself.
pub fn cast_to(expr: Expr, kind: KustoType) -> Expr {
    let target = physical::data_type(kind);
    if let Expr::Literal(value, _) = &expr
        && let Ok(value) = value.cast_to(&target)
    {
        return physical::literal(value);
    }
    cast(expr, target)
}

/// A plan with these columns, each a column or an expression with an alias.
///
/// The engine's builder looks through the whole plan for each expression, for names that a join shares. Ours have no
/// such names, and a thousand steps of a thousand columns are planned in a moment.
pub fn project(plan: LogicalPlan, exprs: Vec<Expr>) -> Result<LogicalPlan> {
    match is_plain(&plan) {
        true => Ok(LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(plan))?)),
        false => LogicalPlanBuilder::from(plan).project(exprs)?.build(),
    }
}

/// A plan of the rows for which a condition holds, as [`project`] makes one.
pub fn filter(plan: LogicalPlan, condition: Expr) -> Result<LogicalPlan> {
    match is_plain(&plan) {
        true => Ok(LogicalPlan::Filter(Filter::try_new(condition, Arc::new(plan))?)),
        false => LogicalPlanBuilder::from(plan).filter(condition)?.build(),
    }
}

/// A plan of groups, as [`project`] makes one.
pub fn aggregate(plan: LogicalPlan, groups: Vec<Expr>, aggregates: Vec<Expr>) -> Result<LogicalPlan> {
    match is_plain(&plan) {
        true => Ok(LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(plan), groups, aggregates)?)),
        false => LogicalPlanBuilder::from(plan).aggregate(groups, aggregates)?.build(),
    }
}

/// Whether the columns of a plan are known by their bare names, so that an expression of names needs no other ones.
fn is_plain(plan: &LogicalPlan) -> bool {
    let kind = matches!(
        plan,
        LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Extension(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Union(_)
    );
    kind && plan.schema().iter().all(|(table, _)| table.is_none())
}

/// A table in the making.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Its plan. Field `i` of its schema is column `i`, of that name, in the physical type of its Kusto type.
    pub plan: LogicalPlan,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The name of the table, where it is one as it stands.
    pub name: Option<String>,
    /// Whether its columns are not known because something could not be bound: any name is one.
    pub open: bool,
    /// Whether its rows have an order that window functions may rely on.
    pub serialized: bool,
    /// The hidden columns that say in which order its rows are; empty where any order is right.
    ///
    /// A sort is not planned where it is written: the engine drops a sort that nothing above asks for. What needs the
    /// order (`take`, window functions, the answer) sorts by these columns.
    pub order: Vec<OrderKey>,
    /// What `render` asked for.
    pub render: Option<Render>,
}

/// A column by which rows are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey {
    /// Its name.
    pub column: String,
    /// Whether small values come first.
    pub ascending: bool,
    /// Whether nulls come first.
    pub nulls_first: bool,
    /// Whether no two rows have the same value.
    pub unique: bool,
}

/// A column of a table in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: KustoType,
    /// Whether it stands for something that could not be bound.
    pub poisoned: bool,
    /// Whether it is reached by its name only, not by `*` nor in the answer.
    pub hidden: bool,
}

impl Column {
    /// A column of this type.
    pub fn new(name: impl Into<String>, kind: KustoType) -> Self {
        Column { name: name.into(), kind, poisoned: false, hidden: false }
    }

    /// The column as an expression.
    pub fn typed(&self) -> Typed {
        Typed { expr: column(&self.name), kind: self.kind, poisoned: self.poisoned }
    }
}

/// A column of the input by its name, letter by letter.
pub fn column(name: &str) -> Expr {
    Expr::Column(PlanColumn::new_unqualified(name))
}

impl Relation {
    /// A table of this plan and these columns.
    pub fn new(plan: LogicalPlan, columns: Vec<Column>) -> Self {
        Relation {
            plan,
            columns,
            name: None,
            open: false,
            serialized: false,
            order: Vec::new(),
            render: None,
        }
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether something of it could not be bound, so that it is never run.
    pub fn is_poisoned(&self) -> bool {
        self.open || self.columns.iter().any(|column| column.poisoned)
    }

    /// The columns that `*` means.
    pub fn visible(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.hidden)
    }
}
