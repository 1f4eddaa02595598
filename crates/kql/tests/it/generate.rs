//! Random trees of the shapes that the parser gives.

use weir_kql::ast::*;
use weir_value::{Dynamic, KustoType, timespan};

/// Makes trees from a seed; the size bounds how much is nested.
pub struct Generator {
    state: u64,
    budget: usize,
}

fn at(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn plain(text: &str) -> Name {
    Name { text: text.to_owned(), span: Span::default() }
}

/// Tight enough operands for an operator, from loose to tight.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    Or,
    And,
    Equality,
    Order,
    Sum,
    Product,
    Text,
    Sign,
    Postfix,
}

impl Generator {
    pub fn new(seed: u64, size: usize) -> Self {
        Generator { state: seed, budget: size }
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(2).then(|| make(self))
    }

    fn some<T>(&mut self, least: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(3);
        (0..count).map(|_| make(self)).collect()
    }

    /// Whether more may be nested. Each yes uses up some of the size.
    fn nests(&mut self) -> bool {
        let left = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        left
    }

    pub fn query(&mut self) -> Query {
        let mut statements = self.some(0, Self::leading_statement);
        statements.extend(self.some(1, |g| g.pipeline_statement()));
        Query { statements }
    }

    fn statement(kind: StatementKind) -> Statement {
        Statement { kind, span: Span::default() }
    }

    fn pipeline_statement(&mut self) -> Statement {
        Self::statement(StatementKind::Expression(self.pipeline()))
    }

    fn leading_statement(&mut self) -> Statement {
        Self::statement(match self.below(8) {
            0 => {
                StatementKind::Set { option: plain("notruncation"), value: self.maybe(Self::property_value) }
            }
            1 => StatementKind::QueryParameters(self.some(1, |g| g.scalar_parameter())),
            2 => {
                let text = "alias database d = cluster(\"c\").database(\"e\")".to_owned();
                StatementKind::Unsupported { name: plain("alias database"), text }
            }
            3 | 4 => {
                StatementKind::Let { name: self.variable(), value: at(ExprKind::Function(self.function())) }
            }
            _ => return self.let_statement(),
        })
    }

    fn let_statement(&mut self) -> Statement {
        Self::statement(StatementKind::Let { name: self.variable(), value: self.pipeline() })
    }

    fn function(&mut self) -> Function {
        let mut parameters = Vec::new();
        if self.chance(3) {
            let columns = self.some(0, Self::column);
            let open = self.chance(2);
            let kind = ParameterType::Table { columns, open };
            parameters.push(Parameter { name: plain("T"), kind, default: None });
        }
        parameters.extend(self.some(0, Self::scalar_parameter));
        let mut body = if self.chance(3) { self.some(0, Self::let_statement) } else { Vec::new() };
        body.push(self.pipeline_statement());
        Function { view: self.chance(4), parameters, body }
    }

    fn scalar_parameter(&mut self) -> Parameter {
        let default = self.maybe(Self::signed_literal);
        Parameter { name: self.declared(), kind: ParameterType::Scalar(self.kusto_type()), default }
    }

    fn kusto_type(&mut self) -> KustoType {
        self.pick(&KustoType::ALL)
    }

    fn column(&mut self) -> ColumnDeclaration {
        ColumnDeclaration { name: self.declared(), kind: self.kusto_type() }
    }

    fn variable(&mut self) -> Name {
        plain(self.pick(&["a", "Recent", "count", "view", "_x", "odd name", "first", "title", "it's", "$v"]))
    }

    fn declared(&mut self) -> Name {
        plain(self.pick(&[
            "a",
            "Total",
            "title",
            "by",
            "kind",
            "first",
            "long",
            "the port",
            "1a",
            "é",
            "say \"x\"",
        ]))
    }

    fn reference(&mut self) -> Name {
        plain(self.pick(&[
            "a", "Ip", "count", "kind", "title", "project", "and", "true", "the port", "$left", "b\\c",
        ]))
    }

