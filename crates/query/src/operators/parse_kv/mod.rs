//! `parse-kv text as (key: type, …) with (…)`: the values of keys out of text.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-kv-operator>

mod pairs;
mod run;

use datafusion::logical_expr::Expr as PlanExpr;
use weir_kql::Diagnostic;
use weir_kql::ast::{ColumnDeclaration, Expr, ExprKind, Literal, Property, Span};
use weir_value::{Dynamic, KustoType};

use super::parse::{capture, from_text, hold, with_columns};
use crate::bind::{Binder, Env, Scope};
use crate::functions::text_match::compile;
use crate::physical::literal;
use crate::typed::{Relation, Typed};

pub(crate) fn bind(
    binder: &mut Binder<'_>,
    input: Relation,
    source: &Expr,
    keys: &[ColumnDeclaration],
    properties: &[Property],
    span: Span,
    env: &Env,
) -> Relation {
    let typed = binder.scalar(source, Scope::of(env, &input));
    let text = binder.converted(typed, KustoType::String);
    let options = options(binder, properties, env);
    let mut names: Vec<&str> = Vec::new();
    for key in keys {
        if names.contains(&key.name.text.as_str()) {
            binder.error(None, key.name.span, format!("there are two keys '{}'", key.name.text));
        }
        // `true: bool` names nothing: the word is a value wherever it is read again.
        if matches!(binder.source(key.name.span), "true" | "false" | "null") {
            binder.error(None, key.name.span, format!("'{}' is a value, no name", key.name.text));
        }
        names.push(&key.name.text);
    }
    let Some(options) = options.filter(|_| !text.poisoned && !input.open) else {
        let poison =
            |key: &ColumnDeclaration| (key.name.text.clone(), Typed { kind: key.kind, ..Typed::poison() });
        return with_columns(binder, input, keys.iter().map(poison).collect(), span);
    };
    let wanted = names.iter().map(|name| Dynamic::String((*name).to_owned())).collect();
    let found = format!("parse {}", input.columns.len());
    let held = hold(binder, input, &found, options.call(text.expr, wanted), span);
    let values = keys
        .iter()
        .enumerate()
        .map(|(place, key)| {
            (key.name.text.clone(), from_text(binder, capture(&found, place), key.kind, key.name.span))
        })
        .collect();
    let output = with_columns(binder, held, values, span);
    let keep = output.columns.iter().filter(|column| column.name != found).cloned().collect();
    super::project::keep(binder, output, keep, span)
}

/// How pairs are found.
enum Options {
    /// Between delimiters.
    Delimited { pair: String, key_value: String, quotes: Quotes, greedy: bool },
    /// Between characters that are neither letters nor digits.
    Plain(Quotes),
    /// By a regular expression with a group for the key and one for the value.
    Regex(String),
}

/// What may stand around keys and values.
#[derive(Default)]
struct Quotes {
    /// Opening and closing character of each pair.
    pairs: Vec<String>,
    /// Characters that take the meaning of the next one.
    escapes: Vec<String>,
}

impl Options {
    /// The values of the keys in a text, as a dynamic array.
    fn call(self, text: PlanExpr, keys: Vec<Dynamic>) -> PlanExpr {
        let constant =
            |value: Dynamic| literal(datafusion::common::ScalarValue::BinaryView(Some(value.pack())));
        let texts = |texts: Vec<String>| Dynamic::Array(texts.into_iter().map(Dynamic::String).collect());
        let keys = constant(Dynamic::Array(keys));
        match self {
            Options::Regex(regex) => run::BY_REGEX.call(vec![text, keys, Typed::text(&regex).expr]),
            Options::Plain(quotes) => {
                let options = Dynamic::Array(vec![texts(quotes.pairs), texts(quotes.escapes)]);
                run::PLAIN.call(vec![text, keys, constant(options)])
            }
            Options::Delimited { pair, key_value, quotes, greedy } => {
                let options = Dynamic::Array(vec![
                    texts(quotes.pairs),
                    texts(quotes.escapes),
                    Dynamic::String(pair),
                    Dynamic::String(key_value),
                    Dynamic::Bool(greedy),
                ]);
                run::DELIMITED.call(vec![text, keys, constant(options)])
            }
        }
    }
}

