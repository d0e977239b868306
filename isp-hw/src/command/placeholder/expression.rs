//! A value computed from one parameter or from a few.

use std::fmt;

/// `key`, then steps applied from left to right: `*A`, `+B`, `-B`, `+key`, `-key*A`, `|max0`, `|min0`,
/// `|round`, `|exp2`.
///
/// A product may not follow a sum unless `|` and a filter stand between them, so that no expression
/// means something else here than in arithmetic; a summand's own factor may.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    key: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Times(f64),
    Plus(f64),
    /// Another parameter, times a factor.
    PlusKey(String, f64),
    /// Negative values become 0.
    Max0,
    /// Positive values become 0.
    Min0,
    Round,
    /// Two to the power of the value.
    Exp2,
}

// Together they keep every result finite for native values up to 10¹² (10¹² to the tenth power).
const MOST_STEPS: usize = 8;
const LARGEST: f64 = 1e12;
/// Powers of two are taken of values within ± this.
const LARGEST_EXPONENT: f64 = 39.0;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// Nothing, or no name, where the key should stand.
    #[error("expected the key of a parameter (letters, digits and _) at {0:?}")]
    Key(String),
    /// No number after `*`, neither number nor key after `+` or `-`, or a number beyond ±10¹².
    #[error("expected a decimal number of at most 1000000000000 at {0:?}")]
    Number(String),
    /// An unknown word after `|`.
    #[error("unknown filter {0:?}; known: max0, min0, round, exp2")]
    Filter(String),
    /// `*` after `+` or `-`.
    #[error("write the product before the sum, as in key*2+1")]
    ProductAfterSum,
    /// More than eight steps.
    #[error("more than 8 steps")]
    TooManySteps,
    /// Something that is no step.
    #[error("expected *, +, - or | at {0:?}")]
    Step(String),
}

impl Expression {
    /// Reads an expression; blanks between its parts are allowed.
    ///
    /// # Errors
    /// [`ExpressionError`] at the first part that is none.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let Some((key, mut rest)) = key(text.trim()) else {
            return Err(ExpressionError::Key(start(text)));
        };
        let mut steps = Vec::new();
        loop {
            rest = rest.trim_start();
            let mut characters = rest.chars();
            let Some(sign) = characters.next() else { break };
            let operand = characters.as_str().trim_start();
            let (step, after) = match sign {
                '*' if matches!(steps.last(), Some(Step::Plus(_) | Step::PlusKey(..))) => {
                    return Err(ExpressionError::ProductAfterSum);
                }
                '*' => {
                    let (factor, after) = number(operand)?;
                    (Step::Times(factor), after)
                }
                '+' => summand(operand, 1.0)?,
                '-' => summand(operand, -1.0)?,
                '|' => filter(operand)?,
                _ => return Err(ExpressionError::Step(start(rest))),
            };
            if steps.len() >= MOST_STEPS {
                return Err(ExpressionError::TooManySteps);
            }
            steps.push(step);
            rest = after;
        }
        Ok(Self { key: key.to_owned(), steps })
    }

    /// Keys of the parameters it is computed from, repetitions included.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let summands = self.steps.iter().filter_map(|step| match step {
            Step::PlusKey(key, _) => Some(key.as_str()),
            _ => None,
        });
        std::iter::once(self.key.as_str()).chain(summands)
    }

    /// Its value where `native` gives the value of each parameter.
    #[must_use]
    pub fn evaluate(&self, native: impl Fn(&str) -> f64) -> f64 {
        self.steps.iter().fold(native(&self.key), |value, step| match step {
            Step::Times(factor) => value * factor,
            Step::Plus(summand) => value + summand,
            Step::PlusKey(key, factor) => value + native(key) * factor,
            Step::Max0 => value.max(0.0),
            Step::Min0 => value.min(0.0),
            Step::Round => value.round(),
            Step::Exp2 => value.clamp(-LARGEST_EXPONENT, LARGEST_EXPONENT).exp2(),
        })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.key)?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Times(factor) => write!(formatter, "*{factor}"),
            Step::Plus(summand) if summand.is_sign_negative() => write!(formatter, "{summand}"),
            Step::Plus(summand) => write!(formatter, "+{summand}"),
            Step::PlusKey(key, factor) => {
                let sign = if factor.is_sign_negative() { '-' } else { '+' };
                write!(formatter, "{sign}{key}*{}", factor.abs())
            }
            Step::Max0 => formatter.write_str("|max0"),
            Step::Min0 => formatter.write_str("|min0"),
            Step::Round => formatter.write_str("|round"),
            Step::Exp2 => formatter.write_str("|exp2"),
        })
    }
}

fn filter(text: &str) -> Result<(Step, &str), ExpressionError> {
    let (name, after) = split_while(text, |c| c.is_ascii_alphanumeric() || c == '_');
    match name {
        "max0" => Ok((Step::Max0, after)),
        "min0" => Ok((Step::Min0, after)),
        "round" => Ok((Step::Round, after)),
        "exp2" => Ok((Step::Exp2, after)),
        _ => Err(ExpressionError::Filter(start(name))),
    }
}

/// What follows `+` (sign 1) or `-` (sign -1): a number, or a key that may have a factor.
fn summand(text: &str, sign: f64) -> Result<(Step, &str), ExpressionError> {
    let Some((key, after)) = key(text) else {
        let (summand, after) = number(text)?;
        return Ok((Step::Plus(sign * summand), after));
    };
    let Some(factor) = after.trim_start().strip_prefix('*') else {
        return Ok((Step::PlusKey(key.to_owned(), sign), after));
    };
    let (factor, after) = number(factor.trim_start())?;
    Ok((Step::PlusKey(key.to_owned(), sign * factor), after))
}