    fn function_name(&mut self) -> Name {
        plain(self.pick(&["f", "count", "iff", "strcat", "not", "range", "bin", "f x"]))
    }

    pub fn pipeline(&mut self) -> Expr {
        let source = self.source();
        let operators = if self.nests() { self.some(0, Self::step) } else { Vec::new() };
        if operators.is_empty() {
            return source;
        }
        at(ExprKind::Pipe { source: Box::new(source), operators })
    }

    fn source(&mut self) -> Expr {
        let operator = |kind| at(ExprKind::Source(Box::new(Operator { kind, span: Span::default() })));
        match self.below(9) {
            0 => operator(OperatorKind::Print { items: self.some(1, Self::named) }),
            1 => {
                let name = self.variable();
                let (from, to, step) = (self.expr(), self.expr(), self.expr());
                operator(OperatorKind::Range { name, from, to, step })
            }
            2 => operator(self.union()),
            3 => operator(self.search()),
            4 => operator(self.find()),
            5 => {
                let columns = self.some(1, Self::column);
                let values = self.some(0, Self::signed_literal);
                at(ExprKind::Datatable { columns, values })
            }
            6 => {
                let columns = self.some(1, Self::column);
                let uris = vec![at(ExprKind::Literal(self.string()))];
                let properties = self.listed_properties();
                at(ExprKind::ExternalData { columns, uris, properties })
            }
            7 => self.expr(),
            _ => at(ExprKind::Name(self.variable())),
        }
    }

    fn step(&mut self) -> Operator {
        Operator { kind: self.operator(), span: Span::default() }
    }

    fn operator(&mut self) -> OperatorKind {
        match self.below(42) {
            0 => OperatorKind::As { properties: self.hints(), name: self.variable() },
            1 => OperatorKind::AssertSchema { columns: self.some(1, Self::column) },
            2 => OperatorKind::Consume { properties: self.hints() },
            3 => OperatorKind::Count { name: self.maybe(Self::variable) },
            4 => OperatorKind::Distinct { properties: self.hints(), items: self.distinct_items() },
            5 => {
                let schema = self.maybe(Self::output_schema);
                OperatorKind::Evaluate { properties: self.hints(), call: self.call(), schema }
            }
            6 => OperatorKind::Extend { items: self.some(1, Self::named) },
            7 => {
                OperatorKind::Facet { columns: self.some(1, Self::expr), with: self.maybe(Self::steps_only) }
            }
            8 => OperatorKind::Fork { prongs: self.some(1, |g| (g.maybe(Self::declared), g.steps_only())) },
            9 => OperatorKind::GetSchema,
            10 => OperatorKind::Invoke { call: self.call() },
            11 => OperatorKind::Join(self.join()),
            12 => OperatorKind::Lookup(self.join()),
            13 => OperatorKind::MakeSeries(self.make_series()),
            14 => OperatorKind::MvApply(MvApply {
                properties: self.properties_of(&["with_itemindex"]),
                items: self.some(1, Self::expanded),
                limit: self.maybe(Self::expr),
                id: self.maybe(Self::expr),
                subquery: self.subquery_with_lets(),
            }),
            15 => OperatorKind::MvExpand(MvExpand {
                properties: self.properties_of(&["kind", "bagexpansion", "with_itemindex"]),
                items: self.some(1, Self::expanded),
                limit: self.maybe(Self::expr),
            }),
            16 => OperatorKind::Parse(self.parse()),
            17 => {
                let keys = self.some(1, Self::column);
                OperatorKind::ParseKv { source: self.expr(), keys, properties: self.listed_properties() }
            }
            18 => OperatorKind::Partition(self.partition()),
            19 => OperatorKind::Project { items: self.some(0, Self::named) },
            20 => OperatorKind::ProjectAway { patterns: self.some(0, Self::pattern) },
            21 => OperatorKind::ProjectByNames { items: self.some(1, Self::expr) },
            22 => OperatorKind::ProjectKeep { patterns: self.some(1, Self::pattern) },
            23 => OperatorKind::ProjectRename { items: self.some(0, Self::named) },
            24 => OperatorKind::ProjectReorder {
                items: self.some(1, |g| (g.pattern(), g.maybe(Self::reorder))),
            },
            25 => {
                let with = self.listed_properties();
                OperatorKind::Reduce { properties: self.hints(), by: self.expr(), with }
            }
            26 => {
                OperatorKind::Render { chart: Some(plain("timechart")), properties: self.chart_properties() }
            }
            27 => OperatorKind::Sample { count: self.expr() },
            28 => OperatorKind::SampleDistinct { count: self.expr(), of: self.expr() },
            29 => OperatorKind::Scan(self.scan()),
            30 => self.search(),
            31 => OperatorKind::Serialize { items: self.some(0, Self::named) },
            32 => OperatorKind::Sort { properties: self.hints(), keys: self.some(1, Self::sort_key) },
            33 => {
                let aggregates = self.some(0, Self::named);
                let by = self.some(0, Self::named);
                OperatorKind::Summarize(Summarize { properties: self.hints(), aggregates, by })
            }
            34 => OperatorKind::Take { properties: self.hints(), count: self.expr() },
            35 => {
                let keys = vec![self.sort_key()];
                OperatorKind::Top { properties: self.hints(), count: self.expr(), keys }
            }
            36 => {
                OperatorKind::TopHitters { count: self.expr(), of: self.expr(), by: self.maybe(Self::expr) }
            }
            37 => OperatorKind::TopNested { clauses: self.some(1, Self::top_nested_clause) },
            38 => self.union(),
            39 => OperatorKind::Unsupported {
                name: plain("make-graph"),
                text: "make-graph a --> b with (T | take 1) on n".to_owned(),
            },
            _ => OperatorKind::Where { properties: self.hints(), predicate: self.expr() },
        }
    }

