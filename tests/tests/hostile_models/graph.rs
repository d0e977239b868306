//! Computations that no model of ours makes.

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto};
use tuner::actor::value_info;

use super::Spoil::Model;
use super::{Damage, graph_of, node, tensor};

pub fn damages() -> Vec<Damage> {
    let damage = |name, says, spoil| Damage { name, says, spoil: Model(spoil) };
    vec![
        damage("a later ONNX", "is ONNX of IR version 99", |model| model.ir_version = 99),
        damage("a negative version", "is ONNX of IR version -1", |model| model.ir_version = -1),
        damage("old operators", "uses operator set 9 of \"\"", |model| {
            model.opset_import[0].version = 9;
        }),
        damage("foreign operators", "uses operator set 17 of \"ai.onnx.ml\"", |model| {
            model.opset_import[0].domain = "ai.onnx.ml".into();
        }),
        damage("no operators", "imports not exactly one operator set", |model| {
            model.opset_import.clear();
        }),
        damage("no graph", "has no graph", |model| model.graph = None),
        damage("no input", "has the input [], it must be \"observation\"", |model| {
            graph_of(model).input.clear();
        }),
        damage("no output", "has the output [], it must be \"action\"", |model| {
            graph_of(model).output.clear();
        }),
        damage("another input", "has the input [\"picture\"], it must be", |model| {
            graph_of(model).input[0].name = "picture".into();
        }),
        damage("a longer input", "f32 of shape [1, 344]", |model| {
            graph_of(model).input[0] = value_info("observation", &[1, 345]);
        }),
        damage("an input without a type", "f32 of shape [1, 344]", |model| {
            graph_of(model).input[0].r#type = None;
        }),
        damage("a longer output", "f32 of shape [1, 9]", |model| {
            graph_of(model).output[0] = value_info("action", &[1, 10]);
        }),
        damage("an output by another name", "has the output [\"act\"], it must", |model| {
            graph_of(model).output[0].name = "act".into();
        }),
        damage("an output nobody computes", "never computes its output \"action\"", |model| {
            graph_of(model).node.last_mut().unwrap().output[0] = "act".into();
        }),
        damage("no nodes", "are never used", |model| graph_of(model).node.clear()),
        damage("eight outputs", "computes \"action\" in the shape [1, 8]", |model| {
            let graph = graph_of(model);
            for tensor in graph.initializer.iter_mut().rev().take(3) {
                tensor.dims[0] = 8;
                let row = tensor.raw_data.len() / 9;
                tensor.raw_data.truncate(8 * row);
            }
        }),
        damage("flattened along axis 9", "\"axis\" of the operator \"Flatten\" must", |model| {
            replace(model, "Sigmoid", "Flatten", vec![integer("axis", 9)]);
        }),
        damage("convolved with stride 0", "\"strides\" of the operator \"Conv\" must", |model| {
            replace(model, "Gemm", "Conv", vec![integer("strides", 0)]);
        }),
        damage("pooled with odd padding", "uses the operator \"MaxPool\"", |model| {
            replace(model, "Sigmoid", "MaxPool", vec![integer("pads", 3)]);
        }),
        damage("eight tebibytes of zeros", "uses the operator \"ConstantOfShape\"", |model| {
            replace(model, "Sigmoid", "ConstantOfShape", Vec::new());
        }),
        damage("a loop", "uses the operator \"Loop\"", |model| {
            replace(model, "Gemm", "Loop", Vec::new());
        }),
        damage("an operator without a name", "uses the operator \"\"", |model| {
            replace(model, "Sigmoid", "", Vec::new());
        }),
        damage("an operator that moves the cursor", "operator \"\\u{1b}[1A\"", |model| {
            replace(model, "Sigmoid", "\u{1b}[1A", Vec::new());
        }),
        damage("a map without a bias", "uses the operator \"Gemm\" with 2 inputs", |model| {
            node(model, "Gemm").input.pop();
        }),
        damage("a map that does not turn its weights", "attribute \"transB\"", |model| {
            node(model, "Gemm").attribute.clear();
        }),
        damage("a map that turns its input", "attribute \"transA\" of the operator", |model| {
            node(model, "Gemm").attribute.push(integer("transA", 1));
        }),
        damage("an attribute of NaN", "attribute \"alpha\" of the operator \"Gemm\"", |model| {
            node(model, "Gemm").attribute.push(float("alpha", f32::NAN));
        }),
        damage("an attribute twice", "\"transB\" of the operator \"Gemm\" stands", |model| {
            node(model, "Gemm").attribute.push(integer("transB", 1));
        }),
        damage("an attribute of another type", "must be the integer 1", |model| {
            node(model, "Gemm").attribute[0].r#type = AttributeType::Float as i32;
        }),
        damage("an attribute of no type", "must be the integer 1", |model| {
            node(model, "Gemm").attribute[0].r#type = 77;
        }),
        damage("normalised along the batch", "\"axis\" of the operator \"LayerNorm", |model| {
            node(model, "LayerNormalization").attribute[0].i = 0;
        }),
        damage("divided by nothing", "\"epsilon\" of the operator \"LayerNorm", |model| {
            node(model, "LayerNormalization").attribute[1].f = 0.0;
        }),
        damage("divided by NaN", "\"epsilon\" of the operator \"LayerNormalization", |model| {
            node(model, "LayerNormalization").attribute[1].f = f32::NAN;
        }),
        damage("a short scale", "have the shape [5], it must be [12]", |model| {
            let scale = tensor(model, "norm_1.scale");
            scale.dims = vec![5];
            scale.raw_data.truncate(20);
        }),
        damage("a cycle", "\"action\" is used before it is computed", |model| {
            node(model, "Gemm").input[0] = "action".into();
        }),
        damage("a node that feeds itself", "is used before it is computed", |model| {
            let node = node(model, "Sigmoid");
            node.input[0] = node.output[0].clone();
        }),
        damage("nodes in reverse", "\"silu_2\" is used before it is computed", |model| {
            graph_of(model).node.reverse();
        }),
        damage("an input from nowhere", "\"nowhere\" is used before it is computed", |model| {
            node(model, "Mul").input[1] = "nowhere".into();
        }),
        damage("an input without a name", "\"\" is used before it is computed", |model| {
            node(model, "Mul").input[1] = String::new();
        }),
        damage("an output without a name", "has a value without a name", |model| {
            node(model, "Sigmoid").output[0] = String::new();
        }),
        damage("a node without an output", "has 0 outputs", |model| {
            node(model, "Sigmoid").output.clear();
        }),
        damage("a value twice", "defines the value \"dense_0\" twice", |model| {
            node(model, "LayerNormalization").output[0] = "dense_0".into();
        }),
        damage("an observation of its own", "defines the value \"observation\" twice", |model| {
            node(model, "Sigmoid").output[0] = "observation".into();
        }),
        damage("rows of two lengths", "multiplies 12 values by 344", |model| {
            node(model, "Mul").input[1] = "observation".into();
        }),
        damage("weights as a row", "must be computed, not stored", |model| {
            node(model, "Mul").input[1] = "norm_1.scale".into();
        }),
        damage("a row as weights", "must be stored, not computed", |model| {
            node(model, "Gemm").input[2] = "observation".into();
        }),
    ]
}

