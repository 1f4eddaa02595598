#![allow(missing_docs)] // a variant is its line of KQL

use weir_value::KustoType;

use super::{Call, ColumnDeclaration, Expr, Name, NamedExpr, Parameter, Property, Span, Statement};

/// One step of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Operator {
    /// What it does.
    pub kind: OperatorKind,
    /// Where it stands, without the bar before it.
    pub span: Span,
}

/// The tabular operators. Synonyms (`filter`, `order`, `limit`, `mvexpand`) are one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum OperatorKind {
    /// `as [hint.materialized=true] name`.
    As { properties: Vec<Property>, name: Name },
    /// `assert-schema (column: type, …)`.
    AssertSchema { columns: Vec<ColumnDeclaration> },
    /// `consume`.
    Consume { properties: Vec<Property> },
    /// `count [as name]`.
    Count { name: Option<Name> },
    /// `distinct a, b` or `distinct *`.
    Distinct { properties: Vec<Property>, items: Vec<NamedExpr> },
    /// `evaluate plugin(arguments) [: (schema)]`.
    Evaluate { properties: Vec<Property>, call: Call, schema: Option<OutputSchema> },
    /// `extend a = …, b = …`.
    Extend { items: Vec<NamedExpr> },
    /// `facet by a, b [with (subquery)]`.
    Facet { columns: Vec<Expr>, with: Option<Subquery> },
    /// `find [withsource=name] [in (tables)] where predicate [project …]`.
    Find(Find),
    /// `fork name=(subquery) …`.
    Fork { prongs: Vec<(Option<Name>, Subquery)> },
    /// `getschema`.
    GetSchema,
    /// `invoke function(arguments)`.
    Invoke { call: Call },
    /// `join kind=… (right) on …`.
    Join(Join),
    /// `lookup kind=… (right) on …`.
    Lookup(Join),
    /// `make-series …`.
    MakeSeries(MakeSeries),
    /// `mv-apply … on (subquery)`.
    MvApply(MvApply),
    /// `mv-expand …`.
    MvExpand(MvExpand),
    /// `parse`, `parse-where`.
    Parse(Parse),
    /// `parse-kv source as (keys) with (…)`.
    ParseKv { source: Expr, keys: Vec<ColumnDeclaration>, properties: Vec<Property> },
    /// `partition by column (subquery)`.
    Partition(Partition),
    /// `print a, b = …`.
    Print { items: Vec<NamedExpr> },
    /// `project …`.
    Project { items: Vec<NamedExpr> },
    /// `project-away pattern, …`.
    ProjectAway { patterns: Vec<ColumnPattern> },
    /// `project-by-names …`.
    ProjectByNames { items: Vec<Expr> },
    /// `project-keep pattern, …`.
    ProjectKeep { patterns: Vec<ColumnPattern> },
    /// `project-rename new = old, …`.
    ProjectRename { items: Vec<NamedExpr> },
    /// `project-reorder pattern [asc|desc|granny-asc|granny-desc], …`.
    ProjectReorder { items: Vec<(ColumnPattern, Option<ReorderOrder>)> },
    /// `range name from … to … step …`.
    Range { name: Name, from: Expr, to: Expr, step: Expr },
    /// `reduce by column [with …]`.
    Reduce { properties: Vec<Property>, by: Expr, with: Vec<Property> },
    /// `render chart [with (properties)]`. `ycolumns = a, b` is a property for each column.
    Render { chart: Option<Name>, properties: Vec<Property> },
    /// `sample n`.
    Sample { count: Expr },
    /// `sample-distinct n of column`.
    SampleDistinct { count: Expr, of: Expr },
    /// `scan …`.
    Scan(Scan),
    /// `search …`.
    Search(Search),
    /// `serialize [a = …]`.
    Serialize { items: Vec<NamedExpr> },
    /// `sort by …`, `order by …`.
    Sort { properties: Vec<Property>, keys: Vec<SortKey> },
    /// `summarize … by …`.
    Summarize(Summarize),
    /// `take n`, `limit n`.
    Take { properties: Vec<Property>, count: Expr },
    /// `top n by …`.
    Top { properties: Vec<Property>, count: Expr, keys: Vec<SortKey> },
    /// `top-hitters n of column [by weight]`.
    TopHitters { count: Expr, of: Expr, by: Option<Expr> },
    /// `top-nested …`.
    TopNested { clauses: Vec<TopNestedClause> },
    /// `union …`.
    Union(Union),
    /// `where predicate`, `filter predicate`.
    Where { properties: Vec<Property>, predicate: Expr },
    /// An operator of the language that is read but not run (`make-graph`, `macro-expand`, …).
    Unsupported { name: Name, text: String },
    /// What was written could not be read; a diagnostic says why.
    Missing,
}

