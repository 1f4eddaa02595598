//! `assert`: a query that fails where something does not hold.
//!
//! Source: <https://learn.microsoft.com/kusto/query/assert-function>

use weir_value::KustoType::{Bool, String as Text};

use super::{Function, Naming, exactly, with};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&ASSERT];

function!(
    ASSERT = ["assert"],
    Naming::None,
    [with(&[exactly("condition", Bool), exactly("message", Text)], |a| {
        let (condition, message) = (a.take(0), a.take(1));
        match (condition.as_bool(), message.as_text()) {
            (Some(true), _) => Typed::bool(true),
            (Some(false), Some(message)) => a.refuse(0, format!("assertion failed: {message}")),
            // The documentation asks for constants.
            (Some(false), None) => {
                a.refuse(1, "not supported yet: assert() with a message that is not constant")
            }
            (None, _) => a.refuse(0, "not supported yet: assert() of what is not constant"),
        }
    })]
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn what_does_not_hold_fails_the_query() {
        assert_eq!(value("assert(1 < 2, 'order')"), "True");
        assert_eq!(
            refused("print assert(strlen('ab') == 3, 'three letters')"),
            "assertion failed: three letters"
        );
        assert!(
            refused("range x from 1 to 2 step 1 | where assert(x > 0, 'x')")
                .contains("not supported yet: assert() of what is not constant")
        );
    }
}