fn replace(model: &mut ModelProto, old: &str, new: &str, attribute: Vec<AttributeProto>) {
    let node: &mut NodeProto = node(model, old);
    node.op_type = new.to_owned();
    node.attribute = attribute;
}

pub fn integer(name: &str, value: i64) -> AttributeProto {
    let r#type = AttributeType::Int as i32;
    AttributeProto { name: name.into(), r#type, i: value, ..AttributeProto::default() }
}

fn float(name: &str, value: f32) -> AttributeProto {
    let r#type = AttributeType::Float as i32;
    AttributeProto { name: name.into(), r#type, f: value, ..AttributeProto::default() }
}

/// The input declared as `f64`.
#[test]
fn an_input_of_doubles_is_refused() {
    use prost::Message;
    let mut model = super::decoded(train_host::export::Form::Int8);
    let kind = graph_of(&mut model).input[0].r#type.as_mut().unwrap();
    let Some(tract_onnx::pb::type_proto::Value::TensorType(tensor)) = &mut kind.value else {
        panic!("no tensor")
    };
    tensor.elem_type = DataType::Double as i32;
    let file = tuner::actor::seal(model.encode_to_vec());
    let error = tuner::actor::Actor::from_bytes("doubles", &file).unwrap_err().to_string();
    assert!(error.contains("f32 of shape [1, 344]"), "{error}");
}
