//! Identifiers in the shapes AWS hands out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twostep::random::Random;

/// A version 4 UUID (RFC 9562), as AWS request and message ids are.
pub(crate) fn uuid(random: Random) -> String {
    let value = u128::from_be_bytes(random.bytes());
    let versioned = (value & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{versioned:032x}");
    let groups = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    groups
        .map(|(from, to)| hex.get(from..to).unwrap_or_default())
        .join("-")
}

/// `bytes` random bytes in lower-case hex.
pub(crate) fn hex<const BYTES: usize>(random: Random) -> String {
    random
        .bytes::<BYTES>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A request id of API Gateway: 11 bytes in base64, `JKJaXmPLvHcESHA=`.
pub(crate) fn gateway_request_id(random: Random) -> String {
    STANDARD.encode(random.bytes::<11>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_names_its_version_and_variant() {
        let id = uuid(Random);
        let groups: Vec<&str> = id.split('-').collect();
        assert_eq!(
            groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert!(groups[2].starts_with('4'));
        assert!(groups[3].starts_with(['8', '9', 'a', 'b']));
        assert_ne!(uuid(Random), id);
    }

    #[test]
    fn a_gateway_request_id_is_sixteen_characters() {
        assert_eq!(gateway_request_id(Random).len(), 16);
        assert_eq!(hex::<12>(Random).len(), 24);
    }
}
