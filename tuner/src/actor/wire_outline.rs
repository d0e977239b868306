//! The outline of an encoded ModelProto, looked at before it is decoded.
//!
//! Decoding turns an empty message of two bytes into a structure of hundreds, and skips what it does
//! not know. So the encoded fields are walked first: only those that the exporter writes may occur,
//! and only so often. External data, subgraphs, functions and the like end here.

use super::ModelFlaw;

/// What a field holds.
enum Content {
    /// An integer.
    Varint,
    /// Integers, one by one or packed.
    Varints,
    /// Four bytes.
    Float,
    /// A text of at most so many bytes.
    Text(usize),
    /// Any bytes.
    Bytes,
    Message(&'static Outline),
}

struct Field {
    number: u64,
    content: Content,
    /// How often it may occur in its message.
    most: usize,
}

/// The fields that a message may have.
struct Outline {
    name: &'static str,
    fields: &'static [Field],
}

/// Nodes, and tensors, of one model.
const MOST_PARTS: usize = 512;
const NAME: Content = Content::Text(128);

const fn field(number: u64, content: Content, most: usize) -> Field {
    Field { number, content, most }
}

const MODEL: Outline = Outline {
    name: "ModelProto",
    fields: &[
        field(1, Content::Varint, 1),
        field(2, NAME, 1),
        field(3, NAME, 1),
        field(7, Content::Message(&GRAPH), 1),
        field(8, Content::Message(&OPERATOR_SET), 1),
        field(14, Content::Message(&ENTRY), 16),
    ],
};
const OPERATOR_SET: Outline = Outline {
    name: "OperatorSetIdProto",
    fields: &[field(1, NAME, 1), field(2, Content::Varint, 1)],
};
const ENTRY: Outline = Outline {
    name: "StringStringEntryProto",
    fields: &[field(1, NAME, 1), field(2, Content::Text(1 << 16), 1)],
};
const GRAPH: Outline = Outline {
    name: "GraphProto",
    fields: &[
        field(1, Content::Message(&NODE), MOST_PARTS),
        field(2, NAME, 1),
        field(5, Content::Message(&TENSOR), MOST_PARTS),
        field(11, Content::Message(&VALUE), 2),
        field(12, Content::Message(&VALUE), 1),
    ],
};
const NODE: Outline = Outline {
    name: "NodeProto",
    fields: &[
        field(1, NAME, 4),
        field(2, NAME, 1),
        field(3, NAME, 1),
        field(4, NAME, 1),
        field(5, Content::Message(&ATTRIBUTE), 4),
    ],
};
const ATTRIBUTE: Outline = Outline {
    name: "AttributeProto",
    fields: &[
        field(1, NAME, 1),
        field(2, Content::Float, 1),
        field(3, Content::Varint, 1),
        field(8, Content::Varints, 4),
        field(20, Content::Varint, 1),
    ],
};
const TENSOR: Outline = Outline {
    name: "TensorProto",
    fields: &[
        field(1, Content::Varints, 4),
        field(2, Content::Varint, 1),
        field(8, NAME, 1),
        field(9, Content::Bytes, 1),
    ],
};
const VALUE: Outline = Outline {
    name: "ValueInfoProto",
    fields: &[field(1, NAME, 1), field(2, Content::Message(&TYPE), 1)],
};
const TYPE: Outline =
    Outline { name: "TypeProto", fields: &[field(1, Content::Message(&TENSOR_TYPE), 1)] };
const TENSOR_TYPE: Outline = Outline {
    name: "TypeProto.Tensor",
    fields: &[field(1, Content::Varint, 1), field(2, Content::Message(&SHAPE), 1)],
};
const SHAPE: Outline =
    Outline { name: "TensorShapeProto", fields: &[field(1, Content::Message(&DIMENSION), 4)] };
const DIMENSION: Outline =
    Outline { name: "TensorShapeProto.Dimension", fields: &[field(1, Content::Varint, 1)] };

/// Walks the fields of an encoded ModelProto.
pub(super) fn check(content: &[u8]) -> Result<(), ModelFlaw> {
    walk(content, &MODEL)
}

fn walk(mut rest: &[u8], outline: &Outline) -> Result<(), ModelFlaw> {
    let cut = || ModelFlaw::Structure(format!("a {} in it is cut short", outline.name));
    let mut counts = vec![0_usize; outline.fields.len()];
    while !rest.is_empty() {
        let tag = varint(&mut rest).ok_or_else(cut)?;
        let (number, wire_type) = (tag >> 3, tag & 7);
        let flaw = |what: &str| {
            let message = outline.name;
            ModelFlaw::Structure(format!("field {number} of a {message} in it {what}"))
        };
        let known = outline.fields.iter().zip(&mut counts);
        let found = known.into_iter().find(|(field, _)| field.number == number);
        let (field, count) = found.ok_or_else(|| flaw("is none that isptune's exporter writes"))?;
        *count += 1;
        if *count > field.most {
            return Err(flaw(&format!("occurs more than {} times", field.most)));
        }
        match (&field.content, wire_type) {
            (Content::Varint | Content::Varints, 0) => {
                varint(&mut rest).ok_or_else(cut)?;
            }
            (Content::Varints, 2) => {
                // Four numbers of ten bytes each are the most.
                let packed = delimited(&mut rest).ok_or_else(cut)?;
                if packed.len() > 40 {
                    return Err(flaw("is too long"));
                }
            }
            (Content::Float, 5) => {
                rest = rest.get(4..).ok_or_else(cut)?;
            }
            (Content::Text(most), 2) => {
                let text = delimited(&mut rest).ok_or_else(cut)?;
                if text.len() > *most {
                    return Err(flaw(&format!("has more than {most} bytes")));
                }
            }
            (Content::Bytes, 2) => {
                delimited(&mut rest).ok_or_else(cut)?;
            }
            (Content::Message(inner), 2) => {
                walk(delimited(&mut rest).ok_or_else(cut)?, inner)?;
            }
            _ => return Err(flaw("has a type that does not belong to it")),
        }
    }
    Ok(())
}

/// The next base-128 number of at most 64 bits.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for place in 0..10 {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        let digit = u64::from(byte & 0x7f);
        if place == 9 && digit > 1 {
            return None;
        }
        value |= digit << (7 * place);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The next piece that is preceded by its length.
fn delimited<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint(rest)?).ok()?;
    let (piece, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(piece)
}