/// `(operator | operator …)`: a pipeline without a source, fed by the operator it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// Lets in front of it (`mv-apply` and `partition` allow them).
    pub statements: Vec<Statement>,
    /// A source of its own, where one is written (`partition by x { T | … }`, `toscalar`).
    pub source: Option<Expr>,
    /// The steps.
    pub operators: Vec<Operator>,
    /// Brackets included.
    pub span: Span,
}

/// `: (column: type, …, *)` behind a plugin call.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSchema {
    /// Declared columns.
    pub columns: Vec<ColumnDeclaration>,
    /// Whether `*` stands before them, behind them, or not at all.
    pub star: Option<StarPlace>,
}

/// Where `*` stands in an output schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StarPlace {
    /// Before the declared columns.
    First,
    /// Behind them.
    Last,
}

/// A column name that may hold `*` wildcards; a call of `column_names_of` and the like is an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnPattern {
    /// A plain name.
    Name(Name),
    /// A name with at least one `*`.
    Wildcard(Name),
}

/// Order of the columns that a wildcard of `project-reorder` matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReorderOrder {
    /// By name.
    Ascending,
    /// By name, backwards.
    Descending,
    /// By name, digits as numbers.
    GrannyAscending,
    /// By name, digits as numbers, backwards.
    GrannyDescending,
}

/// A key of `sort` or `top`.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// What is compared; named in `sort by x = …`.
    pub value: NamedExpr,
    /// As written; none means descending.
    pub direction: Option<Direction>,
    /// As written; none means last for descending, first for ascending.
    pub nulls: Option<Nulls>,
}

/// Direction of a sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `asc`
    Ascending,
    /// `desc`
    Descending,
}

/// Place of nulls in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// `nulls first`
    First,
    /// `nulls last`
    Last,
}

/// `summarize [properties] aggregates [by keys]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Summarize {
    /// Hints.
    pub properties: Vec<Property>,
    /// May be empty when there are keys.
    pub aggregates: Vec<NamedExpr>,
    /// May be empty.
    pub by: Vec<NamedExpr>,
}

/// `join` and `lookup`.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// `kind` and hints.
    pub properties: Vec<Property>,
    /// The other table.
    pub right: Box<Expr>,
    /// Conditions, all of which must hold: names and `$left.a == $right.b`. Those joined by `and` are taken apart,
    /// and brackets around them are taken off.
    pub on: Vec<Expr>,
}

/// `union`.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// `kind`, `withsource`, `isfuzzy` and hints.
    pub properties: Vec<Property>,
    /// The other tables.
    pub operands: Vec<UnionOperand>,
}

/// A table of a `union`, `search` or `find`.
#[derive(Debug, Clone, PartialEq)]
pub enum UnionOperand {
    /// A name or a bracketed pipeline.
    Table(Expr),
    /// A name with at least one `*`.
    Wildcard(Name),
    /// `database("d").Flow*`.
    QualifiedWildcard {
        /// The database.
        base: Expr,
        /// The name behind the dot, with at least one `*`.
        pattern: Name,
    },
}

/// `mv-expand`.
#[derive(Debug, Clone, PartialEq)]
pub struct MvExpand {
    /// `bagexpansion`, `kind`, `with_itemindex`.
    pub properties: Vec<Property>,
    /// What is expanded.
    pub items: Vec<MvExpandItem>,
    /// `limit n`.
    pub limit: Option<Expr>,
}

/// `name = array to typeof(type)`.
#[derive(Debug, Clone, PartialEq)]
pub struct MvExpandItem {
    /// The array.
    pub value: NamedExpr,
    /// The type of the elements; none means dynamic.
    pub kind: Option<KustoType>,
}

