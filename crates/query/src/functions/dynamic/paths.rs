//! JSON paths: `$.a.b[0]['c d']`, without wildcards and filters.

use weir_value::dynamic::View;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To a property.
    Key(String),
    /// To an element, a negative place counted from the end.
    Place(i64),
}

/// Steps that a path may have.
const STEPS_MAX: usize = 100;

/// The steps of a path; nothing where it is none, has more to it than keys and places, or is too long.
pub(crate) fn parse(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if steps.len() == STEPS_MAX {
            return None;
        }
        if let Some(behind) = rest.strip_prefix('.') {
            let end = behind.find(['.', '[']).unwrap_or(behind.len());
            let (key, tail) = behind.split_at(end);
            if key.is_empty() || key == "*" {
                return None;
            }
            steps.push(Step::Key(key.to_owned()));
            rest = tail;
        } else {
            let inside = rest.strip_prefix('[')?;
            let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'));
            let (step, tail) = match quote {
                Some(quote) => {
                    let (key, tail) = inside.get(1..)?.split_once(quote)?;
                    (Step::Key(key.to_owned()), tail.strip_prefix(']')?)
                }
                None => {
                    let (place, tail) = inside.split_once(']')?;
                    (Step::Place(place.trim().parse().ok()?), tail)
                }
            };
            steps.push(step);
            rest = tail;
        }
    }
    Some(steps)
}

/// What a path leads to.
pub(crate) fn follow<'v>(value: View<'v>, steps: &[Step]) -> Option<View<'v>> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.property(key),
        Step::Place(place) => value.item(*place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_keys_and_places() {
        let key = |text: &str| Step::Key(text.to_owned());
        assert_eq!(parse("$"), Some(vec![]));
        assert_eq!(
            parse("$.a.b[0]['c d'][\"e.f\"][-1]"),
            Some(vec![key("a"), key("b"), Step::Place(0), key("c d"), key("e.f"), Step::Place(-1),])
        );
        for wrong in ["", "a.b", "$..a", "$.a[*]", "$.*", "$[?(@.a)]", "$.a[", "$['a]"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
