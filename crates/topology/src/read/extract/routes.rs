//! Route tables and routes.

use serde_json::Value;

use crate::read::parts::{Notes, Parts, Resource, part_id};
use crate::read::value::*;
use crate::{Route, RouteTable};

pub(super) fn route_table(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let routes = list(&resource.body, "routes").iter();
    let routes = routes.map(|part| route(part, &resource.id, notes)).collect();
    let table = RouteTable { header: resource.header(), routes };
    super::add(&mut parts.route_tables, resource, file, table, notes);
}

pub(super) fn lone_route(resource: &Resource, file: usize, parts: &mut Parts, notes: &mut Notes<'_>) {
    let route = route(&resource.body, &resource.id, notes);
    super::add(&mut parts.routes, resource, file, route, notes);
}

fn route(part: &Value, parent: &str, notes: &mut Notes<'_>) -> Route {
    Route {
        id: part_id(part, parent, "routes"),
        prefix: text(part, "addressprefix"),
        next_hop_type: text(part, "nexthoptype"),
        next_hop_ip: address(part, "nexthopipaddress", notes),
    }
}