/// `mv-apply`.
#[derive(Debug, Clone, PartialEq)]
pub struct MvApply {
    /// `with_itemindex`.
    pub properties: Vec<Property>,
    /// What is expanded.
    pub items: Vec<MvExpandItem>,
    /// `limit n`.
    pub limit: Option<Expr>,
    /// `id` behind `on`, where written.
    pub id: Option<Expr>,
    /// What is done with the elements of one row.
    pub subquery: Subquery,
}

/// `parse` and `parse-where`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parse {
    /// Whether rows that do not match are dropped.
    pub filter: bool,
    /// `kind`, `flags`.
    pub properties: Vec<Property>,
    /// The text.
    pub source: Expr,
    /// The pattern, in order.
    pub pattern: Vec<ParsePart>,
}

/// An element of a `parse` pattern.
#[derive(Debug, Clone, PartialEq)]
pub enum ParsePart {
    /// `*`
    Star(Span),
    /// Literal text or, with `kind=regex`, a regular expression.
    Text(Expr),
    /// A column, with a type where one is written.
    Column {
        /// The column.
        name: Name,
        /// Its type; none means string.
        kind: Option<KustoType>,
    },
}

/// `make-series`.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeSeries {
    /// `kind` and hints.
    pub properties: Vec<Property>,
    /// Aggregates with the value of missing points.
    pub aggregates: Vec<MakeSeriesAggregate>,
    /// The axis.
    pub on: NamedExpr,
    /// First point.
    pub from: Option<Expr>,
    /// End, not included.
    pub to: Option<Expr>,
    /// Distance of points; none only in the `in range(…)` form without one.
    pub step: Option<Expr>,
    /// Whether the older `in range(from, to, step)` was written, whose end is included.
    pub in_range: bool,
    /// May be empty.
    pub by: Vec<NamedExpr>,
}

/// An aggregate of `make-series`.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeSeriesAggregate {
    /// The aggregate.
    pub value: NamedExpr,
    /// `default = …`.
    pub default: Option<Expr>,
}

/// `top-nested` of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct TopNestedClause {
    /// How many; none means all.
    pub count: Option<Expr>,
    /// What is grouped.
    pub of: NamedExpr,
    /// `with others = …`.
    pub others: Option<Expr>,
    /// What the groups are ranked by.
    pub by: NamedExpr,
    /// As written; none means descending.
    pub direction: Option<Direction>,
}

/// `partition`.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// Hints.
    pub properties: Vec<Property>,
    /// The key.
    pub by: Expr,
    /// What is done with each part.
    pub subquery: Subquery,
}

/// `scan`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// `with_match_id` and the like.
    pub properties: Vec<Property>,
    /// `partition by …`.
    pub partition_by: Vec<Expr>,
    /// `order by …`.
    pub order_by: Vec<SortKey>,
    /// `declare (name: type = default, …)`.
    pub declare: Vec<Parameter>,
    /// The steps.
    pub steps: Vec<ScanStep>,
}

/// `step name [optional] [output=…]: condition => assignments;`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanStep {
    /// Its name.
    pub name: Name,
    /// Whether `optional` was written.
    pub optional: bool,
    /// `output = all | last | none`.
    pub output: Option<Name>,
    /// When it matches.
    pub condition: Expr,
    /// What it assigns.
    pub assignments: Vec<NamedExpr>,
}

/// `search`.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// `kind` and `withsource`.
    pub properties: Vec<Property>,
    /// `in (tables)`.
    pub tables: Vec<UnionOperand>,
    /// Text, or a predicate of texts and comparisons.
    pub predicate: Expr,
}

/// `find`.
#[derive(Debug, Clone, PartialEq)]
pub struct Find {
    /// `withsource`, `datascope`.
    pub properties: Vec<Property>,
    /// `in (tables)`; empty means all.
    pub tables: Vec<UnionOperand>,
    /// `where …`.
    pub predicate: Expr,
    /// `project a, b: type, pack(*)`; empty means `project-smart`.
    pub project: Vec<FindColumn>,
}

/// A column of `find … project`.
#[derive(Debug, Clone, PartialEq)]
pub enum FindColumn {
    /// A column, with the type it is taken as.
    Column {
        /// The column.
        name: Name,
        /// Its type, where written.
        kind: Option<KustoType>,
    },
    /// `pack(*)`.
    PackAll(Span),
}
