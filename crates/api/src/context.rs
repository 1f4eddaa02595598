//! What is known of a request besides what it asks.

use std::net::IpAddr;

use weir_value::datetime;

use crate::auth::Principal;

/// Who asks, and under which ids it is spoken of.
#[derive(Debug, Clone)]
pub struct Context {
    /// The id that the client gave the request, or one in its place.
    pub client_request_id: String,
    /// The id that the server gave it: a guid.
    pub activity_id: String,
    /// Where it came from.
    pub address: IpAddr,
    /// In whose name it came.
    pub principal: Principal,
}

/// The clock: ticks since 0001-01-01.
pub fn now_ticks() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
    datetime::from_unix_micros(micros).unwrap_or(datetime::UNIX_EPOCH)
}

/// A guid that nobody else has.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
