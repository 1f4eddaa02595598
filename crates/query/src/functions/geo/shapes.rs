//! Points and shapes: containment and distance.
//!
//! Edges are parts of great circles. A shape that does not lie within half of the sphere is refused: which of its two
//! sides is the inside would have to be guessed.
//!
//! Source: <https://learn.microsoft.com/kusto/query/geo-point-in-polygon-function>

use std::f64::consts::PI;

use datafusion::arrow::array::{BooleanArray, Float64Array};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType::Real;
use weir_value::dynamic::View;

use super::sphere::{Point, RADIUS, points};
use crate::functions::dynamic::as_array;
use crate::functions::{Accepts, Naming, Parameter, by_kernel, exactly, one};
use crate::kernel;
use crate::kernel::{Column, Dyn, Real as RealValue};

/// A polygon: its rings, the shell first, each closed; and the middle of its shell.
#[derive(Debug)]
struct Polygon {
    rings: Vec<Vec<Point>>,
    middle: Point,
}

impl Polygon {
    /// Reads the coordinates of a polygon; nothing where they are none. An error for one of more than half a sphere.
    fn parse(coordinates: View<'_>) -> Option<Result<Polygon>> {
        let rings: Vec<Vec<Point>> =
            as_array(Some(coordinates))?.items().map(points).collect::<Option<_>>()?;
        let closed = |ring: &Vec<Point>| ring.len() >= 4 && ring.first() == ring.last();
        if rings.is_empty() || !rings.iter().all(closed) {
            return None;
        }
        let shell = rings.first()?;
        let middle = Point::middle(shell)?;
        if shell.iter().any(|point| middle.dot(*point) <= 0.0) {
            return Some(exec_err!("not supported yet: a polygon that is not within half of the sphere"));
        }
        Some(Ok(Polygon { rings, middle }))
    }

    fn holds(&self, point: Point) -> bool {
        // Beyond the half of the sphere in which the shell lies there is nothing of it.
        self.middle.dot(point) > 0.0
            && self.rings.split_first().is_some_and(|(shell, holes)| {
                surrounds(shell, point) && !holes.iter().any(|hole| surrounds(hole, point))
            })
    }

    /// The angle to the nearest point of its border.
    fn border_angle(&self, point: Point) -> f64 {
        self.rings.iter().map(|ring| line_angle(ring, point)).fold(f64::INFINITY, f64::min)
    }
}

/// Whether a ring goes once around a point: the angles under which its edges are seen add up to a whole turn.
fn surrounds(ring: &[Point], point: Point) -> bool {
    let turn = |pair: &[Point]| {
        let normal = pair[0].cross(pair[1]);
        point.dot(normal).atan2(point.cross(pair[0]).dot(point.cross(pair[1])))
    };
    ring.windows(2).map(turn).sum::<f64>().abs() > PI
}

/// The angle from a point to the nearest point of a line.
fn line_angle(line: &[Point], point: Point) -> f64 {
    line.windows(2).map(|pair| edge_angle(pair[0], pair[1], point)).fold(f64::INFINITY, f64::min)
}

/// The angle from a point to the nearest point of an edge.
pub(super) fn edge_angle(from: Point, to: Point, point: Point) -> f64 {
    let normal = from.cross(to);
    let beside = normal.cross(from).dot(point) > 0.0 && to.cross(normal).dot(point) > 0.0;
    match beside {
        // The foot of the perpendicular is on the edge.
        true => (PI / 2.0 - normal.angle(point)).abs(),
        false => from.angle(point).min(to.angle(point)),
    }
}

/// The polygons of a Polygon or a MultiPolygon.
fn polygons(shape: View<'_>) -> Option<Result<Vec<Polygon>>> {
    let coordinates = as_array(shape.property("coordinates"))?;
    match shape.property("type")?.as_str()? {
        "Polygon" => Some(Polygon::parse(coordinates)?.map(|polygon| vec![polygon])),
        "MultiPolygon" => {
            let all: Vec<Result<Polygon>> = coordinates.items().map(Polygon::parse).collect::<Option<_>>()?;
            (!all.is_empty()).then(|| all.into_iter().collect())
        }
        _ => None,
    }
}

/// The lines of a LineString or a MultiLineString.
pub(super) fn lines(shape: View<'_>) -> Option<Vec<Vec<Point>>> {
    let coordinates = as_array(shape.property("coordinates"))?;
    let lines: Vec<Vec<Point>> = match shape.property("type")?.as_str()? {
        "LineString" => vec![points(coordinates)?],
        "MultiLineString" => coordinates.items().map(points).collect::<Option<_>>()?,
        _ => return None,
    };
    (!lines.is_empty() && lines.iter().all(|line| line.len() > 1)).then_some(lines)
}

