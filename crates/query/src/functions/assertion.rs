//! `assert`: a query that fails where something does not hold.
//!
//! Source: <https://learn.microsoft.com/kusto/query/assert-function>

use weir_value::KustoType::{Bool, String as Text};

use super::{Accepts, Function, Naming, exactly, one, with};
use crate::typed::Typed;

pub(crate) const FUNCTIONS: &[&Function] = &[&ASSERT];

function!(
    ASSERT = ["assert"],
    Naming::None,
    [with(&[exactly("condition", Bool), one("message", Accepts::Constant(Text))], |a| {
        let (condition, message) = (a.take(0), a.take(1));
        match condition.as_bool() {
            Some(true) => Typed::bool(true),
            Some(false) => {
                let message = format!("assertion failed: {}", message.as_text().unwrap_or_default());
                a.refuse(0, message)
            }
            None => a.refuse(0, "the condition of assert() must be a constant"),
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
            refused("range x from 1 to 2 step 1 | where assert(x > 0, 'x')").contains("must be a constant")
        );
    }
}