    fn distinct_items(&mut self) -> Vec<NamedExpr> {
        if self.chance(3) {
            return vec![NamedExpr { names: Vec::new(), value: at(ExprKind::Star) }];
        }
        self.some(1, Self::named)
    }

    fn output_schema(&mut self) -> OutputSchema {
        let star = self.pick(&[None, Some(StarPlace::First), Some(StarPlace::Last)]);
        OutputSchema { columns: self.some(1, Self::column), star }
    }

    fn property(&mut self, name: &str) -> Property {
        Property { name: plain(name), value: self.property_value() }
    }

    fn properties_of(&mut self, names: &[&str]) -> Vec<Property> {
        names.iter().filter_map(|name| self.maybe(|g| g.property(name))).collect()
    }

    fn hints(&mut self) -> Vec<Property> {
        if self.chance(4) { self.properties_of(&["hint.strategy", "hint.shufflekey"]) } else { Vec::new() }
    }

    fn listed_properties(&mut self) -> Vec<Property> {
        let names = ["format", "quote"];
        names
            .iter()
            .filter_map(|name| self.maybe(|g| Property { name: plain(name), value: g.signed_literal() }))
            .collect()
    }

    fn chart_properties(&mut self) -> Vec<Property> {
        let mut properties = self.properties_of(&["title", "kind"]);
        let columns =
            self.some(0, |g| Property { name: plain("ycolumns"), value: at(ExprKind::Name(g.variable())) });
        properties.extend(columns);
        properties
    }

    fn property_value(&mut self) -> Expr {
        if self.chance(2) {
            return at(ExprKind::Name(plain(self.pick(&["inner", "shuffle", "none", "the key", "project"]))));
        }
        // No text: it would join one that the operator begins with.
        let literals = [Literal::Bool(Some(true)), Literal::Long(Some(8)), Literal::Timespan(Some(10))];
        at(ExprKind::Literal(self.pick(&literals)))
    }

