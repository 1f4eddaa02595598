//! Charts as text: what they look like, and that they keep to their width.

use weir_answer::width;
use weir_chart::terminal;

use super::samples::{Values, all, answer, longs, reals, texts, times};

/// Compares with the expected text, which begins on a line of its own.
#[track_caller]
fn check(actual: &str, expected: &str) {
    assert_eq!(actual, expected.strip_prefix('\n').unwrap_or(expected));
}

#[test]
fn stacked_columns_over_days() {
    let answer = answer(
        &[
            ("App", texts(&["tcp443", "tcp443", "udp53", "udp53", "tcp22"])),
            ("TimeGenerated", times(&["2024-11-18", "2024-11-19", "2024-11-19", "2024-11-21", "2024-11-21"])),
            ("TotalBytes", longs(&[800_000, 1_200_000, 400_000, 300_000, 200_000])),
        ],
        "columnchart",
        &[("title", "Who talks")],
    );
    check(
        &terminal(&answer, 44, Some(8), false),
        r#"
Who talks
TotalBytes
2M ┤
   │
   │           ░░░░░░░░
   │           ████████
1M ┤           ████████
   │ ████████  ████████
   │ ████████  ████████            ▓▓▓▓▓▓▓▓
   │ ████████  ████████            ░░░░░░░░
 0 └────────────────────────────────────────
       11-18     11-19     11-20     11-21
                         TimeGenerated, 2024
█ tcp443   ░ udp53   ▓ tcp22
"#,
    );
    check(
        &terminal(&answer, 24, Some(4), false),
        r#"
Who talks
TotalBytes
2M ┤
   │     ░░░░
1M ┤████ ████
   │████ ████      ░░░░
 0 └────────────────────
         11-19     11-21
     TimeGenerated, 2024
█ tcp443   ░ udp53
▓ tcp22
"#,
    );
}

#[test]
fn columns_of_one_series() {
    let columns = [("App", texts(&["a", "b", "c"])), ("Flows", reals(&[1.0, -0.5, 2.0]))];
    check(
        &terminal(&answer(&columns, "columnchart", &[]), 30, Some(8), false),
        r#"
Flows
 2 ┤                 ██████
   │                 ██████
 1 ┤ ▄▄▄▄▄▄          ██████
   │ ██████          ██████
   │ ██████          ██████
 0 ┤         ██████
   │         ▔▔▔▔▔▔
-1 ┤
   └────────────────────────
        a       b       c
                         App
"#,
    );
}

#[test]
fn bars_and_slices() {
    let columns = [("Back end", texts(&["10.1.1.69", "10.1.1.70"])), ("Bytes", longs(&[3_000, 1_000]))];
    check(
        &terminal(&answer(&columns, "barchart", &[]), 40, None, false),
        r#"
Bytes
10.1.1.69 │██████████████████████████ 3k
10.1.1.70 │████████▋ 1k
"#,
    );
    check(
        &terminal(&answer(&columns, "piechart", &[]), 44, None, false),
        r#"
10.1.1.69 │█████████████████████  75.0 %  3k
10.1.1.70 │███████                25.0 %  1k
"#,
    );
}

#[test]
fn bars_of_several_series() {
    let columns =
        [("Direction", texts(&["in", "out"])), ("Sent", longs(&[8, 1])), ("Received", longs(&[2, 6]))];
    check(
        &terminal(&answer(&columns, "barchart", &[]), 40, None, false),
        r#"
in  │█████████████████████████████████ 8
    │░░░░░░░░ 2
out │████ 1
    │░░░░░░░░░░░░░░░░░░░░░░░░░ 6
█ Sent   ░ Received
"#,
    );
    check(
        &terminal(&answer(&columns, "barchart", &[("kind", "stacked")]), 40, None, false),
        r#"
in  │██████████████████████████░░░░░░ 10
out │███░░░░░░░░░░░░░░░░░░░ 7
█ Sent   ░ Received
"#,
    );
}

