//! Expressions of templates: `[concat(parameters('prefix'), '-vnet')]`.
//!
//! What needs a deployment (`reference`, `copyIndex`, `uniqueString`) is left unresolved.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::DEPTH_MAX;
use crate::read::Scope;
use crate::read::value::as_text;

/// Longest text that an expression may come to: variables that double each other grow fast.
const TEXT_MAX: usize = 1 << 20;

/// Calls in all expressions of a template: variables may name each other twice, over and over.
const CALLS_MAX: u32 = 1_000_000;

/// What expressions refer to.
pub(super) struct Scopes<'a> {
    calls: Cell<u32>,
    parameters: Option<&'a Map<String, Value>>,
    variables: Option<&'a Map<String, Value>>,
    scope: &'a Scope,
}

type Resolved = Result<Value, String>;

impl<'a> Scopes<'a> {
    pub(super) fn new(template: &'a Value, scope: &'a Scope) -> Self {
        let part = |name: &str| template.get(name).and_then(Value::as_object);
        Scopes { calls: Cell::new(0), parameters: part("parameters"), variables: part("variables"), scope }
    }

    /// A value with its expressions resolved; those that cannot be are null, and told.
    pub(super) fn resolve(&self, value: &Value, depth: usize, unresolved: &mut Vec<String>) -> Value {
        if depth > DEPTH_MAX {
            unresolved.push("values are nested too deep".to_owned());
            return Value::Null;
        }
        match value {
            Value::String(text) => self.text(text, depth).unwrap_or_else(|why| {
                unresolved.push(format!("{text}: {why}"));
                Value::Null
            }),
            Value::Array(items) => {
                items.iter().map(|item| self.resolve(item, depth + 1, unresolved)).collect()
            }
            Value::Object(map) => {
                let resolved = map.iter().map(|(k, v)| (k.clone(), self.resolve(v, depth + 1, unresolved)));
                Value::Object(resolved.collect())
            }
            other => other.clone(),
        }
    }

    /// The id of a resource of the template's scope; nothing when the name has not a segment for each of its type's.
    pub(super) fn id(&self, kind: &str, names: &str) -> Option<String> {
        let names: Vec<&str> = names.split('/').collect();
        self.id_in(&self.scope.subscription, Some(&self.scope.resource_group), kind, &names)
    }

    fn id_in(&self, subscription: &str, group: Option<&str>, kind: &str, names: &[&str]) -> Option<String> {
        let (provider, kinds) = kind.split_once('/')?;
        let kinds: Vec<&str> = kinds.split('/').collect();
        let fits = kinds.len() == names.len() && names.iter().all(|name| !name.is_empty());
        let pairs: String = kinds.iter().zip(names).map(|(kind, name)| format!("/{kind}/{name}")).collect();
        let group = group.map(|group| format!("/resourceGroups/{group}")).unwrap_or_default();
        fits.then(|| format!("/subscriptions/{subscription}{group}/providers/{provider}{pairs}"))
    }