/// One value a row, of a place and of a shape that is read once where it is the same for all rows.
fn measure<S, T>(
    a: &[ColumnarValue],
    rows: usize,
    read: impl Fn(View<'_>) -> Option<Result<S>>,
    value: impl Fn(&S, Point) -> T,
) -> Result<Vec<Option<T>>> {
    let (longitudes, latitudes) = (Column::<RealValue>::of(&a[0])?, Column::<RealValue>::of(&a[1])?);
    let shapes = Column::<Dyn>::of(&a[2])?;
    let constant = shapes.constant().map(|shape| shape.and_then(&read).transpose()).transpose()?;
    crate::limits::rows(rows)
        .map(|row| {
            let own = match constant {
                Some(_) => None,
                None => shapes.get(row).and_then(&read).transpose()?,
            };
            let shape = constant.as_ref().unwrap_or(&own).as_ref();
            let place =
                longitudes.get(row).zip(latitudes.get(row)).and_then(|(lon, lat)| Point::of(lon, lat));
            Ok(shape.zip(place).map(|(shape, place)| value(shape, place)))
        })
        .collect()
}

const POINT_AND_POLYGON: &[Parameter] =
    &[exactly("longitude", Real), exactly("latitude", Real), one("polygon", Accepts::Bag)];

function!(
    pub(super) POINT_IN_POLYGON = ["geo_point_in_polygon"],
    Naming::None,
    [by_kernel(POINT_AND_POLYGON, &INSIDE)]
);
kernel!(
    /// Null where the place or the polygon is none.
    INSIDE = "kql_geo_point_in_polygon" -> Bool, |a, n| {
        let inside = measure(a, n, polygons, |polygons, point| polygons.iter().any(|polygon| polygon.holds(point)))?;
        Ok(std::sync::Arc::new(BooleanArray::from(inside)))
    }
);

function!(
    pub(super) POINT_TO_POLYGON = ["geo_distance_point_to_polygon"],
    Naming::None,
    [by_kernel(POINT_AND_POLYGON, &TO_POLYGON)]
);
kernel!(
    /// In metres; 0 inside.
    TO_POLYGON = "kql_geo_distance_point_to_polygon" -> Real, |a, n| {
        let distances = measure(a, n, polygons, |polygons, point| {
            match polygons.iter().any(|polygon| polygon.holds(point)) {
                true => 0.0,
                false => {
                    let angles = polygons.iter().map(|polygon| polygon.border_angle(point));
                    RADIUS * angles.fold(f64::INFINITY, f64::min)
                }
            }
        })?;
        Ok(std::sync::Arc::new(Float64Array::from(distances)))
    }
);

function!(
    pub(super) POINT_TO_LINE = ["geo_distance_point_to_line"],
    Naming::None,
    [by_kernel(&[exactly("longitude", Real), exactly("latitude", Real), one("line", Accepts::Bag)], &TO_LINE)]
);
kernel!(
    /// In metres.
    TO_LINE = "kql_geo_distance_point_to_line" -> Real, |a, n| {
        let distances = measure(a, n, |shape| lines(shape).map(Ok), |lines, point| {
            RADIUS * lines.iter().map(|line| line_angle(line, point)).fold(f64::INFINITY, f64::min)
        })?;
        Ok(std::sync::Arc::new(Float64Array::from(distances)))
    }
);

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rows, value};

    const SQUARE: &str = "dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], \
                          [[4, 4], [4, 6], [6, 6], [6, 4], [4, 4]]]})";

    #[test]
    fn polygons_hold_points_outside_their_holes() {
        let inside = |lon: &str, lat: &str| value(&format!("geo_point_in_polygon({lon}, {lat}, {SQUARE})"));
        assert_eq!(inside("1", "1"), "True");
        assert_eq!(inside("5", "5"), "False");
        assert_eq!(inside("-1", "1"), "False");
        assert_eq!(inside("-179", "-1"), "False");
        assert_eq!(inside("181", "1"), "null");
        let clockwise = "dynamic({'type': 'MultiPolygon', 'coordinates': [[[[0, 0], [0, 10], [10, 10], [0, 0]]], \
                         [[[170, 0], [-170, 0], [180, 10], [170, 0]]]]})";
        let places = "datatable(x:real, y:real)[1, 5, 5, 1, 179, 1, -179, 1, 160, 1]";
        assert_eq!(
            rows(&format!("{places} | project geo_point_in_polygon(x, y, {clockwise})")),
            "True\nFalse\nTrue\nTrue\nFalse"
        );
    }

    #[test]
    fn shapes_that_are_none_are_null() {
        for shape in
            ["{'type': 'Polygon', 'coordinates': [[[0, 0], [1, 0], [1, 1]]]}", "{'type': 'Polygon'}", "null"]
        {
            assert_eq!(value(&format!("geo_point_in_polygon(0, 0, dynamic({shape}))")), "null", "{shape}");
        }
        assert_eq!(value("geo_point_in_polygon(0, 0, parse_json('[]'))"), "null");
        assert_eq!(
            value(
                "geo_distance_point_to_line(0, 0, dynamic({'type': 'LineString', 'coordinates': [[1, 1]]}))"
            ),
            "null"
        );
        let wide = "dynamic({'type': 'Polygon', 'coordinates': [[[0, 0], [130, 10], [-130, 10], [0, 0]]]})";
        assert!(refused(&format!("print geo_point_in_polygon(0, 0, {wide})")).contains("not supported yet"));
    }

    #[test]
    fn distances_are_those_to_the_nearest_point() {
        let degree = "geo_distance_2points(0, 0, 1, 0)";
        assert_eq!(value(&format!("geo_distance_point_to_polygon(1, 1, {SQUARE})")), "0.0");
        assert_eq!(
            value(&format!("abs(geo_distance_point_to_polygon(-1, 0, {SQUARE}) - {degree}) < 0.001")),
            "True"
        );
        let line = "dynamic({'type': 'LineString', 'coordinates': [[0, 0], [90, 0]]})";
        assert_eq!(
            value(&format!("abs(geo_distance_point_to_line(45, -1, {line}) - {degree}) < 0.001")),
            "True"
        );
        assert_eq!(
            value(&format!("abs(geo_distance_point_to_line(91, 0, {line}) - {degree}) < 0.001")),
            "True"
        );
    }
}
