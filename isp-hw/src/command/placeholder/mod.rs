//! Texts with places for values: the arguments and template files of `command` pipelines.
//!
//! ```text
//! {input}  {output}  {params}  {template}     paths (the last two in arguments only)
//! {ev}                                        the native value of the parameter whose key is `ev`
//! {ev*50}  {ev+10}  {ev*50-10}                the same times and plus a number
//! {ev|max0}  {ev|min0}                        negative (positive) values become 0
//! {ev|round}                                  the nearest whole number, halves away from zero
//! {ev|max0*30+1|round}                        all of them, applied from left to right
//! {value:input}                               a parameter whose key is one of the four names above
//! {{  }}                                      a brace
//! ```
//! Numbers are written in plain decimal notation, never with an exponent. Anything else between
//! braces is an error when the file is loaded.

mod expression;
mod text;

pub use expression::{Expression, ExpressionError};
pub use text::{PathName, Text, TextError, Values};
