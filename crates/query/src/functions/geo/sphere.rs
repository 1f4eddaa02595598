//! Distances and directions on a sphere.
//!
//! Source: <https://learn.microsoft.com/kusto/query/geo-distance-2points-function>

use std::f64::consts::{PI, TAU};

use datafusion::arrow::array::{BooleanArray, Float64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ColumnarValue;
use weir_value::KustoType::Real;
use weir_value::dynamic::View;

use super::is_place;
use crate::functions::dynamic::as_array;
use crate::functions::{Accepts, Naming, Parameter, by_kernel, exactly, one, with};
use crate::kernel;
use crate::kernel::{Column, Dyn, Real as RealValue, map1};

/// Metres from the centre of the Earth to its surface.
pub(super) const RADIUS: f64 = 6_371_010.0;

/// Points whose directions differ by less are the same, or opposite.
const SMALLEST_ANGLE: f64 = 1e-15;

/// A direction from the centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point([f64; 3]);

impl Point {
    /// The direction of a place; nothing where there is no such place.
    pub(super) fn of(longitude: f64, latitude: f64) -> Option<Point> {
        let (lon, lat) = (longitude.to_radians(), latitude.to_radians());
        is_place(longitude, latitude)
            .then(|| Point([lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]))
    }

    /// The direction in the middle of others; nothing where there is none.
    pub(super) fn middle(points: &[Point]) -> Option<Point> {
        let sum = points.iter().fold([0.0; 3], |sum, point| [0, 1, 2].map(|axis| sum[axis] + point.0[axis]));
        let length = Point(sum).dot(Point(sum)).sqrt();
        (length > SMALLEST_ANGLE).then(|| Point(sum.map(|part| part / length)))
    }

    /// The direction that is square to two.
    pub(super) fn cross(self, other: Point) -> Point {
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        Point([b * z - c * y, c * x - a * z, a * y - b * x])
    }

    /// How far two directions agree.
    pub(super) fn dot(self, other: Point) -> f64 {
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        a * x + b * y + c * z
    }

    /// The direction of a way.
    pub(super) fn along(way: [f64; 3]) -> Point {
        let length = Point(way).dot(Point(way)).sqrt();
        Point(way.map(|part| part / length))
    }

    /// Its parts along the axes.
    pub(super) fn coordinates(self) -> [f64; 3] {
        self.0
    }

    /// The place of a direction.
    pub(super) fn place(self) -> (f64, f64) {
        let [x, y, z] = self.0;
        (y.atan2(x).to_degrees(), z.atan2(x.hypot(y)).to_degrees())
    }

    /// So much of one direction and so much of another.
    fn mixed(self, share: f64, other: Point, other_share: f64) -> Point {
        Point([0, 1, 2].map(|axis| self.0[axis] * share + other.0[axis] * other_share))
    }

    /// The middle of the way to another direction, as long as the way.
    pub(super) fn mass(self, other: Point) -> Point {
        let (sum, difference) = (self.mixed(1.0, other, 1.0), self.mixed(1.0, other, -1.0));
        match sum.dot(sum) > 0.0 {
            true => sum.mixed((difference.dot(difference) / sum.dot(sum)).sqrt(), sum, 0.0),
            false => Point([0.0; 3]),
        }
    }

    /// The direction that lies at an angle on the way to another.
    pub(super) fn towards(self, other: Point, angle: f64) -> Point {
        let normal = self.cross(other);
        let beside = normal.cross(self);
        let length = beside.dot(beside).sqrt();
        match length > 0.0 {
            true => self.mixed(angle.cos(), beside, angle.sin() / length),
            false => self,
        }
    }

    /// The direction of an edge that is nearest.
    pub(super) fn foot_on(self, from: Point, to: Point) -> Point {
        let normal = from.cross(to);
        if normal.cross(from).dot(self) > 0.0 && to.cross(normal).dot(self) > 0.0 {
            let square = normal.dot(normal);
            let foot = self.mixed(1.0, normal, -self.dot(normal) / square);
            return foot.mixed(1.0 / foot.dot(foot).sqrt(), foot, 0.0);
        }
        if self.angle(from) <= self.angle(to) { from } else { to }
    }

    /// The angle between two directions; exact for small ones, too.
    pub(super) fn angle(self, other: Point) -> f64 {
        let cross = self.cross(other);
        cross.dot(cross).sqrt().atan2(self.dot(other))
    }
}

/// The numbers of a row.
fn numbers(columns: &[Column<RealValue>], row: usize) -> Option<Vec<f64>> {
    columns.iter().map(|column| column.get(row)).collect()
}

fn columns(a: &[ColumnarValue]) -> Result<Vec<Column<RealValue>>> {
    a.iter().map(Column::<RealValue>::of).collect()
}

const TWO_POINTS: &[Parameter] = &[
    exactly("longitude1", Real),
    exactly("latitude1", Real),
    exactly("longitude2", Real),
    exactly("latitude2", Real),
];

const TWO_POINTS_ON: &[Parameter] = &[
    exactly("longitude1", Real),
    exactly("latitude1", Real),
    exactly("longitude2", Real),
    exactly("latitude2", Real),
    one("geodesic", Accepts::Any),
];

function!(
    pub(super) DISTANCE = ["geo_distance_2points"],
    Naming::None,
    [
        by_kernel(TWO_POINTS, &METRES),
        // The parser of the original takes it, the documentation says nothing of it.
        with(TWO_POINTS_ON, |a| a.refuse(4, "not supported yet: a fifth argument of geo_distance_2points()"))
    ]
);
kernel!(METRES = "kql_geo_distance_2points" -> Real, |a, n| {
    let columns = columns(a)?;
    let distances: Float64Array = crate::limits::rows(n)
        .map(|row| {
            let &[lon1, lat1, lon2, lat2] = numbers(&columns, row)?.as_slice() else { return None };
            Some(RADIUS * Point::of(lon1, lat1)?.angle(Point::of(lon2, lat2)?))
        })
        .collect();
    Ok(std::sync::Arc::new(distances))
});

function!(
    pub(super) POINT_IN_CIRCLE = ["geo_point_in_circle"],
    Naming::None,
    [by_kernel(
        &[
            exactly("longitude", Real),
            exactly("latitude", Real),
            exactly("center longitude", Real),
            exactly("center latitude", Real),
            exactly("radius", Real),
        ],
        &IN_CIRCLE,
    )]
);
kernel!(IN_CIRCLE = "kql_geo_point_in_circle" -> Bool, |a, n| {
    let columns = columns(a)?;
    let inside: BooleanArray = crate::limits::rows(n)
        .map(|row| {
            let &[lon, lat, center_lon, center_lat, radius] = numbers(&columns, row)?.as_slice() else { return None };
            let angle = Point::of(lon, lat)?.angle(Point::of(center_lon, center_lat)?);
            (radius >= 0.0).then_some(RADIUS * angle <= radius)
        })
        .collect();
    Ok(std::sync::Arc::new(inside))
});

/// The direction from one point to another, clockwise from north; nothing where any direction leads there.
fn azimuth(from: (f64, f64), to: (f64, f64)) -> Option<f64> {
    let angle = Point::of(from.0, from.1)?.angle(Point::of(to.0, to.1)?);
    if angle < SMALLEST_ANGLE || PI - angle < SMALLEST_ANGLE {
        return None;
    }
    let [lon1, lat1, lon2, lat2] = [from.0, from.1, to.0, to.1].map(f64::to_radians);
    let east = (lon2 - lon1).sin() * lat2.cos();
    let north = lat1.cos() * lat2.sin() - lat1.sin() * lat2.cos() * (lon2 - lon1).cos();
    Some(whole_turn(east.atan2(north)))
}

/// An angle from 0 to 2 π.
fn whole_turn(angle: f64) -> f64 {
    if angle < 0.0 { angle + TAU } else { angle }
}

function!(pub(super) AZIMUTH = ["geo_azimuth"], Naming::None, [by_kernel(TWO_POINTS, &DIRECTION)]);
kernel!(DIRECTION = "kql_geo_azimuth" -> Real, |a, n| {
    let columns = columns(a)?;
    let directions: Float64Array = crate::limits::rows(n)
        .map(|row| {
            let &[lon1, lat1, lon2, lat2] = numbers(&columns, row)?.as_slice() else { return None };
            azimuth((lon1, lat1), (lon2, lat2))
        })
        .collect();
    Ok(std::sync::Arc::new(directions))
});

function!(
    pub(super) ANGLE = ["geo_angle"],
    Naming::None,
    [by_kernel(
        &[
            exactly("longitude1", Real),
            exactly("latitude1", Real),
            exactly("longitude2", Real),
            exactly("latitude2", Real),
            exactly("longitude3", Real),
            exactly("latitude3", Real),
        ],
        &CLOCKWISE,
    )]
);
kernel!(
    /// At the second point, from the first clockwise to the third.
    CLOCKWISE = "kql_geo_angle" -> Real, |a, n| {
        let columns = columns(a)?;
        let angles: Float64Array = crate::limits::rows(n)
            .map(|row| {
                let &[lon1, lat1, lon2, lat2, lon3, lat3] = numbers(&columns, row)?.as_slice() else { return None };
                let at = (lon2, lat2);
                Some(whole_turn(azimuth(at, (lon3, lat3))? - azimuth(at, (lon1, lat1))?))
            })
            .collect();
        Ok(std::sync::Arc::new(angles))
    }
);

function!(
    pub(super) LINE_LENGTH = ["geo_line_length"],
    Naming::None,
    [by_kernel(&[one("line", Accepts::Bag)], &LENGTH)]
);
kernel!(
    /// Of a LineString or a MultiLineString, in metres; null for anything else.
    LENGTH = "kql_geo_line_length" -> Real, |a, n| {
        map1::<Dyn, f64, Float64Array>(a, n, |line| {
            let coordinates = as_array(line.property("coordinates"))?;
            match line.property("type")?.as_str()? {
                "LineString" => line_angle(coordinates),
                "MultiLineString" => coordinates.items().map(line_angle).sum(),
                _ => None,
            }
            .map(|angle: f64| RADIUS * angle)
        })
    }
);

/// The angles between the points of a line, added up; nothing where it is no line.
fn line_angle(line: View<'_>) -> Option<f64> {
    let points = points(line)?;
    let angles = points.windows(2).map(|pair| pair[0].angle(pair[1]));
    (points.len() > 1).then(|| angles.sum())
}

/// The places of an array of coordinates.
pub(super) fn points(coordinates: View<'_>) -> Option<Vec<Point>> {
    let number = |view: View<'_>| view.as_real().or_else(|| view.as_long().map(|value| value as f64));
    let point = |view: View<'_>| Point::of(number(view.item(0)?)?, number(view.item(1)?)?);
    as_array(Some(coordinates))?.items().map(point).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, value};

    #[test]
    fn distances_are_those_of_great_circles() {
        assert_eq!(value("round(geo_distance_2points(0, 0, 90, 0), 3)"), "10007559.106");
        assert_eq!(value("geo_distance_2points(7, 50, 7, 50)"), "0.0");
        assert!(refused("print geo_distance_2points(7, 50, 7, 50, true)").contains("not supported yet"));
        assert_eq!(
            value("geo_distance_2points(0, 91, 0, 0), geo_distance_2points(real(null), 0, 0, 0)"),
            "null | null"
        );
        assert_eq!(
            value("geo_point_in_circle(7, 50, 7.001, 50, 100), geo_point_in_circle(7, 50, 7.01, 50, 100)"),
            "True | False"
        );
        assert_eq!(value("geo_point_in_circle(7, 50, 7, 50, -1)"), "null");
    }

    #[test]
    fn directions_turn_clockwise() {
        assert_eq!(
            value(
                "geo_azimuth(0, 0, 0, 1), degrees(geo_azimuth(0, 0, 1, 0)), degrees(geo_azimuth(0, 0, -1, 0))"
            ),
            "0.0 | 90.0 | 270.0"
        );
        assert_eq!(value("geo_azimuth(1, 1, 1, 1)"), "null");
        assert_eq!(value("round(degrees(geo_angle(0, 1, 0, 0, 1, 0)), 9)"), "90.0");
        assert_eq!(value("geo_angle(0, 0, 0, 0, 1, 0)"), "null");
    }

    #[test]
    fn lines_have_lengths() {
        let line = |coordinates: &str| value(&format!("round(geo_line_length(dynamic({coordinates})), 3)"));
        assert_eq!(
            line("{'type': 'LineString', 'coordinates': [[0, 0], [45, 0], [90, 0.0]]}"),
            "10007559.106"
        );
        assert_eq!(
            line("{'type': 'MultiLineString', 'coordinates': [[[0, 0], [90, 0]], [[0, 0], [0, 90]]]}"),
            "20015118.212"
        );
        assert_eq!(line("{'type': 'LineString', 'coordinates': [[0, 0]]}"), "null");
        assert_eq!(line("{'type': 'Point', 'coordinates': [0, 0]}"), "null");
    }
}
