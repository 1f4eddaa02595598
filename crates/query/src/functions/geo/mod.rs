//! Places on the Earth, taken as a sphere.
//!
//! Source: <https://learn.microsoft.com/kusto/query/scalar-functions#geospatial-functions>

mod geohash;
mod h3;
mod lines;
mod s2;
mod shapes;
mod sphere;

use weir_value::Dynamic as Tree;

use super::Function;

pub(crate) const FUNCTIONS: &[&Function] = &[
    &geohash::NEIGHBORS,
    &geohash::OF_POINT,
    &geohash::TO_CENTRAL_POINT,
    &geohash::TO_POLYGON,
    &h3::CHILDREN,
    &h3::LEVEL,
    &h3::NEIGHBORS,
    &h3::OF_POINT,
    &h3::PARENT,
    &h3::RINGS,
    &h3::TO_CENTRAL_POINT,
    &h3::TO_POLYGON,
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

/// GeoJSON of a geometry.
fn geometry(kind: &str, coordinates: Tree) -> Vec<u8> {
    let kind = Tree::String(kind.to_owned());
    Tree::Bag(vec![("type".to_owned(), kind), ("coordinates".to_owned(), coordinates)]).pack()
}

/// A position of GeoJSON: longitude, latitude.
fn point((longitude, latitude): (f64, f64)) -> Tree {
    Tree::Array(vec![Tree::Real(longitude), Tree::Real(latitude)])
}
