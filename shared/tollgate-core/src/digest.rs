//! Digests name a content: of the policies, of a decision's facts, of a request.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Takes in what is written, so that a large value's JSON is never there as a whole.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `sha256:` and the lower-case hexadecimal digest of `bytes`.
pub fn of_bytes(bytes: &[u8]) -> String {
    written(&Sha256::digest(bytes))
}

fn written(digest: &[u8]) -> String {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in digest {
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
    let mut hashing = Hashing(Sha256::new());
    serde_json::to_writer(&mut hashing, value)?;
    Ok(written(&hashing.0.finalize()))
}

#[cfg(test)]
mod tests {
    /// FIPS 180-4's example message `abc`.
    #[test]
    fn names_content_by_its_sha256() {
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(super::of_bytes(b"abc"), expected);
        assert_eq!(super::of_json(&["abc"]).unwrap(), super::of_bytes(br#"["abc"]"#));
    }
}