    /// Text of a template: an expression when it is in brackets.
    fn text(&self, text: &str, depth: usize) -> Resolved {
        match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(literal) if text.starts_with("[[") => Ok(format!("{literal}]").into()),
            Some(expression) => {
                let mut cursor = Cursor { rest: expression, scopes: self, depth };
                let value = cursor.value()?;
                match cursor.rest.trim() {
                    "" => Ok(value),
                    rest => Err(format!("'{rest}' is left over")),
                }
            }
            None => Ok(text.into()),
        }
    }

    fn call(&self, name: &str, arguments: Vec<Value>, depth: usize) -> Resolved {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() > CALLS_MAX {
            return Err("the template has too many calls".to_owned());
        }
        let first = || arguments.first().cloned().unwrap_or_default();
        let word = || as_text(&first());
        match name {
            "parameters" => {
                let found = self.parameters.and_then(|all| caseless(all, &word()));
                match found.and_then(|parameter| parameter.get("defaultValue")) {
                    Some(value) => self.strictly(value, depth),
                    None => Err(format!("the parameter '{}' has no default value", word())),
                }
            }
            "variables" => match self.variables.and_then(|all| caseless(all, &word())) {
                Some(value) => self.strictly(value, depth),
                None => Err(format!("there is no variable '{}'", word())),
            },
            "concat" => match arguments.first() {
                Some(Value::Array(_)) => {
                    let lists = arguments.into_iter().filter_map(|list| match list {
                        Value::Array(items) => Some(items),
                        _ => None,
                    });
                    Ok(Value::Array(lists.flatten().collect()))
                }
                _ => limited(arguments.iter().map(as_text).collect()),
            },
            "format" => {
                let mut text = word();
                for (number, argument) in arguments.iter().skip(1).enumerate() {
                    text = text.replace(&format!("{{{number}}}"), &as_text(argument));
                    limited(text.clone())?;
                }
                Ok(text.into())
            }
            "resourceid" => self.resource_id(&arguments),
            "subscriptionresourceid" => {
                let words: Vec<String> = arguments.iter().map(as_text).collect();
                let kind = words.iter().position(|word| word.contains('/')).ok_or("it has no type")?;
                let names: Vec<&str> = words[kind + 1..].iter().map(String::as_str).collect();
                let subscription = words.first().filter(|_| kind > 0).unwrap_or(&self.scope.subscription);
                let id = self.id_in(subscription, None, &words[kind], &names);
                id.map(Value::String).ok_or_else(|| "its names do not fit its type".to_owned())
            }
            "subscription" => {
                let subscription = &self.scope.subscription;
                Ok(json!({ "subscriptionid": subscription, "id": format!("/subscriptions/{subscription}") }))
            }
            "resourcegroup" => {
                let Scope { subscription, resource_group } = self.scope;
                let id = format!("/subscriptions/{subscription}/resourceGroups/{resource_group}");
                Ok(json!({ "name": resource_group, "id": id }))
            }
            "tolower" => Ok(word().to_lowercase().into()),
            "toupper" => Ok(word().to_uppercase().into()),
            "trim" => Ok(word().trim().into()),
            "string" => match first() {
                value @ (Value::Array(_) | Value::Object(_)) => limited(value.to_string()),
                value => Ok(as_text(&value).into()),
            },
            "int" => word().parse::<i64>().map(Value::from).map_err(|_| format!("'{}' is no number", word())),
            "bool" => Ok(word().eq_ignore_ascii_case("true").into()),
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            "null" => Ok(Value::Null),
            "createarray" => Ok(Value::Array(arguments)),
            "createobject" => {
                let pairs = arguments.chunks_exact(2).map(|pair| (as_text(&pair[0]), pair[1].clone()));
                Ok(Value::Object(pairs.collect()))
            }
            "if" => Ok(arguments.get(if first() == true { 1 } else { 2 }).cloned().unwrap_or_default()),
            "equals" => Ok((arguments.first() == arguments.get(1)).into()),
            "not" => Ok((first() == false).into()),
            "and" => Ok(arguments.iter().all(|argument| *argument == true).into()),
            "or" => Ok(arguments.iter().any(|argument| *argument == true).into()),
            "empty" => Ok(match first() {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => false,
            }
            .into()),
            "first" => Ok(first().get(0).cloned().unwrap_or_default()),
            "split" => {
                let by =
                    arguments.get(1).map(as_text).filter(|by| !by.is_empty()).ok_or("it has no delimiter")?;
                Ok(word().split(by.as_str()).collect::<Vec<_>>().into())
            }
            "replace" => {
                let [_, from, to] = arguments.as_slice() else {
                    return Err("it takes three texts".to_owned());
                };
                let from =
                    Some(as_text(from)).filter(|from| !from.is_empty()).ok_or("it replaces nothing")?;
                limited(word().replace(&from, &as_text(to)))
            }
            other => Err(format!("'{other}' needs a deployment, or is not known")),
        }
    }

    /// A value that is resolved in whole or not at all.
    fn strictly(&self, value: &Value, depth: usize) -> Resolved {
        let mut unresolved = Vec::new();
        let value = self.resolve(value, depth + 1, &mut unresolved);
        unresolved.into_iter().next().map_or(Ok(value), Err)
    }

    fn resource_id(&self, arguments: &[Value]) -> Resolved {
        let words: Vec<String> = arguments.iter().map(as_text).collect();
        let kind = words.iter().position(|word| word.contains('/')).ok_or("it has no type")?;
        let (subscription, group) = match &words[..kind] {
            [] => (self.scope.subscription.as_str(), self.scope.resource_group.as_str()),
            [group] => (self.scope.subscription.as_str(), group.as_str()),
            [subscription, group, ..] => (subscription.as_str(), group.as_str()),
        };
        let names: Vec<&str> = words[kind + 1..].iter().flat_map(|name| name.split('/')).collect();
        let id = self.id_in(subscription, Some(group), &words[kind], &names);
        id.map(Value::String).ok_or_else(|| "its names do not fit its type".to_owned())
    }
}

fn caseless<'a>(all: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    all.get(name).or_else(|| all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

fn limited(text: String) -> Resolved {
    if text.len() > TEXT_MAX { Err("it comes to too long a text".to_owned()) } else { Ok(text.into()) }
}

/// Reads an expression and resolves it as it goes.
struct Cursor<'t, 's> {
    rest: &'t str,
    scopes: &'s Scopes<'s>,
    depth: usize,
}

