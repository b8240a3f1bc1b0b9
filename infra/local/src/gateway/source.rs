//! Where a request comes from: its connection, or what a tester says.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

/// Names the source address of a request. It exists in the local gateway only, which takes it
/// out of the event.
pub(crate) const SOURCE_HEADER: HeaderName = HeaderName::from_static("x-local-source-ip");

/// The source address of a request from `peer`, or why there is none.
pub(crate) fn source(headers: &HeaderMap, peer: IpAddr) -> Result<IpAddr, String> {
    let mut values = headers.get_all(SOURCE_HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(peer),
        (Some(value), None) => value
            .to_str()
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| format!("{SOURCE_HEADER}: not an IP address")),
        (Some(_), Some(_)) => Err(format!("{SOURCE_HEADER}: more than one address")),
    }
}
