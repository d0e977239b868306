//! A file name for any identity of a device.

use std::fmt::Write as _;

/// Ending of the files.
pub(crate) const ENDING: &str = ".toml";

/// A name is at most 255 bytes long on Linux; this leaves room for what else is added to it.
const LONGEST: usize = 180;

/// The file name for an identity: letters, digits and `-_:@` as they are, a dot except at the
/// start, every other byte as `%XX`. Different identities get different names; a very long one is
/// cut and ends with a checksum of the whole.
pub(crate) fn file_name(identity: &str) -> String {
    let mut name = String::new();
    for (position, byte) in identity.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"-_:@".contains(&byte);
        if plain || (byte == b'.' && position > 0) {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    if name.len() > LONGEST {
        name.truncate(LONGEST);
        // '+' stands in no other name.
        let _ = write!(name, "+{:016x}", checksum(identity));
    } else if name.is_empty() {
        name.push('+');
    }
    name + ENDING
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): the same in every version of isptune.
pub(crate) fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_identities_stay_legible() {
        assert_eq!(file_name("usb:046d:0825:5A3F@1-1.2"), "usb:046d:0825:5A3F@1-1.2.toml");
        assert_eq!(file_name("bus:platform:vivid.0"), "bus:platform:vivid.0.toml");
        assert_eq!(file_name("../a b"), "%2E.%2Fa%20b.toml");
        assert_eq!(file_name(""), "+.toml");
    }

    #[test]
    fn long_identities_that_differ_at_the_end_get_different_names() {
        let [a, b] = ["a", "b"].map(|end| file_name(&("ü".repeat(500) + end)));
        assert!(a != b && a.len() < 230);
        // The checksum of the standard's test: a stored file must be found by later versions.
        assert_eq!(checksum("foobar"), 0x8594_4171_F739_67E8);
    }

    proptest! {
        #[test]
        fn any_identity_is_one_safe_component(one in ".{0,300}", other in ".{0,300}") {
            let name = file_name(&one);
            prop_assert!(name.len() < 230 && !name.starts_with('.'));
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'));
            prop_assert_eq!(one == other, name == file_name(&other));
        }
    }
}
