use super::parse;
use crate::ast::*;

/// The only statement of a text, which has no errors.
fn statement(text: &str) -> StatementKind {
    let mut parsed = parse(text);
    assert!(!parsed.has_errors(), "{}", crate::render(text, &parsed.diagnostics));
    assert_eq!(parsed.query.statements.len(), 1, "{text}");
    parsed.query.statements.remove(0).kind
}

fn expression(text: &str) -> Expr {
    match statement(text) {
        StatementKind::Expression(expr) => expr,
        other => panic!("{text} is no expression: {other:?}"),
    }
}

/// The last operator of a pipeline.
fn operator(text: &str) -> OperatorKind {
    match expression(text).kind {
        ExprKind::Pipe { mut operators, .. } => operators.pop().expect("a pipeline has a step").kind,
        other => panic!("{text} is no pipeline: {other:?}"),
    }
}

/// An expression with all brackets that its tree implies.
fn bracketed(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Literal(Literal::Long(Some(value))) => value.to_string(),
        ExprKind::Literal(Literal::String(value)) => format!("'{}'", value.value),
        ExprKind::Unary { op, operand } => {
            format!("({}{})", if *op == UnaryOp::Minus { "-" } else { "+" }, bracketed(operand))
        }
        ExprKind::Binary { op, left, right, .. } => {
            format!("({} {op:?} {})", bracketed(left), bracketed(right))
        }
        ExprKind::In { op, value, list } => {
            format!(
                "({} {op:?} {})",
                bracketed(value),
                list.iter().map(bracketed).collect::<Vec<_>>().join(",")
            )
        }
        ExprKind::Between { value, low, high, .. } => {
            format!("({} between {} {})", bracketed(value), bracketed(low), bracketed(high))
        }
        ExprKind::Paren(inner) => format!("[{}]", bracketed(inner)),
        ExprKind::Member { base, member } => format!("{}.{}", bracketed(base), member.text),
        ExprKind::Index { base, index } => format!("{}[{}]", bracketed(base), bracketed(index)),
        other => panic!("not written out: {other:?}"),
    }
}

fn check(text: &str, expected: &str) {
    assert_eq!(bracketed(&expression(text)), expected, "{text}");
}

#[test]
fn operators_bind_from_loose_to_tight() {
    check("a or b and c", "(a Or (b And c))");
    check("a and b == c", "(a And (b Equal c))");
    check("a == b < c", "(a Equal (b Less c))");
    check("a < b == c", "((a Less b) Equal c)");
    check("a < b + c", "(a Less (b Add c))");
    check("a + b * c - d", "((a Add (b Multiply c)) Subtract d)");
    check("a - b - c", "((a Subtract b) Subtract c)");
    check("-a.b[0] * c", "((-a.b[0]) Multiply c)");
    check("a + 1 in (b, c) and d", "(((a Add 1) In b,c) And d)");
    check("a between (1 .. b + 2)", "(a between 1 (b Add 2))");
    check("a - -1", "(a Subtract (-1))");
}

#[test]
fn operators_on_text_bind_most_tightly() {
    check("a + b has c + d", "((a Add (b Has c)) Add d)");
    check("a == b contains c", "(a Equal (b Contains c))");
    check("a * b =~ c", "(a Multiply (b EqualCi c))");
    check("-a has 'x'", "((-a) Has 'x')");
}

#[test]
fn chains_of_logic_are_flat_or_balanced() {
    fn height(expr: &Expr) -> usize {
        match &expr.kind {
            ExprKind::Binary { left, right, .. } => 1 + height(left).max(height(right)),
            _ => 0,
        }
    }
    check("a or b or c", "((a Or b) Or c)");
    let long = vec!["a"; 5_000].join(" or ");
    assert!(height(&expression(&long)) < 45, "{}", height(&expression(&long)));
    let short = vec!["a"; 32].join(" and ");
    assert_eq!(height(&expression(&short)), 31);
}

#[test]
fn join_conditions_are_taken_apart() {
    let OperatorKind::Join(join) =
        operator("T | join kind=inner U on ($left.a == $right.b and c) and (d), e")
    else {
        panic!("no join")
    };
    let on: Vec<String> = join.on.iter().map(bracketed).collect();
    assert_eq!(on, ["($left.a Equal $right.b)", "c", "d", "e"]);
    assert_eq!(join.properties[0].name.text, "kind");
}

