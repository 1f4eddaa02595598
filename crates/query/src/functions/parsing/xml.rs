//! `parse_xml`: XML as a dynamic.
//!
//! Source: <https://learn.microsoft.com/kusto/query/parse-xml-function>

use std::collections::HashMap;

use roxmltree::{Document, Node};
use weir_value::KustoType::String as Text;
use weir_value::dynamic::Packer;

use crate::functions::{Naming, by_kernel, exactly};
use crate::kernel;
use crate::kernel::{Str, pack1};

/// Bytes of the longest text that is read, as the original has it.
const BYTES_MAX: usize = 1 << 20;
/// Elements inside elements that are read.
const DEPTH_MAX: usize = 100;

function!(
    pub(super) PARSE_XML = ["parse_xml"],
    Naming::FirstArgument,
    [by_kernel(&[exactly("xml", Text)], &PARSED)]
);
kernel!(
    /// Null where the text is no XML, or too long.
    PARSED = "kql_parse_xml" -> Dynamic, |a, n| pack1::<Str>(a, n, |text, bytes| {
        if text.len() > BYTES_MAX {
            return;
        }
        let Ok(document) = Document::parse(text) else { return };
        let root = document.root_element();
        if root.descendants().all(|node| node.ancestors().take(DEPTH_MAX + 2).count() <= DEPTH_MAX + 1) {
            Packer::new(bytes).bag(|bag| bag.property(&name(root), |packer| write(root, packer)));
        }
    })
);

/// The name of an element as it is written.
fn name(node: Node<'_, '_>) -> String {
    let prefix =
        node.tag_name().namespace().and_then(|uri| node.lookup_prefix(uri)).filter(|p| !p.is_empty());
    match prefix {
        Some(prefix) => format!("{prefix}:{}", node.tag_name().name()),
        None => node.tag_name().name().to_owned(),
    }
}

/// An element: null where it is empty, its text where it has nothing else, otherwise a bag of attributes, text and
/// elements. Those of one name are an array.
fn write(node: Node<'_, '_>, packer: &mut Packer<'_>) {
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let text = text.trim();
    let mut attributes: Vec<(String, &str)> = Vec::new();
    for space in node.namespaces() {
        let inherited = node.parent_element().is_some_and(|parent| {
            parent.namespaces().any(|known| known.name() == space.name() && known.uri() == space.uri())
        });
        if !inherited && space.name() != Some("xml") {
            let name = space.name().map_or_else(|| "@xmlns".to_owned(), |name| format!("@xmlns:{name}"));
            attributes.push((name, space.uri()));
        }
    }
    for attribute in node.attributes() {
        let prefix = attribute.namespace().and_then(|uri| node.lookup_prefix(uri));
        let name = match prefix {
            Some(prefix) => format!("@{prefix}:{}", attribute.name()),
            None => format!("@{}", attribute.name()),
        };
        attributes.push((name, attribute.value()));
    }
    let mut elements: Vec<(String, Vec<Node<'_, '_>>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for child in node.children().filter(Node::is_element) {
        let name = name(child);
        let place = *places.entry(name.clone()).or_insert(elements.len());
        match elements.get_mut(place) {
            Some((_, same)) => same.push(child),
            None => elements.push((name, vec![child])),
        }
    }
    if attributes.is_empty() && elements.is_empty() {
        return if text.is_empty() { packer.null() } else { packer.string(text) };
    }
    packer.bag(|bag| {
        for (name, value) in &attributes {
            bag.property(name, |packer| packer.string(value));
        }
        if !text.is_empty() {
            bag.property("#text", |packer| packer.string(text));
        }
        for (name, nodes) in &elements {
            bag.property(name, |packer| match nodes.as_slice() {
                [one] => write(*one, packer),
                several => packer.array(|array| {
                    for node in several {
                        array.item(|packer| write(*node, packer));
                    }
                }),
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    fn parsed(xml: &str) -> String {
        value(&format!("parse_xml('{xml}')"))
    }

    #[test]
    fn elements_attributes_and_text() {
        assert_eq!(parsed("<a/>"), r#"{"a":null}"#);
        assert_eq!(parsed("<a>x</a>"), r#"{"a":"x"}"#);
        assert_eq!(parsed(r#"<a n="1"/>"#), r#"{"a":{"@n":"1"}}"#);
        assert_eq!(parsed(r#"<a n="1">x</a>"#), r##"{"a":{"@n":"1","#text":"x"}}"##);
        assert_eq!(parsed("<a><b>1</b><c>2</c><b>3</b></a>"), r#"{"a":{"b":["1","3"],"c":"2"}}"#);
        assert_eq!(parsed("<a> x <b>&lt;</b></a>"), r##"{"a":{"#text":"x","b":"<"}}"##);
        assert_eq!(parsed(r#"<p:a xmlns:p="u"><p:b/></p:a>"#), r#"{"p:a":{"@xmlns:p":"u","p:b":null}}"#);
    }

    #[test]
    fn anything_else_is_null() {
        assert_eq!(parsed(""), "null");
        assert_eq!(parsed("<a>"), "null");
        assert_eq!(value("isnull(parse_xml(strcat(strrep('<a>', 500), strrep('</a>', 500))))"), "True");
        let deep = "strcat(strrep(strrep('<a>', 1000), 140), strrep(strrep('</a>', 1000), 140))";
        assert_eq!(value(&format!("isnull(parse_xml({deep}))")), "True");
    }
}