impl Cursor<'_, '_> {
    fn value(&mut self) -> Resolved {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("it is nested too deep, or refers to itself".to_owned());
        }
        self.rest = self.rest.trim_start();
        let mut value = if let Some(rest) = self.rest.strip_prefix('\'') {
            self.rest = rest;
            self.literal()?
        } else if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let digits = self.word(|c| c.is_ascii_digit() || c == '-');
            digits.parse::<i64>().map(Value::from).map_err(|_| format!("'{digits}' is no number"))?
        } else {
            let name =
                self.word(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.')).to_ascii_lowercase();
            if !self.eat('(') {
                return Err(format!("'{name}' is no call"));
            }
            let arguments = self.arguments()?;
            self.scopes.call(&name, arguments, self.depth)?
        };
        loop {
            if self.eat('.') {
                let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
                value = match value.as_object().and_then(|map| caseless(map, name)) {
                    Some(found) => found.clone(),
                    None => return Err(format!("there is no property '{name}'")),
                };
            } else if self.eat('[') {
                let index = self.value()?;
                let found = match &index {
                    Value::Number(number) => {
                        number.as_u64().and_then(|at| value.get(usize::try_from(at).ok()?))
                    }
                    other => value.as_object().and_then(|map| caseless(map, &as_text(other))),
                };
                let found = found.cloned().ok_or_else(|| format!("there is no element {index}"))?;
                if !self.eat(']') {
                    return Err("a bracket is not closed".to_owned());
                }
                value = found;
            } else {
                self.depth -= 1;
                return Ok(value);
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Value>, String> {
        let mut arguments = Vec::new();
        while !self.eat(')') {
            if !arguments.is_empty() && !self.eat(',') {
                return Err("a call is not closed".to_owned());
            }
            if self.rest.trim().is_empty() {
                return Err("a call is not closed".to_owned());
            }
            arguments.push(self.value()?);
        }
        Ok(arguments)
    }

    /// The rest of a text in quotes, in which a quote is written twice.
    fn literal(&mut self) -> Resolved {
        let mut text = String::new();
        loop {
            let (before, behind) = self.rest.split_once('\'').ok_or("a text is not closed")?;
            text.push_str(before);
            self.rest = behind;
            match behind.strip_prefix('\'') {
                Some(more) => {
                    text.push('\'');
                    self.rest = more;
                }
                None => return Ok(text.into()),
            }
        }
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn eat(&mut self, expected: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(expected);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(expression: &str) -> Resolved {
        let template = json!({
            "parameters": { "prefix": { "defaultValue": "contoso" }, "open": {},
                "nested": { "defaultValue": "[concat(parameters('prefix'), '-x')]" } },
            "variables": { "Space": { "prefixes": ["10.0.0.0/16"] }, "me": "[variables('me')]",
                "a": "[concat(variables('b'), variables('b'))]", "b": "[concat(variables('c'), variables('c'))]",
                "c": "x" },
        });
        let scope = Scope { subscription: "s".to_owned(), resource_group: "g".to_owned() };
        Scopes::new(&template, &scope).text(expression, 0)
    }

    #[test]
    fn expressions_are_resolved() {
        for (expression, expected) in [
            ("plain", json!("plain")),
            ("[[literal]", json!("[literal]")),
            ("['it''s']", json!("it's")),
            ("[parameters('PREFIX')]", json!("contoso")),
            ("[concat(parameters('nested'), '/', toUpper('b'))]", json!("contoso-x/B")),
            ("[format('{0}-{1}-{0}', 'a', 2)]", json!("a-2-a")),
            ("[variables('space').prefixes[0]]", json!("10.0.0.0/16")),
            ("[variables('a')]", json!("xxxx")),
            (
                "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'n')]",
                json!(
                    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n"
                ),
            ),
            (
                "[resourceId('o', 'Microsoft.Network/routeTables', 'r')]",
                json!("/subscriptions/s/resourceGroups/o/providers/Microsoft.Network/routeTables/r"),
            ),
            ("[if(equals(parameters('prefix'), 'contoso'), 1, 2)]", json!(1)),
            ("[concat(createArray('a'), createArray('b'))]", json!(["a", "b"])),
            ("[ resourceGroup().name ]", json!("g")),
        ] {
            assert_eq!(resolve(expression), Ok(expected), "{expression}");
        }
    }

    /// Each variable names the next one twice.
    #[test]
    fn variables_do_not_multiply_for_ever() {
        let name = |number: u32| format!("[concat(variables('v{number}'), variables('v{number}'))]");
        let variables: Map<String, Value> = (0..40).map(|n| (format!("v{n}"), name(n + 1).into())).collect();
        let mut template = json!({ "variables": variables });
        template["variables"]["v40"] = "".into();
        let scope = Scope { subscription: "s".to_owned(), resource_group: "g".to_owned() };
        let why = Scopes::new(&template, &scope).text("[variables('v0')]", 0).unwrap_err();
        assert!(why.contains("too many") || why.contains("too deep"), "{why}");
    }

    #[test]
    fn what_cannot_be_resolved_is_told() {
        let deep = format!("[{}'x'{}]", "toLower(".repeat(500), ")".repeat(500));
        for expression in [
            "[parameters('open')]",
            "[parameters('none')]",
            "[variables('me')]",
            "[reference('x').y]",
            "[resourceGroup().location]",
            "[concat('a'",
            "[concat('a']",
            "['open]",
            "[]",
            "[variables('space')[7]]",
            "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v')]",
            "[concat('a') concat('b')]",
            &deep,
        ] {
            let text =
                if expression.ends_with(']') { expression.to_owned() } else { format!("{expression}]") };
            assert!(resolve(&text).is_err(), "{text}: {:?}", resolve(&text));
        }
    }
}
