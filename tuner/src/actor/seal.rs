//! The digest that ends every model file.
//!
//! The last metadata entry of the file holds the SHA-256 of all bytes before it, in hexadecimal
//! digits. It is the last thing in the file, so it is checked before anything is parsed, and
//! `head -c -84 model.onnx | sha256sum` checks it as well.

use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::{ModelProto, StringStringEntryProto};

use super::ModelFlaw;

/// Key of the last metadata entry.
const KEY: &str = "isptune.sha256";
/// Bytes of the encoded entry.
const SEAL_BYTES: usize = 84;

/// Appends the digest of `content`, an encoded ModelProto without one.
#[must_use]
pub fn seal(mut content: Vec<u8>) -> Vec<u8> {
    let entry = entry(digest(&content));
    content.extend(entry);
    content
}

/// The content that the last entry vouches for; that entry is not part of it.
pub(super) fn opened(file: &[u8]) -> Result<&[u8], ModelFlaw> {
    let split = file.len().checked_sub(SEAL_BYTES).and_then(|at| file.split_at_checked(at));
    let (content, end) = split.ok_or(ModelFlaw::NotSealed)?;
    let stated = end.get(SEAL_BYTES - 64..).and_then(|digits| str::from_utf8(digits).ok());
    let stated = stated.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let stated = stated.ok_or(ModelFlaw::NotSealed)?.to_owned();
    if end != entry(stated.clone()) {
        return Err(ModelFlaw::NotSealed);
    }
    let actual = digest(content);
    if stated == actual { Ok(content) } else { Err(ModelFlaw::Digest { stated, actual }) }
}

/// The digest entry as the encoding of a model that has nothing else: encodings of the same
/// message, one after the other, are the encoding of both together.
fn entry(digest: String) -> Vec<u8> {
    let entry = StringStringEntryProto { key: KEY.to_owned(), value: digest };
    ModelProto { metadata_props: vec![entry], ..ModelProto::default() }.encode_to_vec()
}

fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_to_what_was_sealed() {
        let sealed = seal(b"content".to_vec());
        assert_eq!(sealed.len(), 7 + SEAL_BYTES);
        assert_eq!(opened(&sealed).unwrap(), b"content");
        // From `printf content | sha256sum`.
        let known = b"ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
        assert!(sealed.ends_with(known));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let sealed = seal(b"some content".to_vec());
        for bit in 0..sealed.len() * 8 {
            let mut damaged = sealed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(opened(&damaged).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(opened(&sealed[..length]).is_err(), "{length} bytes");
        }
    }
}