/// The key at the start of `text`, and what follows it.
fn key(text: &str) -> Option<(&str, &str)> {
    let (key, after) = split_while(text, |c| c.is_ascii_alphanumeric() || c == '_');
    let is_key = !key.is_empty() && !key.starts_with(|c: char| c.is_ascii_digit());
    is_key.then_some((key, after))
}

/// A decimal number with an optional sign at the start of `text`, and what follows it.
fn number(text: &str) -> Result<(f64, &str), ExpressionError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign_length = text.len() - digits.len();
    let (_, after) = split_while(digits, |c| c.is_ascii_digit() || c == '.');
    let written = text.get(..sign_length + digits.len() - after.len()).unwrap_or_default();
    match written.parse::<f64>() {
        Ok(value) if value.abs() <= LARGEST => Ok((value, after)),
        _ => Err(ExpressionError::Number(start(text))),
    }
}

/// The start of what is wrong, for a message.
fn start(text: &str) -> String {
    text.chars().take(40).collect()
}

fn split_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str, native: f64) -> f64 {
        Expression::parse(text).unwrap().evaluate(|_| native)
    }

    #[test]
    fn steps_apply_from_left_to_right() {
        assert_eq!(value("ev", 0.3), 0.3);
        assert_eq!(value("ev*50+10", 0.5), 35.0);
        assert_eq!(value("ev*-50 - 10", 0.5), -35.0);
        assert_eq!(value(" t |max0 * 30 + 1|round", -3.0), 1.0);
        assert_eq!(value("t|max0*30+1|round", 0.52), 17.0);
        assert_eq!(value("t+1|max0*2", 0.5), 3.0);
        assert_eq!(value("t|min0", 0.5), 0.0);
        assert_eq!(value("t|round", -2.5), -3.0);
    }

    #[test]
    fn sums_of_several_parameters() {
        let expression = Expression::parse("ev - red*0.25 + blue").unwrap();
        assert_eq!(expression.keys().collect::<Vec<_>>(), ["ev", "red", "blue"]);
        let native = |key: &str| if key == "red" { 2.0 } else { 1.0 };
        assert_eq!(expression.evaluate(native), 1.5);
        assert_eq!(value("a|exp2*10|round", 1.5), 28.0);
        assert!(value("a|exp2*1000000000000", 1e12).is_finite());
    }

    #[test]
    fn what_arithmetic_reads_otherwise_is_refused() {
        for text in ["a+1*2", "a+b*2*2", "a+b+1*3"] {
            assert_eq!(Expression::parse(text), Err(ExpressionError::ProductAfterSum), "{text}");
        }
    }

    #[test]
    fn malformed_expressions_are_refused() {
        for text in [
            "", " ", "1", "*2", "a*", "a**2", "a*x", "a|", "a|max", "a b", "a/2", "é", "a*1e5",
            "a*.", "a+", "a+b*", "a+b*c", "a+1b", "a|exp",
        ] {
            assert!(Expression::parse(text).is_err(), "{text:?}");
        }
        let long = format!("a{}", "|round".repeat(9));
        assert_eq!(Expression::parse(&long), Err(ExpressionError::TooManySteps));
        let endless = format!("a*{}", "9".repeat(400));
        assert!(matches!(Expression::parse(&endless), Err(ExpressionError::Number(_))));
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (-1e3..1e3f64).prop_map(Step::Times),
            (-1e3..1e3f64).prop_map(Step::Plus),
            Just(Step::Max0),
            Just(Step::Min0),
            Just(Step::Round),
            Just(Step::Exp2),
            ("[a-z]{1,3}", -1e3..1e3f64).prop_map(|(key, factor)| Step::PlusKey(key, factor)),
        ]
    }

    proptest! {
        #[test]
        fn any_text_gives_an_expression_or_an_error(text in "[a-c0-9*+.| -]{0,20}") {
            if let Ok(expression) = Expression::parse(&text) {
                prop_assert!(!expression.evaluate(|_| 0.5).is_nan());
            }
        }

        #[test]
        fn printed_and_read_back_it_is_the_same(
            key in "[a-z_][a-z0-9_]{0,8}", steps in prop::collection::vec(any_step(), 0..5),
            native in -10.0..10.0f64,
        ) {
            let expression = Expression { key, steps };
            let product_after_sum = expression.steps.windows(2)
                .any(|pair| matches!(pair, [Step::Plus(_) | Step::PlusKey(..), Step::Times(_)]));
            match Expression::parse(&expression.to_string()) {
                Ok(read) => {
                    prop_assert!(!product_after_sum);
                    prop_assert_eq!(read.evaluate(|_| native), expression.evaluate(|_| native));
                }
                Err(error) => {
                    prop_assert!(product_after_sum);
                    prop_assert_eq!(error, ExpressionError::ProductAfterSum);
                }
            }
        }

        #[test]
        fn without_filters_it_is_linear(
            factor in -100.0..100.0f64, summand in -100.0..100.0f64, native in -10.0..10.0f64,
        ) {
            let text = format!("key*{factor}{summand:+}");
            prop_assert_eq!(value(&text, native), native * factor + summand);
        }
    }
}
