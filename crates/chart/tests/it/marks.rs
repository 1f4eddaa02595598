//! What is drawn is what the answer says: lengths are proportional, places are even.

use roxmltree::{Document, Node};
use weir_chart::{Size, svg};

use super::samples::{Values, answer, longs, texts, times};

/// The marks with a tooltip: element, tooltip, and its numbers by name.
fn marks<'d>(document: &'d Document<'d>, element: &'d str) -> Vec<(Node<'d, 'd>, String)> {
    let tooltip = |node: &Node<'d, 'd>| {
        let title = node.children().find(|child| child.has_tag_name("title"))?;
        Some((*node, title.text().unwrap_or("").to_owned()))
    };
    document
        .descendants()
        .filter(|node| node.has_tag_name(element))
        .filter_map(|node| tooltip(&node))
        .collect()
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

#[test]
fn columns_are_as_high_as_their_values_and_stand_one_on_the_other() {
    let values = [30, 10, 25, 5];
    let drawing = svg(
        &answer(
            &[
                ("App", texts(&["a", "b", "a", "b"])),
                ("T", times(&["2024-11-18", "2024-11-18", "2024-11-19", "2024-11-19"])),
                ("Bytes", longs(&values)),
            ],
            "columnchart",
            &[],
        ),
        Size::default(),
    );
    let document = Document::parse(&drawing).unwrap();
    let marks = marks(&document, "rect");
    let find = |title: &str| &marks.iter().find(|(_, known)| known == title).unwrap().0;
    let unit = number(find("a · 2024-11-18: 30"), "height") / 30.0;
    for (title, value) in
        [("b · 2024-11-18: 10", 10.0), ("a · 2024-11-19: 25", 25.0), ("b · 2024-11-19: 5", 5.0)]
    {
        assert!((number(find(title), "height") - value * unit).abs() < 0.05, "{title}");
    }
    let (below, above) = (find("a · 2024-11-18: 30"), find("b · 2024-11-18: 10"));
    assert!((number(above, "y") + number(above, "height") - number(below, "y")).abs() < 0.05);
    assert_eq!(number(above, "x"), number(below, "x"));
}

#[test]
fn columns_taken_together_add_up() {
    let start = weir_value::datetime::parse("2024-11-18T10:07").unwrap();
    let minutes = (0..2_000).map(|i| Some(start + i * weir_value::timespan::TICKS_PER_MINUTE));
    let columns =
        [("T", Values::Times(minutes.collect())), ("Bytes", Values::Longs((0..2_000).map(Some).collect()))];
    let drawing = svg(&answer(&columns, "columnchart", &[]), Size::default());
    let document = Document::parse(&drawing).unwrap();
    let marks = marks(&document, "rect");
    let (sum, first) = (2_000 * 1_999 / 2, "2024-11-18 10:00: 3");
    let values = marks.iter().map(|(_, title)| title.rsplit_once(": ").unwrap().1.parse::<i64>().unwrap());
    assert_eq!(values.sum::<i64>(), sum);
    assert_eq!(marks[0].1, first);
    assert!(drawing.contains("shown is the sum of each 10 minutes"));
}

#[test]
fn bars_are_as_long_as_their_values_and_hang_from_zero() {
    let columns = [("App", texts(&["a", "b", "c"])), ("Change", longs(&[40, -20, 10]))];
    let drawing = svg(&answer(&columns, "barchart", &[]), Size::default());
    let document = Document::parse(&drawing).unwrap();
    let marks = marks(&document, "rect");
    let bar = |title: &str| {
        let (node, _) = marks.iter().find(|(_, known)| known == title).unwrap();
        (number(node, "x"), number(node, "width"))
    };
    let (zero, forty) = bar("a: 40");
    let (start, twenty) = bar("b: -20");
    assert!((forty / 2.0 - twenty).abs() < 0.05 && (start + twenty - zero).abs() < 0.05);
    assert!((bar("c: 10").1 * 4.0 - forty).abs() < 0.1);
}

#[test]
fn every_point_of_a_line_is_where_its_value_is() {
    let ys: Vec<i64> = (0..20).map(|i| i * i % 17).collect();
    let columns = [("x", Values::Longs((0..20).map(Some).collect())), ("y", longs(&ys))];
    let drawing = svg(&answer(&columns, "linechart", &[]), Size::default());
    let document = Document::parse(&drawing).unwrap();
    let points = marks(&document, "circle");
    assert_eq!(points.len(), 20);
    let at = |x: usize| {
        let title = format!("{x}: {}", ys[x]);
        let (node, _) = points.iter().find(|(_, known)| *known == title).unwrap();
        (number(node, "cx"), number(node, "cy"))
    };
    // y is 0 at the first point and 16 at the fourth one from zero.
    let (left, zero) = at(0);
    let unit = (zero - at(4).1) / 16.0;
    let step = at(1).0 - left;
    for (x, y) in ys.iter().enumerate() {
        assert!((at(x).0 - left - step * x as f64).abs() < 0.3, "x of {x}");
        assert!((zero - at(x).1 - unit * *y as f64).abs() < 0.05, "y of {x}");
    }
}

#[test]
fn long_lines_are_thinned_and_keep_their_peaks() {
    let count = 100_000;
    let mut ys: Vec<Option<i64>> = vec![Some(1); count];
    ys[61_803] = Some(1_000);
    let columns = [("x", Values::Longs((0..count as i64).map(Some).collect())), ("y", Values::Longs(ys))];
    let drawing = svg(&answer(&columns, "linechart", &[]), Size::default());
    assert!(drawing.len() < 100_000, "{} bytes", drawing.len());
    let document = Document::parse(&drawing).unwrap();
    let line = document.descendants().find(|node| {
        node.has_tag_name("path") && node.attribute("class").is_some_and(|class| class.contains("wc-line"))
    });
    let path = line.unwrap().attribute("d").unwrap();
    let heights = path.split(['M', 'L']).filter_map(|point| point.split(' ').nth(1)?.parse::<f64>().ok());
    let (low, high) = heights.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
    assert!(high - low > 200.0, "the peak is gone");
}

#[test]
fn slices_add_up_to_a_circle() {
    let columns = [("App", texts(&["a", "b", "c"])), ("Bytes", longs(&[50, 30, 20]))];
    let drawing = svg(&answer(&columns, "piechart", &[]), Size::default());
    let document = Document::parse(&drawing).unwrap();
    let titles: Vec<String> = marks(&document, "path").into_iter().map(|(_, title)| title).collect();
    assert_eq!(titles, ["a: 50 (50.0 %)", "b: 30 (30.0 %)", "c: 20 (20.0 %)"]);
}

#[test]
fn the_same_answer_gives_the_same_drawing() {
    for (name, answer) in super::samples::all() {
        assert_eq!(svg(&answer, Size::default()), svg(&answer, Size::default()), "{name}");
    }
}