    fn pattern(&mut self) -> ColumnPattern {
        if self.chance(2) {
            return ColumnPattern::Wildcard(plain(self.pick(&["*", "Src*", "*_s", "a*b*c", "x1*"])));
        }
        ColumnPattern::Name(self.reference())
    }

    fn reorder(&mut self) -> ReorderOrder {
        self.pick(&[
            ReorderOrder::Ascending,
            ReorderOrder::Descending,
            ReorderOrder::GrannyAscending,
            ReorderOrder::GrannyDescending,
        ])
    }

    fn direction(&mut self) -> Option<Direction> {
        self.pick(&[None, Some(Direction::Ascending), Some(Direction::Descending)])
    }

    fn sort_key(&mut self) -> SortKey {
        let nulls = self.pick(&[None, Some(Nulls::First), Some(Nulls::Last)]);
        SortKey { value: self.named(), direction: self.direction(), nulls }
    }

    fn top_nested_clause(&mut self) -> TopNestedClause {
        TopNestedClause {
            count: self.maybe(Self::expr),
            of: self.named(),
            others: self.maybe(Self::expr),
            by: self.named(),
            direction: self.direction(),
        }
    }

    fn expanded(&mut self) -> MvExpandItem {
        MvExpandItem { value: self.named(), kind: self.maybe(Self::kusto_type) }
    }

    fn parse(&mut self) -> Parse {
        let mut pattern = vec![ParsePart::Star(Span::default())];
        for _ in 0..1 + self.below(4) {
            // Two texts side by side would be one.
            pattern.push(ParsePart::Text(at(ExprKind::Literal(self.string()))));
            let kind = self.maybe(Self::kusto_type);
            pattern.push(ParsePart::Column { name: self.declared(), kind });
        }
        let properties = self.properties_of(&["kind", "flags"]);
        Parse { filter: self.chance(2), properties, source: self.expr(), pattern }
    }

    fn partition(&mut self) -> Partition {
        let mut by = at(ExprKind::Name(self.reference()));
        if self.chance(3) {
            by = at(ExprKind::Member { base: Box::new(by), member: self.reference() });
        }
        let mut subquery = self.subquery_with_lets();
        subquery.source = self.maybe(Self::source);
        Partition { properties: self.hints(), by, subquery }
    }

    fn steps_only(&mut self) -> Subquery {
        let operators = self.some(1, Self::step);
        Subquery { statements: Vec::new(), source: None, operators, span: Span::default() }
    }

    fn subquery_with_lets(&mut self) -> Subquery {
        let statements = if self.chance(3) { vec![self.let_statement()] } else { Vec::new() };
        Subquery { statements, ..self.steps_only() }
    }

    fn scan(&mut self) -> Scan {
        Scan {
            properties: self.properties_of(&["with_match_id"]),
            partition_by: self.some(0, Self::expr),
            order_by: self.some(0, Self::sort_key),
            declare: self.some(0, Self::scalar_parameter),
            steps: self.some(1, |g| ScanStep {
                name: g.declared(),
                optional: g.chance(3),
                output: g.maybe(|g| plain(g.pick(&["all", "last", "none"]))),
                condition: g.expr(),
                assignments: g.some(0, |g| NamedExpr { names: vec![g.declared()], value: g.expr() }),
            }),
        }
    }

    fn make_series(&mut self) -> MakeSeries {
        let in_range = self.chance(3);
        let names = self.maybe(Self::declared).into_iter().collect();
        let on = NamedExpr { names, value: self.expr_at(Level::Order) };
        MakeSeries {
            properties: self.properties_of(&["kind"]),
            aggregates: self
                .some(1, |g| MakeSeriesAggregate { value: g.named(), default: g.maybe(Self::expr) }),
            on,
            from: if in_range { Some(self.expr()) } else { self.maybe(Self::expr) },
            to: if in_range { Some(self.expr()) } else { self.maybe(Self::expr) },
            step: Some(self.expr()),
            in_range,
            by: self.some(0, Self::named),
        }
    }

