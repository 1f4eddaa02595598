use super::{format, format_text};
use crate::ast::*;

fn check(text: &str, expected: &str) {
    match format_text(text) {
        Ok(tidy) => assert_eq!(tidy, expected, "{text}"),
        Err(diagnostics) => panic!("{}", crate::render(text, &diagnostics)),
    }
}

#[test]
fn a_step_has_a_line() {
    check("T|where a==1|take 5", "T\n| where a == 1\n| take 5\n");
    check("print 1", "print 1\n");
    check("", "");
}

#[test]
fn spellings_become_usual_ones() {
    check(
        "T | filter a <> 1 and b notcontains 'x' | order by c | limit 5 | mvexpand d",
        "T\n| where a != 1 and b !contains 'x'\n| sort by c\n| take 5\n| mv-expand d\n",
    );
    check("T | join kind = inner U on a", "T\n| join kind=inner U on a\n");
    check("T | render piechart title='x'", "T\n| render piechart with (title='x')\n");
}

#[test]
fn literals_stay_as_written() {
    check(
        "print 0x1F, 24h, @'a\\b', 1.50, datetime( 2026-01-01 )",
        "print 0x1F, 24h, @'a\\b', 1.50, datetime( 2026-01-01 )\n",
    );
    check("print “a”, ‘b’", "print \"a\", \"b\"\n");
    let canonical = format(&crate::parse("print 0x1F, 24h, 'a', 1.50").query);
    assert_eq!(canonical, "print 31, 1d, \"a\", 1.5\n");
}

#[test]
fn long_lists_are_wrapped() {
    check(
        "T | summarize Sum = sum(BytesSrcToDest), Least = min(BytesSrcToDest), Most = max(BytesSrcToDest) by SrcIp, DestIp",
        "T\n| summarize\n    Sum = sum(BytesSrcToDest),\n    Least = min(BytesSrcToDest),\n    Most = max(BytesSrcToDest)\n    by SrcIp, DestIp\n",
    );
    check(
        "T | where SrcIpIsInTheFirstPrefix and DestIpIsInTheSecond or SrcIpIsInTheSecondPrefix and DestIpIsInTheFirst",
        "T\n| where SrcIpIsInTheFirstPrefix and DestIpIsInTheSecond\n    or SrcIpIsInTheSecondPrefix and DestIpIsInTheFirst\n",
    );
}

#[test]
fn nested_pipelines_are_indented() {
    check("T | join (U | take 1) on a", "T\n| join (U | take 1) on a\n");
    check(
        "T | join (U | where a == 1 | project a, b | take 1) on a",
        "T\n| join (\n    U\n    | where a == 1\n    | project a, b\n    | take 1\n) on a\n",
    );
    check("let n = toscalar(T|count);print n", "let n = toscalar(T | count);\nprint n\n");
    check(
        "let U = T | where a == 1 | where b == 2 | where c == 3; U",
        "let U =\n    T\n    | where a == 1\n    | where b == 2\n    | where c == 3;\nU\n",
    );
}

#[test]
fn functions_and_tables() {
    check("let f=(x:long){x+1};print f(1)", "let f = (x:long) { x + 1 };\nprint f(1)\n");
    check(
        "let f=(x:long){let y=x+1;y};print f(1)",
        "let f = (x:long) {\n    let y = x + 1;\n    y\n};\nprint f(1)\n",
    );
    check(
        "datatable(a:long,b:string)[1,'x',2,'y',]",
        "datatable(a:long, b:string) [\n    1, 'x',\n    2, 'y'\n]\n",
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "// head\n\nlet a = 1; // one\n// next\nT // the table\n| where x == a // why\n//| where off\n| take 5 // end\n// last",
        "// head\n\nlet a = 1; // one\n// next\nT // the table\n| where x == a // why\n//| where off\n| take 5 // end\n// last\n",
    );
    check("T | where a in (1, // one\n 2) | count", "T\n| where a in (\n    1, // one\n    2\n)\n| count\n");
    check("// nothing else", "// nothing else\n");
}

#[test]
fn texts_with_errors_are_left_alone() {
    let diagnostics = format_text("T | where").expect_err("there is an error");
    assert_eq!(diagnostics.len(), 1);
}

#[test]
fn trees_of_programs_get_their_brackets() {
    let name = |text: &str| Expr {
        kind: ExprKind::Name(Name { text: text.to_owned(), span: Span::default() }),
        span: Span::default(),
    };
    let binary = |op, left, right| Expr {
        kind: ExprKind::Binary { op, op_span: Span::default(), left: Box::new(left), right: Box::new(right) },
        span: Span::default(),
    };
    let print = |expr: Expr| {
        let kind = StatementKind::Expression(expr);
        format(&Query { statements: vec![Statement { kind, span: Span::default() }] })
    };
    let sum = binary(BinaryOp::Add, name("a"), name("b c"));
    assert_eq!(print(binary(BinaryOp::Multiply, sum.clone(), name("d"))), "(a + [\"b c\"]) * d\n");
    assert_eq!(print(binary(BinaryOp::Subtract, name("d"), sum.clone())), "d - (a + [\"b c\"])\n");
    assert_eq!(print(binary(BinaryOp::Has, sum, name("d"))), "(a + [\"b c\"]) has d\n");
}
