//! One unambiguous way to turn several values into the bytes of a MAC or of associated data.

/// `label` and `parts` as bytes, each preceded by its length (32-bit, big-endian), so that no
/// two different lists give the same bytes. The label names the use and its version.
pub(crate) fn length_prefixed(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in std::iter::once(&label.as_bytes()).chain(parts) {
        // Nothing passed here comes near 4 GiB: requests are bounded at 8 KiB.
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_lengths_before_parts() {
        assert_eq!(
            length_prefixed("v1", &[b"abc", b""]),
            b"\0\0\0\x02v1\0\0\0\x03abc\0\0\0\0"
        );
    }

    proptest! {
        #[test]
        fn different_lists_give_different_bytes(
            left in proptest::collection::vec(proptest::collection::vec(0u8..3, 0..4), 0..4),
            right in proptest::collection::vec(proptest::collection::vec(0u8..3, 0..4), 0..4),
        ) {
            let slices = |list: &[Vec<u8>]| {
                length_prefixed("label", &list.iter().map(Vec::as_slice).collect::<Vec<_>>())
            };
            prop_assert_eq!(left == right, slices(&left) == slices(&right));
        }
    }
}
