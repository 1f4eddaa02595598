//! `parse_command_line`: the arguments of a command line.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-command-line>,
//! <https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw>

use weir_value::KustoType::{Dynamic, String as Text};
use weir_value::dynamic::Packer;

use crate::bind::Arguments;
use crate::functions::{Accepts, Naming, exactly, one, with};
use crate::kernel;
use crate::kernel::{Str, pack1};
use crate::typed::Typed;

function!(
    pub(super) PARSE_COMMAND_LINE = ["parse_command_line"],
    Naming::None,
    [with(&[one("command line", Accepts::Text), exactly("parser", Text)], parse)]
);

fn parse(a: &mut Arguments<'_, '_, '_>) -> Typed {
    let (line, parser) = (a.take(0), a.take(1));
    match parser.as_text() {
        Some(parser) if parser.eq_ignore_ascii_case("windows") => {
            a.binder.fold(Typed::new(ARGUMENTS.call(vec![line.expr]), Dynamic))
        }
        None => a.refuse(1, "not supported yet: a parser of command lines that is not constant"),
        Some(other) => a.refuse(
            1,
            format!("not supported yet: '{other}' as a parser of command lines, the only one is 'windows'"),
        ),
    }
}

kernel!(
    /// Null for a line without arguments.
    ARGUMENTS = "kql_parse_command_line" -> Dynamic, |a, n| pack1::<Str>(a, n, |line, bytes| {
        let arguments = arguments(line);
        if !arguments.is_empty() {
            Packer::new(bytes).array(|array| {
                for argument in arguments {
                    array.item(|packer| packer.string(&argument));
                }
            });
        }
    })
);

fn arguments(line: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut rest = line.chars().peekable();
    loop {
        while rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        if rest.peek().is_none() {
            return arguments;
        }
        let (mut argument, mut quoted) = (String::new(), false);
        while let Some(character) = rest.next_if(|c| quoted || !matches!(c, ' ' | '\t')) {
            match character {
                '\\' => {
                    let mut count = 1;
                    while rest.next_if_eq(&'\\').is_some() {
                        count += 1;
                    }
                    if rest.peek() == Some(&'"') {
                        // Backslashes before a quote escape each other, an odd one the quote.
                        argument.extend(std::iter::repeat_n('\\', count / 2));
                        if count % 2 == 1 {
                            rest.next();
                            argument.push('"');
                        }
                    } else {
                        argument.extend(std::iter::repeat_n('\\', count));
                    }
                }
                '"' if quoted && rest.next_if_eq(&'"').is_some() => argument.push('"'),
                '"' => quoted = !quoted,
                other => argument.push(other),
            }
        }
        arguments.push(argument);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{refused, value};

    #[test]
    fn quotes_and_backslashes_are_those_of_windows() {
        assert_eq!(arguments(r#"a.exe "b c" d"e f"g ""#), [r"a.exe", "b c", "de fg", ""]);
        assert_eq!(arguments(r#"a\\b "c\\" \"d"#), [r"a\\b", r"c\", r#""d"#]);
        assert_eq!(arguments(r#""a""b" c"#), [r#"a"b"#, "c"]);
        assert_eq!(arguments("  "), Vec::<String>::new());
    }

    #[test]
    fn there_is_one_parser() {
        assert_eq!(value("parse_command_line('dir /s', 'Windows')"), r#"["dir","/s"]"#);
        assert_eq!(value("parse_command_line('', 'windows')"), "null");
        assert!(
            refused("datatable(s:string)[] | project parse_command_line('ls', s)")
                .contains("not supported yet")
        );
        assert!(refused("print parse_command_line('ls', 'bash')").contains("not supported yet: 'bash'"));
    }
}
