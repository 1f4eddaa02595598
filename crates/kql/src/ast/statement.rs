use weir_value::KustoType;

use super::{Expr, Name, Span};

/// A whole text: statements separated by semicolons.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// In the order written.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The whole of it, without the semicolon.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `let name = value`.
    Let {
        /// What is bound.
        name: Name,
        /// A scalar, a pipeline, or a [`ExprKind::Function`](super::ExprKind::Function).
        value: Expr,
    },
    /// `set option` or `set option = value`.
    Set {
        /// The request option.
        option: Name,
        /// Its value; none means true.
        value: Option<Expr>,
    },
    /// `declare query_parameters(name: type = default, …)`.
    QueryParameters(Vec<Parameter>),
    /// The query proper: a pipeline or a scalar expression.
    Expression(Expr),
    /// A statement of the language that is read but not run: `alias`, `declare pattern`, `restrict access to`.
    Unsupported {
        /// Its leading words.
        name: Name,
        /// Its text from the leading words on.
        text: String,
    },
    /// What was written could not be read; a diagnostic says why.
    Missing,
}

/// A parameter of a function or of the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: ParameterType,
    /// The value when the caller gives none.
    pub default: Option<Expr>,
}

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterType {
    /// A scalar type.
    Scalar(KustoType),
    /// `(column: type, …)`, with `*` when further columns are welcome.
    Table {
        /// The columns that must be there.
        columns: Vec<ColumnDeclaration>,
        /// Whether `*` was written.
        open: bool,
    },
}

/// `name: type`, as in `datatable`, `parse`, tabular parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDeclaration {
    /// The column.
    pub name: Name,
    /// Its type.
    pub kind: KustoType,
}
