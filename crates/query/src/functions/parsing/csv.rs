//! `parse_csv`: the fields of one record.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-csv-function>

use weir_value::KustoType::String as Text;
use weir_value::dynamic::Packer;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Str, pack1};

function!(
    pub(super) PARSE_CSV = ["parse_csv"],
    Naming::FirstArgument,
    [by_kernel(&[exactly("csv text", Text)], &FIELDS)]
);
kernel!(
    /// Of several records the first.
    FIELDS = "kql_parse_csv" -> Dynamic, |a, n| pack1::<Str>(a, n, |text, bytes| {
        Packer::new(bytes).array(|array| {
            for field in fields(text) {
                array.item(|packer| packer.string(&field));
            }
        });
    })
);

fn fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // Two quotes inside quotes are one.
            '"' if quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\r' if !quoted && characters.peek() == Some(&'\n') => break,
            '\n' if !quoted => break,
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, value};

    #[test]
    fn quotes_keep_commas_and_line_ends() {
        assert_eq!(value(r#"parse_csv('a,"b,c",,"say ""hi"""')"#), r#"["a","b,c","","say \"hi\""]"#);
        assert_eq!(value("parse_csv('\"a\\nb\",c\\r\\nd,e')"), "[\"a\\nb\",\"c\"]");
        assert_eq!(value("parse_csv('')"), r#"[""]"#);
        assert_eq!(answer("datatable(s:string)['1,2'] | project parse_csv(s)"), "s:dynamic\n[\"1\",\"2\"]");
    }
}
