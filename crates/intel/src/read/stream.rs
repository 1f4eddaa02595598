//! JSON whose one long array is read element by element, so that what stands before a damaged place is used.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Reads a document that is an object with an array named `array`, or such an array itself. Elements are handed over
/// as they come, and so are the other members that are plain values.
///
/// Errors say where the document is damaged.
pub(super) fn elements<Element: DeserializeOwned>(
    bytes: &[u8],
    array: &str,
    mut member: impl FnMut(&str, &Value),
    mut element: impl FnMut(Element),
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let document = Document { array, member: &mut member, element: &mut element };
    document.deserialize(&mut json)?;
    json.end()
}

struct Document<'a, Element> {
    array: &'a str,
    member: &'a mut dyn FnMut(&str, &Value),
    element: &'a mut dyn FnMut(Element),
}

impl<'de, Element: DeserializeOwned> DeserializeSeed<'de> for Document<'_, Element> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, Element: DeserializeOwned> Visitor<'de> for Document<'_, Element> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with an array '{}'", self.array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name == self.array {
                members.next_value_seed(Elements(&mut *self.element))?;
            } else {
                match members.next_value::<Plain>()? {
                    Plain::Value(value) => (self.member)(&name, &value),
                    Plain::Other(IgnoredAny) => {}
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<(), A::Error> {
        Elements(self.element).visit_seq(elements)
    }
}

/// A text or a number; anything else is passed over.
enum Plain {
    Value(Value),
    Other(IgnoredAny),
}

impl<'de> serde::Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = Plain;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_str<E>(self, text: &str) -> Result<Plain, E> {
                Ok(Plain::Value(text.into()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Plain, E> {
                Ok(Plain::Value(number.into()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Plain, E> {
                Ok(Plain::Value(number.into()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Plain, E> {
                Ok(Plain::Value(number.into()))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Plain, E> {
                Ok(Plain::Value(truth.into()))
            }
            fn visit_unit<E>(self) -> Result<Plain, E> {
                Ok(Plain::Other(IgnoredAny))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Plain, A::Error> {
                IgnoredAny.visit_map(map).map(Plain::Other)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Plain, A::Error> {
                IgnoredAny.visit_seq(list).map(Plain::Other)
            }
        }
        json.deserialize_any(Of)
    }
}

struct Elements<'a, Element>(&'a mut dyn FnMut(Element));

impl<'de, Element: DeserializeOwned> DeserializeSeed<'de> for Elements<'_, Element> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, Element: DeserializeOwned> Visitor<'de> for Elements<'_, Element> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            (self.0)(element);
        }
        Ok(())
    }
}