fn options(binder: &mut Binder<'_>, properties: &[Property], env: &Env) -> Option<Options> {
    let (mut pair, mut key_value, mut regex, mut greedy) = (None, None, None, false);
    let mut quotes = Quotes::default();
    let mut whole = true;
    for property in properties {
        let name = property.name.text.as_str();
        let span = property.value.span;
        if name == "greedy" {
            match &property.value.kind {
                ExprKind::Literal(Literal::Bool(Some(value))) => greedy = *value,
                _ => {
                    binder.error(None, span, "greedy is true or false");
                    whole = false;
                }
            }
            continue;
        }
        let typed = binder.scalar(&property.value, Scope::outside(env));
        let Some(text) = typed.as_text().map(str::to_owned) else {
            if !typed.poisoned {
                binder.error(None, span, format!("'{name}' is a constant string"));
            }
            whole = false;
            continue;
        };
        let length = text.chars().count();
        match name {
            "pair_delimiter" | "kv_delimiter" if text.is_empty() => {
                binder.error(None, span, "a delimiter must not be empty");
                whole = false;
            }
            "pair_delimiter" => pair = Some(text),
            "kv_delimiter" => key_value = Some(text),
            "quote" if matches!(length, 1 | 2) => quotes.pairs.push(text),
            "escape" if length == 1 => quotes.escapes.push(text),
            "quote" => {
                binder.error(None, span, "a quote is one character, or an opening and a closing one");
                whole = false;
            }
            "escape" => {
                binder.error(None, span, "an escape is one character");
                whole = false;
            }
            "regex" => match compile(&text) {
                Ok(compiled) if compiled.captures_len() == 3 => regex = Some(text),
                Ok(_) => {
                    let diagnostic =
                        Diagnostic::error(None, span, "the regular expression must have two groups");
                    binder.tell(diagnostic.with_hint("the first is the key, the second the value"));
                    whole = false;
                }
                Err(_) => {
                    binder.error(None, span, format!("'{text}' is no regular expression"));
                    whole = false;
                }
            },
            _ => {
                binder.error(None, property.name.span, format!("parse-kv has no property '{name}'"));
                whole = false;
            }
        }
    }
    let span = properties.first().zip(properties.last()).map(|(a, b)| a.name.span.to(b.value.span));
    let with_regex = regex.is_some();
    let options = match (pair, key_value, regex) {
        (None, None, Some(regex)) if quotes.pairs.is_empty() && quotes.escapes.is_empty() && !greedy => {
            Options::Regex(regex)
        }
        (Some(pair), Some(key_value), None) => Options::Delimited { pair, key_value, quotes, greedy },
        (None, None, None) if !greedy => Options::Plain(quotes),
        _ => {
            let message = match with_regex {
                true => "a regex goes with no other property",
                false => "pair_delimiter and kv_delimiter go together",
            };
            binder.error(None, span.unwrap_or_default(), message);
            return None;
        }
    };
    whole.then_some(options)
}

#[cfg(test)]
mod tests {
    use crate::testing::{answer, refused, rows};

    fn one(text: &str, parse: &str) -> String {
        rows(&format!("print s = @'{text}' | parse-kv s as {parse} | project-away s"))
    }

    #[test]
    fn values_take_their_types_and_what_is_missing_is_blank() {
        assert_eq!(
            answer(
                "print s = 'proto: tcp, port: 443, ok: true' | parse-kv s as (port:int, ok:bool, dir:string, n:long) with (pair_delimiter=',', kv_delimiter=':')"
            ),
            "s:string, port:int, ok:bool, dir:string, n:long\n\
             proto: tcp, port: 443, ok: true | 443 | true |  | null"
                .replace("true |  |", "True |  |")
        );
    }

    #[test]
    fn the_first_of_a_key_counts_and_a_value_may_hold_the_delimiter_of_keys() {
        let with = "with (pair_delimiter=';', kv_delimiter='=')";
        assert_eq!(one("a=1;a=2", &format!("(a:long) {with}")), "1");
        assert_eq!(one("a=b=c;d", &format!("(a:string, d:string) {with}")), "b=c | ");
        assert_eq!(one(" a = x y ;b=", &format!("(a:string, b:string) {with}")), "x y | ");
        assert_eq!(one("", &format!("(a:string) {with}")), "");
    }

    #[test]
    fn greedy_values_reach_up_to_the_next_key() {
        let of = |greedy: &str| {
            one(
                "name=Ann Lee city=New York",
                &format!("(name:string, city:string) with (pair_delimiter=' ', kv_delimiter='='{greedy})"),
            )
        };
        assert_eq!(of(""), "Ann | New");
        assert_eq!(of(", greedy=true"), "Ann Lee | New York");
    }

    #[test]
    fn quotes_hold_delimiters_and_escapes() {
        let with = |more: &str| format!("with (pair_delimiter=',', kv_delimiter=':'{more})");
        assert_eq!(
            one(r#"a:"x,y:z",b:2"#, &format!(r#"(a:string, b:long) {}"#, with(", quote='\"'"))),
            "x,y:z | 2"
        );
        assert_eq!(
            one(r#"a:<1,2>,"b":3"#, &format!("(a:string, b:long) {}", with(", quote='<>', quote='\"'"))),
            "1,2 | 3"
        );
        assert_eq!(
            one(
                r#"a:"say \"hi\"",b:1"#,
                &format!(r#"(a:string, b:long) {}"#, with(r#", quote='"', escape='\\'"#))
            ),
            "say \"hi\" | 1"
        );
    }

    #[test]
    fn without_delimiters_anything_but_letters_and_digits_is_one() {
        assert_eq!(one("[12:30] id=7; host => web01!", "(host:string, id:int)"), "web01 | 7");
    }

    #[test]
    fn a_regex_has_a_group_for_the_key_and_one_for_the_value() {
        assert_eq!(one("a(1)b(two)", r#"(b:string, a:long) with (regex=@"(\w)\((.*?)\)")"#), "two | 1");
    }

    #[test]
    fn properties_that_make_no_sense_are_refused() {
        let refuse = |with: &str| refused(&format!("print s = '' | parse-kv s as (a:string) with ({with})"));
        assert!(refuse("pair_delimiter=','").contains("go together"));
        assert!(refuse("regex='a'").contains("two groups"));
        assert!(refuse("regex='('").contains("no regular expression"));
        assert!(refuse("pair_delimiter='', kv_delimiter='='").contains("empty"));
        assert!(refuse("pair_delimiter=',', kv_delimiter='=', quote='abc'").contains("quote"));
        assert!(refuse("colour='red'").contains("no property"));
        assert!(refused("print s = '' | parse-kv s as (true:bool)").contains("no name"));
    }
}
