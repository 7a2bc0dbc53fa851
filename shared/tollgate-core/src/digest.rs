//! Digests name a content: of the policies, of a decision's facts, of a request.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// `sha256:` and the lower-case hexadecimal digest of `bytes`.
pub fn of_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        for nibble in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// The digest of a value's JSON. Field order is the order of declaration and maps are sorted, so equal
/// values have equal digests.
///
/// # Errors
/// Only if the value cannot be written as JSON (a map whose keys are not strings).
pub fn of_json<T: Serialize>(value: &T) -> serde_json::Result<String> {
    serde_json::to_vec(value).map(|bytes| of_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    /// FIPS 180-4's example message `abc`.
    #[test]
    fn names_content_by_its_sha256() {
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::of_bytes(b"abc"), expected);
    }
}