    fn join(&mut self) -> Join {
        let on = self.some(1, |g| {
            if g.chance(2) {
                return at(ExprKind::Name(g.reference()));
            }
            let side = |side: &str, member| {
                let base = Box::new(at(ExprKind::Name(plain(side))));
                Box::new(at(ExprKind::Member { base, member }))
            };
            let (left, right) = (g.reference(), g.reference());
            at(ExprKind::Binary {
                op: BinaryOp::Equal,
                op_span: Span::default(),
                left: side("$left", left),
                right: side("$right", right),
            })
        });
        Join { properties: self.properties_of(&["kind", "hint.strategy"]), right: Box::new(self.table()), on }
    }

    fn table(&mut self) -> Expr {
        match self.below(4) {
            0 => at(ExprKind::Paren(Box::new(self.pipeline()))),
            1 => at(ExprKind::Call(self.call())),
            2 => {
                let database = at(ExprKind::Call(Call { name: plain("database"), arguments: Vec::new() }));
                at(ExprKind::Member { base: Box::new(database), member: self.reference() })
            }
            _ => at(ExprKind::Name(self.variable())),
        }
    }

    fn union_operand(&mut self) -> UnionOperand {
        match self.below(4) {
            0 => UnionOperand::Wildcard(plain(self.pick(&["Flow*", "*_CL", "*"]))),
            1 => {
                let base = at(ExprKind::Call(Call { name: plain("database"), arguments: Vec::new() }));
                UnionOperand::QualifiedWildcard { base, pattern: plain("Flow*") }
            }
            _ => UnionOperand::Table(self.table()),
        }
    }

    fn union(&mut self) -> OperatorKind {
        let properties = self.properties_of(&["kind", "withsource", "isfuzzy"]);
        OperatorKind::Union(Union { properties, operands: self.some(1, Self::union_operand) })
    }

    fn search(&mut self) -> OperatorKind {
        let tables = if self.chance(2) { self.some(1, Self::union_operand) } else { Vec::new() };
        let predicate = at(ExprKind::Binary {
            op: BinaryOp::Colon,
            op_span: Span::default(),
            left: Box::new(at(ExprKind::Name(plain("Ip")))),
            right: Box::new(at(ExprKind::Literal(self.string()))),
        });
        OperatorKind::Search(Search { properties: self.properties_of(&["kind"]), tables, predicate })
    }

    fn find(&mut self) -> OperatorKind {
        let tables = if self.chance(2) { self.some(1, Self::union_operand) } else { Vec::new() };
        let project = self.some(0, |g| {
            if g.chance(4) {
                return FindColumn::PackAll(Span::default());
            }
            FindColumn::Column { name: g.reference(), kind: g.maybe(Self::kusto_type) }
        });
        let properties = self.properties_of(&["withsource"]);
        OperatorKind::Find(Find { properties, tables, predicate: self.expr(), project })
    }

    fn named(&mut self) -> NamedExpr {
        let names = match self.below(6) {
            0 => (0..2 + self.below(2)).map(|_| self.declared()).collect(),
            1 | 2 => vec![self.declared()],
            _ => Vec::new(),
        };
        NamedExpr { names, value: self.expr() }
    }

    fn call(&mut self) -> Call {
        Call { name: self.function_name(), arguments: self.some(0, Self::argument) }
    }

    fn argument(&mut self) -> NamedExpr {
        if self.chance(8) {
            return NamedExpr { names: Vec::new(), value: at(ExprKind::Star) };
        }
        self.named()
    }

    fn expr(&mut self) -> Expr {
        self.expr_at(Level::Or)
    }

