//! Places on the Earth, taken as a sphere.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#geospatial-functions>

mod geohash;
mod lines;
mod s2;
mod shapes;
mod sphere;

use super::Function;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &geohash::NEIGHBORS,
    &geohash::OF_POINT,
    &geohash::TO_CENTRAL_POINT,
    &geohash::TO_POLYGON,
    &lines::CLOSEST,
    &lines::INTERPOLATE,
    &lines::LINE_CENTROID,
    &s2::NEIGHBORS,
    &s2::OF_POINT,
    &s2::TO_CENTRAL_POINT,
    &s2::TO_POLYGON,
    &shapes::POINT_IN_POLYGON,
    &shapes::POINT_TO_LINE,
    &shapes::POINT_TO_POLYGON,
    &sphere::ANGLE,
    &sphere::AZIMUTH,
    &sphere::DISTANCE,
    &sphere::LINE_LENGTH,
    &sphere::POINT_IN_CIRCLE,
];

/// Whether there is such a place.
fn is_place(longitude: f64, latitude: f64) -> bool {
    longitude.abs() <= 180.0 && latitude.abs() <= 90.0
}