#[test]
fn properties_with_several_columns_are_repeated() {
    let text = "T | render timechart with (ycolumns = a, b, title = \"x\")";
    let OperatorKind::Render { properties, .. } = operator(text) else { panic!("no render") };
    let names: Vec<&str> = properties.iter().map(|property| &*property.name.text).collect();
    assert_eq!(names, ["ycolumns", "ycolumns", "title"]);
}

#[test]
fn what_is_not_looked_into_is_kept_as_text() {
    let OperatorKind::Unsupported { name, text } = operator("E | make-graph a --> b with (N | take 1) on c")
    else {
        panic!("looked into")
    };
    assert_eq!((&*name.text, &*text), ("make-graph", "make-graph a --> b with (N | take 1) on c"));
    let StatementKind::Unsupported { name, .. } = statement("restrict  access to (T, U)") else {
        panic!("looked into")
    };
    assert_eq!(name.text, "restrict access to");
}

#[test]
fn spans_cover_what_was_written() {
    let text = "  T |\n where  a == \"é\"  | project b = f( c )  ";
    let expr = expression(text);
    let slice = |span: Span| &text[span.start..span.end];
    assert_eq!(slice(expr.span), text.trim());
    let ExprKind::Pipe { source, operators } = &expr.kind else { panic!("no pipeline") };
    assert_eq!(slice(source.span), "T");
    assert_eq!(slice(operators[0].span), "where  a == \"é\"");
    let OperatorKind::Where { predicate, .. } = &operators[0].kind else { panic!("no where") };
    assert_eq!(slice(predicate.span), "a == \"é\"");
    let OperatorKind::Project { items } = &operators[1].kind else { panic!("no project") };
    assert_eq!(slice(items[0].value.span), "f( c )");
    assert_eq!(slice(items[0].names[0].span), "b");
}

#[test]
fn reading_goes_on_behind_errors() {
    let text = "let a = ;\nlet b = T | where x == | foo 1 | take 5;\nb | project (c, d) | count; print )";
    let parsed = parse(text);
    assert!(parsed.diagnostics.len() >= 5, "{}", crate::render(text, &parsed.diagnostics));
    let [first, second, third, _] = &*parsed.query.statements else {
        panic!("{:?}", parsed.query.statements)
    };
    assert!(matches!(&first.kind, StatementKind::Let { value, .. } if value.kind == ExprKind::Missing));
    let StatementKind::Let { value, .. } = &second.kind else { panic!("no let") };
    let ExprKind::Pipe { operators, .. } = &value.kind else { panic!("no pipeline") };
    assert_eq!(operators.len(), 3);
    assert_eq!(operators[1].kind, OperatorKind::Missing);
    assert!(matches!(operators[2].kind, OperatorKind::Take { .. }));
    assert!(
        matches!(&third.kind, StatementKind::Expression(Expr { kind: ExprKind::Pipe { operators, .. }, .. })
        if operators.len() == 2)
    );
}

#[test]
fn one_mistake_gives_one_error() {
    for text in [
        "T | where (a == 1 | take 5",
        "T | where a == 1) | take 5",
        "T | extend x = f(a, | take 5",
        "T\nwhere a == 1\n| take 5",
        "let f = (x:long { x }; T",
        "T | summarize count(), by a",
        "T | project a b",
        "T | where a in ('x' | take 5",
        "datatable(a:long)[1, 2 | take 5",
        "T | join kind=inner (U | where a == 1 on b",
    ] {
        let parsed = parse(text);
        let errors = parsed.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let most = if text.contains("join") { 2 } else { 1 };
        assert!((1..=most).contains(&errors), "{}", crate::render(text, &parsed.diagnostics));
    }
}

#[test]
fn names_that_are_keywords() {
    assert!(!parse("T | where type == 1 and count > 2 and kind == 3 | extend title = 4").has_errors());
    for text in ["T | where title == 1", "T | extend first = 1", "T | project date", "let by = 1; print 1"] {
        let parsed = parse(text);
        assert_eq!(parsed.diagnostics.len(), 1, "{text}");
        assert_eq!(parsed.diagnostics[0].code, Some("KS228"), "{text}");
    }
}
