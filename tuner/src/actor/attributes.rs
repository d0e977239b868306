//! The attributes of a node.

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, NodeProto};

use super::ModelFlaw;
use super::error::quoted;

/// The attributes of one node, each name at most once.
pub(super) struct Attributes<'a> {
    operator: &'a str,
    all: &'a [AttributeProto],
}

impl<'a> Attributes<'a> {
    pub(super) fn of(node: &'a NodeProto) -> Result<Self, ModelFlaw> {
        let these = Self { operator: &node.op_type, all: &node.attribute };
        for (place, attribute) in these.all.iter().enumerate() {
            if these.all.iter().take(place).any(|earlier| earlier.name == attribute.name) {
                return Err(these.refused(&attribute.name, "stands there twice"));
            }
            if attribute.r#type != AttributeType::Ints as i32 && !attribute.ints.is_empty() {
                return Err(these.refused(&attribute.name, "holds a list that is not its value"));
            }
        }
        Ok(these)
    }

    /// Refuses attributes of other names than these.
    pub(super) fn are(&self, names: &[&str]) -> Result<(), ModelFlaw> {
        let foreign = self.all.iter().find(|each| !names.contains(&each.name.as_str()));
        foreign.map_or(Ok(()), |each| Err(self.refused(&each.name, "is none that isptune writes")))
    }

    /// Refuses an integer attribute that is not `wanted`, or missing.
    pub(super) fn integer(&self, name: &str, wanted: i64) -> Result<(), ModelFlaw> {
        match self.find(name) {
            Some(each) if each.r#type == AttributeType::Int as i32 && each.i == wanted => Ok(()),
            _ => Err(self.refused(name, &format!("must be the integer {wanted}"))),
        }
    }

    /// Refuses a list that has not N integers of an interval, or is missing; the list.
    pub(super) fn integers_within<const N: usize>(
        &self,
        name: &str,
        [low, high]: [usize; 2],
    ) -> Result<[usize; N], ModelFlaw> {
        let found = self.find(name).filter(|each| each.r#type == AttributeType::Ints as i32);
        let inside =
            |&value: &i64| usize::try_from(value).ok().filter(|value| (low..=high).contains(value));
        found
            .and_then(|each| each.ints.iter().map(inside).collect::<Option<Vec<usize>>>())
            .and_then(|values| values.try_into().ok())
            .ok_or_else(|| {
                self.refused(name, &format!("must be {N} integers from {low} to {high}"))
            })
    }

    /// Refuses a float attribute outside an interval, or missing.
    pub(super) fn float_within(&self, name: &str, [low, high]: [f32; 2]) -> Result<(), ModelFlaw> {
        let fits = |each: &AttributeProto| {
            each.r#type == AttributeType::Float as i32 && (low..=high).contains(&each.f)
        };
        match self.find(name) {
            Some(each) if fits(each) => Ok(()),
            _ => Err(self.refused(name, &format!("must be a number from {low} to {high}"))),
        }
    }

    fn find(&self, name: &str) -> Option<&AttributeProto> {
        self.all.iter().find(|each| each.name == name)
    }

    fn refused(&self, name: &str, reason: &str) -> ModelFlaw {
        let (name, operator) = (quoted(name), quoted(self.operator));
        ModelFlaw::Graph(format!("attribute {name} of the operator {operator} {reason}"))
    }
}
