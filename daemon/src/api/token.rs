//! The secret that opens the loopback port.

use std::fmt;
use std::hint::black_box;

/// Shortest token in characters: 24 random bytes in base64.
const SHORTEST: usize = 32;

/// A bearer token. Its text is never shown.
#[derive(Clone)]
pub struct Token(Vec<u8>);

/// A text that is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It could be guessed.
    #[error(
        "the token has {0} characters, too few; write at least 32, as from: head -c 32 \
         /dev/urandom | base64 -w 0"
    )]
    TooShort(usize),
    /// It cannot stand in a header.
    #[error("the token may have visible ASCII characters only, without blanks")]
    Characters,
}

impl Token {
    /// Takes the text of a token; white space around it does not count.
    ///
    /// # Errors
    /// [`TokenError`]
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Characters);
        }
        if text.len() < SHORTEST {
            return Err(TokenError::TooShort(text.len()));
        }
        Ok(Self(text.as_bytes().to_vec()))
    }

    /// Whether the value of an `Authorization` header holds it. The time that takes tells nothing
    /// but the length.
    #[must_use]
    pub fn opens(&self, authorization: &[u8]) -> bool {
        let Some((scheme, given)) = authorization.split_at_checked("Bearer ".len()) else {
            return false;
        };
        if !scheme.eq_ignore_ascii_case(b"Bearer ") || given.len() != self.0.len() {
            return false;
        }
        let differing = given.iter().zip(&self.0).fold(0, |sum, (a, b)| black_box(sum | (a ^ b)));
        black_box(differing) == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let text = "0123456789abcdef0123456789abcdef";
        let token = Token::new(&format!(" {text}\n")).unwrap();
        assert!(token.opens(format!("Bearer {text}").as_bytes()));
        assert!(token.opens(format!("bearer {text}").as_bytes()));
        for wrong in [
            "",
            "Bearer ",
            "Bearer 0123456789abcdef0123456789abcdee",
            "Bearer 0123456789abcdef0123456789abcdef0",
            "Bearer 0123456789abcdef",
            "Basic  0123456789abcdef0123456789abcdef",
            text,
        ] {
            assert!(!token.opens(wrong.as_bytes()), "{wrong}");
        }
        assert!(!format!("{token:?}").contains('0'));
    }

    #[test]
    fn what_could_be_guessed_or_not_be_sent_is_no_token() {
        assert_eq!(Token::new("secret").unwrap_err(), TokenError::TooShort(6));
        assert_eq!(Token::new("").unwrap_err(), TokenError::TooShort(0));
        let blank = "0123456789abcdef 0123456789abcdef";
        assert_eq!(Token::new(blank).unwrap_err(), TokenError::Characters);
    }
}
