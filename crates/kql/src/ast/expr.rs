use weir_value::{Dynamic, KustoType};

use super::{ColumnDeclaration, Name, Operator, OutputSchema, Parameter, Span, Statement};

/// An expression, scalar or tabular: KQL writes both in the same places.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A literal.
    Literal(Literal),
    /// A column, a let name, a table, or `$left` and `$right`.
    Name(Name),
    /// `*` as an argument or a list element.
    Star,
    /// `base.member`.
    Member {
        /// What it is taken from.
        base: Box<Expr>,
        /// The property, table or column.
        member: Name,
    },
    /// `base[index]`.
    Index {
        /// What it is taken from.
        base: Box<Expr>,
        /// A position or a property name.
        index: Box<Expr>,
    },
    /// `name(arguments)`.
    Call(Call),
    /// `base.name(arguments)`: `cluster("c").database("d")`.
    MemberCall {
        /// What it is called on.
        base: Box<Expr>,
        /// The function and its arguments.
        call: Call,
    },
    /// `-x` or `+x`.
    Unary {
        /// The sign.
        op: UnaryOp,
        /// What it is applied to.
        operand: Box<Expr>,
    },
    /// `left op right`.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Its place, for messages.
        op_span: Span,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `value between (low .. high)`, both ends included.
    Between {
        /// Whether `!between` was written.
        negated: bool,
        /// What is tested.
        value: Box<Expr>,
        /// Lower end.
        low: Box<Expr>,
        /// Upper end, or a span to add to the lower one.
        high: Box<Expr>,
    },
    /// `value in (list)` and its kin.
    In {
        /// Which of them.
        op: InOp,
        /// What is looked for.
        value: Box<Expr>,
        /// The list: scalars, one dynamic array, or one tabular expression.
        list: Vec<Expr>,
    },
    /// `(inner)`. Kept so that formatting leaves brackets where they were.
    Paren(Box<Expr>),
    /// `typeof(type)`, `to typeof(…)`.
    TypeOf(KustoType),
    /// `typeof(*, column: type, …)`, as plugins take it for the schema of their output.
    TypeOfTable(OutputSchema),
    /// `source | operator | …`.
    Pipe {
        /// What flows in.
        source: Box<Expr>,
        /// At least one.
        operators: Vec<Operator>,
    },
    /// An operator that begins a pipeline: `print`, `range`, `union`, `search`, `find`, `evaluate`.
    Source(Box<Operator>),
    /// `datatable(columns)[values]`.
    Datatable {
        /// The columns.
        columns: Vec<ColumnDeclaration>,
        /// Row by row.
        values: Vec<Expr>,
    },
    /// `externaldata(columns)[uris] with (properties)`.
    ExternalData {
        /// The columns.
        columns: Vec<ColumnDeclaration>,
        /// Where the rows are.
        uris: Vec<Expr>,
        /// `name = value`.
        properties: Vec<Property>,
    },
    /// `[view] (parameters) { statements }`, only as the value of a `let`.
    Function(Function),
    /// What was written could not be read; a diagnostic says why.
    Missing,
}

/// `name(arguments)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function.
    pub name: Name,
    /// In the order written.
    pub arguments: Vec<NamedExpr>,
}

/// `value`, `name = value`, or `(name, name) = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedExpr {
    /// The names given: none, one, or a bracketed list.
    pub names: Vec<Name>,
    /// The value.
    pub value: Expr,
}

/// `name = value` as a property of an operator. The value is a name, a literal or an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The property, dots included (`hint.strategy`).
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

/// `[view] (parameters) { body }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Whether `view` was written.
    pub view: bool,
    /// In the order written.
    pub parameters: Vec<Parameter>,
    /// Lets, then the expression that is the result.
    pub body: Vec<Statement>,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `true`, `false`, `bool(…)`; none is `bool(null)`.
    Bool(Option<bool>),
    /// `int(…)`.
    Int(Option<i32>),
    /// `1`, `0x1F`, `long(…)`.
    Long(Option<i64>),
    /// `1.5`, `1e3`, `real(…)`, `double(nan)`.
    Real(Option<f64>),
    /// `decimal(…)`, digits as written.
    Decimal(Option<String>),
    /// Text, adjacent pieces joined.
    String(StringLiteral),
    /// `datetime(…)` in ticks since 0001-01-01.
    Datetime(Option<i64>),
    /// `1d`, `timespan(…)` in ticks.
    Timespan(Option<i64>),
    /// `guid(…)` in canonical text.
    Guid(Option<String>),
    /// `dynamic(…)`.
    Dynamic(Dynamic),
}

/// The text of a string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringLiteral {
    /// The value: escapes resolved, adjacent literals joined.
    pub value: String,
    /// Whether an `h` or `H` in front asks to keep it out of logs.
    pub hidden: bool,
}

/// Signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// Operators between two operands. The `Not…` kinds are written with `!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is its KQL spelling
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    EqualCi,
    NotEqualCi,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    MatchesRegex,
    Like,
    NotLike,
    LikeCs,
    NotLikeCs,
    /// `column : text` of `search`.
    Colon,
}

/// `in` and its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each is its KQL spelling
pub enum InOp {
    In,
    NotIn,
    InCi,
    NotInCi,
    HasAny,
    HasAll,
}