    /// An expression whose operators bind at least as tightly as `least`.
    fn expr_at(&mut self, least: Level) -> Expr {
        if !self.nests() {
            return self.leaf();
        }
        let levels = [
            Level::Or,
            Level::And,
            Level::Equality,
            Level::Order,
            Level::Sum,
            Level::Product,
            Level::Text,
            Level::Sign,
            Level::Postfix,
        ];
        let level = self.pick(&levels);
        if level < least || self.chance(3) {
            return self.postfix();
        }
        use BinaryOp::*;
        match level {
            Level::Or => self.chain(&[Or], Level::And),
            Level::And => self.chain(&[And], Level::Equality),
            Level::Equality => self.equality(),
            Level::Order => self.pair(&[Less, LessEqual, Greater, GreaterEqual], Level::Sum),
            Level::Sum => self.chain(&[Add, Subtract], Level::Product),
            Level::Product => self.chain(&[Multiply, Divide, Modulo], Level::Text),
            Level::Text => self.pair(
                &[
                    Has,
                    NotHas,
                    ContainsCs,
                    NotStartsWithCs,
                    EndsWith,
                    MatchesRegex,
                    Like,
                    NotLikeCs,
                    EqualCi,
                    Colon,
                ],
                Level::Sign,
            ),
            Level::Sign => {
                let op = self.pick(&[UnaryOp::Minus, UnaryOp::Plus]);
                at(ExprKind::Unary { op, operand: Box::new(self.postfix()) })
            }
            Level::Postfix => self.postfix(),
        }
    }

    fn chain(&mut self, ops: &[BinaryOp], level: Level) -> Expr {
        let mut left = self.expr_at(level);
        for _ in 0..1 + self.below(4) {
            let op = self.pick(ops);
            left = self.binary(op, left, level);
        }
        left
    }

    fn pair(&mut self, ops: &[BinaryOp], level: Level) -> Expr {
        let left = self.expr_at(level);
        let op = self.pick(ops);
        self.binary(op, left, level)
    }

    fn binary(&mut self, op: BinaryOp, left: Expr, level: Level) -> Expr {
        let right = Box::new(self.expr_at(level));
        at(ExprKind::Binary { op, op_span: Span::default(), left: Box::new(left), right })
    }

    fn equality(&mut self) -> Expr {
        match self.below(4) {
            0 => {
                let value = Box::new(self.expr_at(Level::Order));
                let (low, high) = (Box::new(self.expr()), Box::new(self.expr()));
                at(ExprKind::Between { negated: self.chance(2), value, low, high })
            }
            1 => {
                let op = self.pick(&[
                    InOp::In,
                    InOp::NotIn,
                    InOp::InCi,
                    InOp::NotInCi,
                    InOp::HasAny,
                    InOp::HasAll,
                ]);
                let value = Box::new(self.expr_at(Level::Order));
                let list = if self.chance(4) { vec![self.pipeline()] } else { self.some(1, Self::expr) };
                at(ExprKind::In { op, value, list })
            }
            _ => self.pair(&[BinaryOp::Equal, BinaryOp::NotEqual], Level::Order),
        }
    }

    fn postfix(&mut self) -> Expr {
        if !self.nests() {
            return self.leaf();
        }
        match self.below(8) {
            0 => at(ExprKind::Paren(Box::new(self.pipeline()))),
            1 | 2 => at(ExprKind::Call(self.call())),
            3 => at(ExprKind::Member { base: Box::new(self.base()), member: self.reference() }),
            4 => at(ExprKind::Index { base: Box::new(self.base()), index: Box::new(self.expr()) }),
            5 => at(ExprKind::MemberCall { base: Box::new(self.base()), call: self.call() }),
            6 => {
                let argument = NamedExpr { names: Vec::new(), value: self.pipeline() };
                let name = plain(self.pick(&["toscalar", "materialize"]));
                at(ExprKind::Call(Call { name, arguments: vec![argument] }))
            }
            _ => self.leaf(),
        }
    }

    /// What a member may be taken of without brackets.
    fn base(&mut self) -> Expr {
        match self.below(3) {
            0 => at(ExprKind::Name(plain("a"))),
            1 => at(ExprKind::Call(self.call())),
            _ => at(ExprKind::Paren(Box::new(self.expr()))),
        }
    }

