//! A value computed from one parameter.

use std::fmt;

/// `key`, then steps applied from left to right: `*A`, `+B`, `-B`, `|max0`, `|min0`, `|round`.
///
/// A product may not follow a sum unless `|` and a filter stand between them, so that no expression
/// means something else here than in arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    key: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Times(f64),
    Plus(f64),
    /// Negative values become 0.
    Max0,
    /// Positive values become 0.
    Min0,
    Round,
}

// Together they keep every result finite for native values up to 10¹² (10¹² to the ninth power).
const MOST_STEPS: usize = 8;
const LARGEST: f64 = 1e12;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// Nothing, or no name, where the key should stand.
    #[error("expected the key of a parameter (letters, digits and _) at {0:?}")]
    Key(String),
    /// No number after `*`, `+` or `-`, or one beyond ±10¹².
    #[error("expected a decimal number of at most 1000000000000 at {0:?}")]
    Number(String),
    /// An unknown word after `|`.
    #[error("unknown filter {0:?}; known: max0, min0, round")]
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
        let (key, mut rest) = split_while(text.trim(), |c| c.is_ascii_alphanumeric() || c == '_');
        if key.is_empty() || key.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(ExpressionError::Key(start(text)));
        }
        let mut steps = Vec::new();
        loop {
            rest = rest.trim_start();
            let mut characters = rest.chars();
            let Some(sign) = characters.next() else { break };
            let operand = characters.as_str().trim_start();
            let (step, after) = match sign {
                '*' if matches!(steps.last(), Some(Step::Plus(_))) => {
                    return Err(ExpressionError::ProductAfterSum);
                }
                '*' => {
                    let (factor, after) = number(operand)?;
                    (Step::Times(factor), after)
                }
                '+' => {
                    let (summand, after) = number(operand)?;
                    (Step::Plus(summand), after)
                }
                '-' => {
                    let (summand, after) = number(operand)?;
                    (Step::Plus(-summand), after)
                }
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

    /// Key of the parameter it is computed from.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its value where the parameter has the value `native`.
    #[must_use]
    pub fn evaluate(&self, native: f64) -> f64 {
        self.steps.iter().fold(native, |value, step| match step {
            Step::Times(factor) => value * factor,
            Step::Plus(summand) => value + summand,
            Step::Max0 => value.max(0.0),
            Step::Min0 => value.min(0.0),
            Step::Round => value.round(),
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
            Step::Max0 => formatter.write_str("|max0"),
            Step::Min0 => formatter.write_str("|min0"),
            Step::Round => formatter.write_str("|round"),
        })
    }
}

fn filter(text: &str) -> Result<(Step, &str), ExpressionError> {
    let (name, after) = split_while(text, |c| c.is_ascii_alphanumeric() || c == '_');
    match name {
        "max0" => Ok((Step::Max0, after)),
        "min0" => Ok((Step::Min0, after)),
        "round" => Ok((Step::Round, after)),
        _ => Err(ExpressionError::Filter(start(name))),
    }
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
        Expression::parse(text).unwrap().evaluate(native)
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
    fn what_arithmetic_reads_otherwise_is_refused() {
        assert_eq!(Expression::parse("a+1*2"), Err(ExpressionError::ProductAfterSum));
    }

    #[test]
    fn malformed_expressions_are_refused() {
        for text in [
            "", " ", "1", "*2", "a*", "a**2", "a*x", "a|", "a|max", "a b", "a/2", "é", "a*1e5",
            "a*.",
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
        ]
    }

    proptest! {
        #[test]
        fn any_text_gives_an_expression_or_an_error(text in "[a-c0-9*+.| -]{0,20}") {
            if let Ok(expression) = Expression::parse(&text) {
                prop_assert!(!expression.evaluate(0.5).is_nan());
            }
        }

        #[test]
        fn printed_and_read_back_it_is_the_same(
            key in "[a-z_][a-z0-9_]{0,8}", steps in prop::collection::vec(any_step(), 0..5),
            native in -10.0..10.0f64,
        ) {
            let expression = Expression { key, steps };
            let product_after_sum = expression.steps.windows(2)
                .any(|pair| matches!(pair, [Step::Plus(_), Step::Times(_)]));
            match Expression::parse(&expression.to_string()) {
                Ok(read) => {
                    prop_assert!(!product_after_sum);
                    prop_assert_eq!(read.evaluate(native), expression.evaluate(native));
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
