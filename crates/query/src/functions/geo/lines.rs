//! Points on lines: the middle of them, those at a share of their length, those nearest to a place.
//!
//! Source: <https://learn.microsoft.com/kusto/query/geo-line-centroid-function>

use weir_value::KustoType::Real;
use weir_value::dynamic::View;

use super::shapes::{edge_angle, lines};
use super::sphere::Point;
use super::{geometry, point};
use crate::functions::dynamic::pack_rows;
use crate::functions::{Accepts, Naming, by_kernel, exactly, one};
use crate::kernel;
use crate::kernel::{Column, Dyn, Real as RealValue, pack1};

function!(
    pub(super) LINE_CENTROID = ["geo_line_centroid"],
    Naming::None,
    [by_kernel(&[one("line", Accepts::Bag)], &CENTROID)]
);
kernel!(CENTROID = "kql_geo_line_centroid" -> Dynamic, |a, n| pack1::<Dyn>(a, n, |line, bytes| {
    let edges = lines(line).into_iter().flatten().flat_map(|line| {
        line.windows(2).map(|edge| (edge[0], edge[1])).collect::<Vec<_>>()
    });
    // The middle of each edge, as heavy as the edge is long.
    let weighted: Vec<Point> = edges.map(|(from, to)| from.mass(to)).collect();
    if let Some(middle) = Point::middle(&weighted) {
        bytes.extend(geometry("Point", point(middle.place())));
    }
}));

function!(
    pub(super) INTERPOLATE = ["geo_line_interpolate_point"],
    Naming::None,
    [by_kernel(&[one("line", Accepts::Bag), exactly("fraction", Real)], &AT_FRACTION)]
);
kernel!(
    /// Null for a share that is not between 0 and 1, and for more than one line.
    AT_FRACTION = "kql_geo_line_interpolate_point" -> Dynamic, |a, n| {
        let shapes = Column::<Dyn>::of(&a[0])?;
        let fractions = Column::<RealValue>::of(&a[1])?;
        pack_rows(n, |row, bytes| {
            let (Some(line), Some(fraction)) = (shapes.get(row).and_then(one_line), fractions.get(row)) else { return };
            if !(0.0..=1.0).contains(&fraction) {
                return;
            }
            let length: f64 = line.windows(2).map(|edge| edge[0].angle(edge[1])).sum();
            let mut rest = fraction * length;
            let mut found = line.last().copied();
            for edge in line.windows(2) {
                let angle = edge[0].angle(edge[1]);
                if rest < angle {
                    found = Some(edge[0].towards(edge[1], rest));
                    break;
                }
                rest -= angle;
            }
            bytes.extend(found.map(|found| geometry("Point", point(found.place()))).unwrap_or_default());
        })
    }
);

/// The line of a LineString.
fn one_line(shape: View<'_>) -> Option<Vec<Point>> {
    lines(shape).filter(|lines| lines.len() == 1)?.pop()
}

function!(
    pub(super) CLOSEST = ["geo_closest_point_on_line"],
    Naming::None,
    [by_kernel(&[exactly("longitude", Real), exactly("latitude", Real), one("line", Accepts::Bag)], &NEAREST)]
);
kernel!(NEAREST = "kql_geo_closest_point_on_line" -> Dynamic, |a, n| {
    let (longitudes, latitudes) = (Column::<RealValue>::of(&a[0])?, Column::<RealValue>::of(&a[1])?);
    let shapes = Column::<Dyn>::of(&a[2])?;
    pack_rows(n, |row, bytes| {
        let place = longitudes.get(row).zip(latitudes.get(row)).and_then(|(lon, lat)| Point::of(lon, lat));
        let (Some(place), Some(lines)) = (place, shapes.get(row).and_then(lines)) else { return };
        let edges = lines.iter().flat_map(|line| line.windows(2));
        let nearest = edges.min_by(|a, b| {
            edge_angle(a[0], a[1], place).total_cmp(&edge_angle(b[0], b[1], place))
        });
        if let Some(edge) = nearest {
            bytes.extend(geometry("Point", point(place.foot_on(edge[0], edge[1]).place())));
        }
    })
});

#[cfg(test)]
mod tests {
    use crate::testing::value;

    const LINE: &str = "dynamic({'type': 'LineString', 'coordinates': [[0, 0], [30, 0], [40, 0]]})";

    fn longitude(point: &str) -> String {
        value(&format!(
            "p = {point} | project round(todouble(p.coordinates[0]), 9), round(todouble(p.coordinates[1]), 9), p.type"
        ))
    }

    #[test]
    fn points_on_a_line() {
        assert_eq!(longitude(&format!("geo_line_interpolate_point({LINE}, 0.25)")), "10.0 | 0.0 | Point");
        assert_eq!(longitude(&format!("geo_line_interpolate_point({LINE}, 1)")), "40.0 | 0.0 | Point");
        assert_eq!(value(&format!("geo_line_interpolate_point({LINE}, 1.5)")), "null");
        assert_eq!(longitude(&format!("geo_closest_point_on_line(35, 5, {LINE})")), "35.0 | 0.0 | Point");
        assert_eq!(longitude(&format!("geo_closest_point_on_line(50, 5, {LINE})")), "40.0 | 0.0 | Point");
        let edge = "dynamic({'type': 'LineString', 'coordinates': [[0, 0], [60, 0]]})";
        assert_eq!(longitude(&format!("geo_line_centroid({edge})")), "30.0 | 0.0 | Point");
    }

    #[test]
    fn there_is_none_on_what_is_no_line() {
        let point = "dynamic({'type': 'LineString', 'coordinates': [[1, 1]]})";
        assert_eq!(
            value(&format!("geo_line_centroid({point}), geo_line_interpolate_point({point}, 0.5)")),
            "null | null"
        );
        assert_eq!(value(&format!("geo_closest_point_on_line(300, 5, {LINE})")), "null");
    }
}