    fn leaf(&mut self) -> Expr {
        at(match self.below(6) {
            0 | 1 => ExprKind::Literal(self.literal()),
            2 => ExprKind::TypeOf(self.kusto_type()),
            3 => ExprKind::TypeOfTable(OutputSchema {
                columns: vec![self.column()],
                star: Some(StarPlace::First),
            }),
            _ => ExprKind::Name(self.reference()),
        })
    }

    fn signed_literal(&mut self) -> Expr {
        let literal = self.literal();
        if self.chance(4) {
            let operand = Box::new(at(ExprKind::Literal(literal)));
            return at(ExprKind::Unary { op: UnaryOp::Minus, operand });
        }
        at(ExprKind::Literal(literal))
    }

    fn string(&mut self) -> Literal {
        let texts = [
            "",
            "web",
            "it's",
            "say \"x\"",
            "C:\\x",
            "a\tb\nc\r",
            "both ' and \"",
            "“q” ‘r’",
            "\\d+'\"",
            "\u{0}é😀",
        ];
        Literal::String(StringLiteral { value: self.pick(&texts).to_owned(), hidden: self.chance(5) })
    }

    fn ticks(&mut self) -> i64 {
        let unit = self.pick(&[
            1,
            10,
            timespan::TICKS_PER_SECOND,
            timespan::TICKS_PER_HOUR,
            timespan::TICKS_PER_DAY,
        ]);
        unit * self.below(400) as i64
    }

    fn real(&mut self) -> f64 {
        self.pick(&[
            0.0,
            1.5,
            1e300,
            1e-300,
            123_456_789.123,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -2.5,
        ])
    }

    fn literal(&mut self) -> Literal {
        match self.below(13) {
            0 => Literal::Bool(self.pick(&[None, Some(true), Some(false)])),
            1 => Literal::Int(self.pick(&[None, Some(0), Some(i32::MIN), Some(i32::MAX)])),
            2 | 3 => Literal::Long(self.pick(&[
                None,
                Some(0),
                Some(-7),
                Some(443),
                Some(i64::MIN),
                Some(i64::MAX),
            ])),
            4 => Literal::Real(Some(self.real())),
            5 => Literal::Decimal(self.pick(&[None, Some("1.50".to_owned()), Some("-3e5".to_owned())])),
            6 => Literal::Datetime(self.maybe(|g| 638_000_000_000_000_000 + g.ticks())),
            7 => Literal::Timespan(self.maybe(|g| if g.chance(3) { -g.ticks() } else { g.ticks() })),
            8 => Literal::Guid(self.pick(&[None, Some("12345678-1234-1234-1234-1234567890ab".to_owned())])),
            9 | 10 => Literal::Dynamic(self.dynamic(3)),
            _ => self.string(),
        }
    }

    fn dynamic(&mut self, depth: usize) -> Dynamic {
        let texts = ["", "a", "q\"r", "\\", "line\nbreak", "é"];
        match self.below(if depth == 0 { 8 } else { 10 }) {
            0 => Dynamic::Null,
            1 => Dynamic::Bool(self.chance(2)),
            2 => Dynamic::Long(self.pick(&[0, 5, -5, i64::MIN, i64::MAX])),
            3 => Dynamic::Real(self.real()),
            4 => Dynamic::Datetime(638_000_000_000_000_000 + self.ticks()),
            5 => Dynamic::Timespan(self.ticks() - self.ticks()),
            6 => Dynamic::Guid("12345678-1234-1234-1234-1234567890ab".to_owned()),
            7 => Dynamic::String(self.pick(&texts).to_owned()),
            8 => Dynamic::Array(self.some(0, |g| g.dynamic(depth - 1))),
            _ => Dynamic::Bag(self.some(0, |g| (g.pick(&texts).to_owned(), g.dynamic(depth - 1)))),
        }
    }
}
