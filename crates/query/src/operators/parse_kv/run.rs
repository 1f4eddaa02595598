//! The kernels of `parse-kv`: the values of wanted keys, in their order, as a dynamic array.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::dynamic::{Packer, View};

use super::pairs::{Quoting, delimited, plain};
use crate::functions::text_match::compile;
use crate::kernel;
use crate::kernel::{Column, Dyn, PackedOut, Str};

/// Fills the values of the keys of each text.
fn each(
    arguments: &[ColumnarValue],
    rows: usize,
    mut read: impl FnMut(&str, &mut Values<'_>),
) -> Result<ArrayRef> {
    let texts = Column::<Str>::of(&arguments[0])?;
    let keys = Column::<Dyn>::of(&arguments[1])?;
    let mut out = PackedOut::new(rows);
    let keys: Vec<&str> = match rows {
        0 => Vec::new(),
        _ => keys.get(0).into_iter().flat_map(|keys| keys.items()).filter_map(View::as_str).collect(),
    };
    let mut values = Values { keys: &keys, found: vec![None; keys.len()] };
    for row in crate::limits::rows(rows) {
        values.found.iter_mut().for_each(|value| *value = None);
        read(texts.get(row).unwrap_or_default(), &mut values);
        out.pack(|bytes| {
            Packer::new(bytes).array(|array| {
                for value in &values.found {
                    array.item(|packer| match value {
                        Some(value) => packer.string(value),
                        None => packer.null(),
                    });
                }
            });
        });
    }
    Ok(out.finish())
}

/// The values of the wanted keys in one text.
struct Values<'k> {
    keys: &'k [&'k str],
    found: Vec<Option<String>>,
}

impl Values<'_> {
    /// Takes a value, if its key is wanted and has none yet.
    fn take(&mut self, key: &str, value: &str) {
        if let Some(place) = self.keys.iter().position(|known| *known == key)
            && let Some(slot) = self.found.get_mut(place)
        {
            slot.get_or_insert_with(|| value.to_owned());
        }
    }
}

fn texts(options: View<'_>, place: i64) -> Vec<String> {
    let array = options.item(place);
    array
        .into_iter()
        .flat_map(|array| array.items())
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn quoting(options: View<'_>) -> Quoting {
    let pair = |quote: String| {
        let mut characters = quote.chars();
        let open = characters.next()?;
        Some((open, characters.next().unwrap_or(open)))
    };
    Quoting {
        pairs: texts(options, 0).into_iter().filter_map(pair).collect(),
        escapes: texts(options, 1).into_iter().filter_map(|escape| escape.chars().next()).collect(),
    }
}

kernel!(DELIMITED = "kql_parse_kv" -> Dynamic, |a, n| {
    let options = Column::<Dyn>::of(&a[2])?;
    let options = if n == 0 { None } else { options.get(0) }.unwrap_or(View::new(&[]));
    let quoting = quoting(options);
    let text = |place| options.item(place).and_then(|item| item.as_str()).unwrap_or(",");
    let delimiters = (text(2), text(3));
    let greedy = options.item(4).and_then(|item| item.as_bool()).unwrap_or(false);
    each(a, n, |text, values| {
        delimited(text, delimiters, &quoting, greedy, |key, value| values.take(key, value));
    })
});

kernel!(PLAIN = "kql_parse_kv_plain" -> Dynamic, |a, n| {
    let options = Column::<Dyn>::of(&a[2])?;
    let quoting = quoting(if n == 0 { None } else { options.get(0) }.unwrap_or(View::new(&[])));
    each(a, n, |text, values| {
        let keys = values.keys;
        plain(text, &quoting, |word| keys.contains(&word), |key, value| values.take(key, value));
    })
});

kernel!(BY_REGEX = "kql_parse_kv_regex" -> Dynamic, |a, n| {
    let patterns = Column::<Str>::of(&a[2])?;
    let regex = compile(if n == 0 { None } else { patterns.get(0) }.unwrap_or_default())?;
    each(a, n, |text, values| {
        for captures in regex.captures_iter(text) {
            let group = |place| captures.get(place).map_or("", |group| group.as_str());
            values.take(group(1), group(2));
        }
    })
});