#[test]
fn lines_without_colour_have_characters_of_their_own() {
    let columns = [
        ("x", Values::Longs((0..9).map(Some).collect())),
        ("up", Values::Longs((0..9).map(Some).collect())),
        ("down", Values::Longs((0..9).map(|x| Some(8 - x)).collect())),
    ];
    check(
        &terminal(&answer(&columns, "linechart", &[]), 40, Some(6), false),
        r#"
10 ┤
   │oo                                **
   │  ooooooooo              *********
 5 ┤           ooooo*********
   │       *********    ooooooooo
   │*******                      ooooooo
 0 └────────────────────────────────────
    0                     5
                                       x
* up   o down
"#,
    );
    check(
        &terminal(&answer(&columns[..2], "linechart", &[]), 40, Some(4), false),
        r#"
up
10 ┤                                  ⢀⣀
   │                       ⢀⣀⡠⠤⠤⠤⠒⠒⠒⠊⠉⠁
 5 ┤           ⢀⣀⣀⣀⠤⠤⠒⠒⠒⠊⠉⠉⠁
   │⣀⣀⡠⠤⠤⠤⠒⠒⠉⠉⠉⠁
 0 └────────────────────────────────────
    0                     5
                                       x
"#,
    );
}

#[test]
fn areas_one_on_the_other() {
    let columns = [
        ("x", Values::Longs((0..9).map(Some).collect())),
        ("a", Values::Longs((0..9).map(|x| Some(4 + x % 3)).collect())),
        ("b", Values::Longs((0..9).map(Some).collect())),
    ];
    check(
        &terminal(&answer(&columns, "stackedareachart", &[]), 40, Some(6), false),
        r#"
15 ┤                                   ░
   │                             ░░░░░░░
10 ┤                 ░░░░░░░░░░░░░░░░░░░
   │     ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
 5 ┤████████████████████████████████████
   │████████████████████████████████████
 0 └────────────────────────────────────
    0                     5
                                       x
█ a   ░ b
"#,
    );
}

#[test]
fn cards_and_tables() {
    let columns = [("TotalBytes", longs(&[1_204_322_123])), ("Busiest", texts(&["10.1.1.8"]))];
    check(
        &terminal(&answer(&columns, "card", &[("title", "Today")]), 60, None, false),
        r#"
Today
TotalBytes  1.2G  (1204322123)
Busiest     10.1.1.8
"#,
    );
    check(
        &terminal(&answer(&columns, "sankey", &[]), 60, None, false),
        r#"
TotalBytes  Busiest
──────────  ────────
1204322123  10.1.1.8
1 row, 0.00 s
* sankey is not drawn; these are its rows
"#,
    );
}

#[test]
fn colours_are_those_of_the_legend() {
    let columns = [("App", texts(&["a"])), ("x", longs(&[1])), ("y", longs(&[3]))];
    let text = terminal(&answer(&columns, "columnchart", &[("kind", "stacked")]), 20, Some(4), true);
    check(
        &text.replace('\u{1b}', "␛"),
        r#"
␛[2m4 ┤␛[0m ␛[38;5;214m██████████████␛[0m
␛[2m  │␛[0m ␛[38;5;214m██████████████␛[0m
␛[2m2 ┤␛[0m ␛[38;5;214m██████████████␛[0m
␛[2m  │␛[0m ␛[38;5;32m██████████████␛[0m
␛[2m0 └─────────────────␛[0m
␛[2m           a␛[0m
␛[2m                 App␛[0m
␛[38;5;32m█␛[0m x   ␛[38;5;214m█␛[0m y
"#,
    );
}

#[test]
fn nothing_is_wider_than_asked_for_nor_moves_the_cursor() {
    for (name, answer) in all() {
        for line_width in [20, 40, 80, 200] {
            let text = terminal(&answer, line_width, None, false);
            for line in text.lines() {
                assert!(width::of(line) <= line_width, "{name} at {line_width}: {line}");
                assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
            }
        }
        let coloured = terminal(&answer, 80, None, true);
        let escapes = coloured.matches('\u{1b}').count();
        assert_eq!(escapes, coloured.matches("\u{1b}[").count(), "{name}");
        assert!(!coloured.contains("\u{1b}[2J"), "{name}");
    }
}
