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
