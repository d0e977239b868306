//! Weights that are none.

use half::f16;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{ModelProto, NodeProto};

use super::Spoil::{FloatModel, HalfModel, Model};
use super::graph::integer;
use super::{Damage, Spoil, graph_of, node, tensor};

pub fn damages() -> Vec<Damage> {
    let damage = |name, says, spoil: Spoil| Damage { name, says, spoil };
    vec![
        damage(
            "a negative side",
            "have the shape [-12, 344]",
            Model(|model| {
                tensor(model, "_int8").dims[0] = -12;
            }),
        ),
        damage(
            "a side of zero",
            "have the shape [0, 344]",
            Model(|model| {
                tensor(model, "_int8").dims[0] = 0;
            }),
        ),
        damage(
            "sides that overflow",
            "have the shape [9223372036854775807",
            Model(|model| {
                tensor(model, "_int8").dims = vec![i64::MAX, i64::MAX];
            }),
        ),
        damage(
            "eight tebibytes",
            "make more than 4194304 numbers",
            Model(|model| {
                tensor(model, "_int8").dims = vec![65536, 65536, 512];
            }),
        ),
        damage(
            "no sides",
            "have the shape []",
            Model(|model| {
                tensor(model, ".bias").dims.clear();
            }),
        ),
        damage(
            "six sides",
            "field 1 of a TensorProto in it is too long",
            Model(|model| {
                tensor(model, "_int8").dims = vec![1; 41];
            }),
        ),
        damage(
            "a byte too few",
            "have 4127 bytes for the shape [12, 344]",
            Model(|model| {
                tensor(model, "_int8").raw_data.pop();
            }),
        ),
        damage(
            "a byte too many",
            "have 4129 bytes for the shape [12, 344]",
            Model(|model| {
                tensor(model, "_int8").raw_data.push(0);
            }),
        ),
        damage(
            "no bytes",
            "have 0 bytes for the shape [12]",
            Model(|model| {
                tensor(model, ".bias").raw_data.clear();
            }),
        ),
        damage(
            "half a number",
            "have 47 bytes for the shape [12]",
            Model(|model| {
                tensor(model, ".bias").raw_data.pop();
            }),
        ),
        damage(
            "doubles",
            "are of the data type 11",
            Model(|model| {
                tensor(model, ".bias").data_type = DataType::Double as i32;
            }),
        ),
        damage(
            "texts",
            "are of the data type 8",
            Model(|model| {
                tensor(model, ".bias").data_type = DataType::String as i32;
            }),
        ),
        damage(
            "of no type",
            "are of the data type 0",
            Model(|model| {
                tensor(model, ".bias").data_type = 0;
            }),
        ),
        damage(
            "of a type from the future",
            "are of the data type 999",
            Model(|model| {
                tensor(model, ".bias").data_type = 999;
            }),
        ),
        damage(
            "NaN in a bias",
            "hold a value that is not finite",
            Model(|model| {
                tensor(model, ".bias").raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
            }),
        ),
        damage(
            "NaN in a matrix",
            "hold a value that is not finite",
            FloatModel(|model| {
                tensor(model, ".weights").raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
            }),
        ),
        damage(
            "infinity in a matrix",
            "hold a value that is not finite",
            FloatModel(|model| {
                let infinity = f32::INFINITY.to_le_bytes();
                tensor(model, ".weights").raw_data[8..12].copy_from_slice(&infinity);
            }),
        ),
        damage(
            "NaN in sixteen bits",
            "hold a value that is not finite",
            HalfModel(|model| {
                tensor(model, "_f16").raw_data[..2].copy_from_slice(&f16::NAN.to_le_bytes());
            }),
        ),
        damage(
            "NaN in a scale",
            "hold a value that is not finite",
            Model(|model| {
                tensor(model, "_scale").raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
            }),
        ),
        damage(
            "a scale of zero",
            "are int8 without a scale for each row",
            Model(|model| {
                tensor(model, "_scale").raw_data[..4].fill(0);
            }),
        ),
        damage(
            "a negative scale",
            "are int8 without a scale for each row",
            Model(|model| {
                tensor(model, "_scale").raw_data[..4].copy_from_slice(&(-1_f32).to_le_bytes());
            }),
        ),
        damage(
            "an empty scale",
            "have the shape [0]",
            Model(|model| {
                let scale = tensor(model, "_scale");
                scale.dims = vec![0];
                scale.raw_data.clear();
            }),
        ),
        damage(
            "one scale for all rows",
            "are int8 without a scale for each row",
            Model(|model| {
                let scale = tensor(model, "_scale");
                scale.dims = vec![1];
                scale.raw_data.truncate(4);
            }),
        ),
        damage(
            "scales along the columns",
            "\"axis\" of the operator \"Dequant",
            Model(|model| {
                node(model, "DequantizeLinear").attribute[0].i = 1;
            }),
        ),
        damage(
            "a zero point",
            "\"DequantizeLinear\" with 3 inputs",
            Model(|model| {
                node(model, "DequantizeLinear").input.push("dense_0.bias".into());
            }),
        ),
        damage(
            "int8 as it is",
            "are used without being widened to f32",
            Model(|model| {
                graph_of(model).node.remove(0);
                node(model, "Gemm").input[1] = "dense_0.weights_int8".into();
                graph_of(model).initializer.retain(|each| each.name != "dense_0.weights_scale");
            }),
        ),
        damage(
            "f32 dequantised",
            "are int8 without a scale for each row",
            FloatModel(|model| {
                widened_by(model, "DequantizeLinear", vec![integer("axis", 0)], true);
            }),
        ),
        damage(
            "f32 cast",
            "are cast from what is no f16",
            FloatModel(|model| {
                widened_by(model, "Cast", vec![integer("to", 1)], false);
            }),
        ),
        damage(
            "cast to integers",
            "\"to\" of the operator \"Cast\" must be",
            HalfModel(|model| {
                node(model, "Cast").attribute[0].i = DataType::Int64 as i64;
            }),
        ),
        damage(
            "cast of an activation",
            "must be stored, not computed",
            HalfModel(|model| {
                node(model, "Cast").input[0] = "observation".into();
            }),
        ),
        damage(
            "a turned matrix",
            "take 12 values, there are 344",
            Model(|model| {
                let weights = tensor(model, "_int8");
                weights.dims = vec![344, 12];
                let scale = tensor(model, "_scale");
                scale.dims = vec![344];
                scale.raw_data = 1_f32.to_le_bytes().repeat(344);
            }),
        ),
        damage(
            "a matrix of three sides",
            "are no matrix",
            FloatModel(|model| {
                tensor(model, ".weights").dims = vec![12, 344, 1];
            }),
        ),
        damage(
            "a bias of two sides",
            "have the shape [12, 1], it must be [12]",
            Model(|model| {
                tensor(model, ".bias").dims = vec![12, 1];
            }),
        ),
        damage(
            "a tensor used twice",
            "are used twice",
            Model(|model| {
                node(model, "LayerNormalization").input[2] = "dense_0.bias".into();
            }),
        ),
        damage(
            "a tensor nobody uses",
            "\"spare\" are never used",
            Model(|model| {
                let mut spare = tensor(model, ".bias").clone();
                spare.name = "spare".into();
                graph_of(model).initializer.push(spare);
            }),
        ),
        damage(
            "a tensor twice",
            "defines the value \"dense_0.bias\" twice",
            Model(|model| {
                let twin = tensor(model, ".bias").clone();
                graph_of(model).initializer.push(twin);
            }),
        ),
        damage(
            "a tensor without a name",
            "has a value without a name",
            Model(|model| {
                tensor(model, ".bias").name.clear();
            }),
        ),
        damage(
            "a tensor missing",
            "is used, but it is not in the file",
            Model(|model| {
                graph_of(model).initializer.pop();
            }),
        ),
        damage(
            "weights that overflow",
            "failed its test: output",
            FloatModel(|model| {
                let last =
                    graph_of(model).initializer.iter_mut().rfind(|t| t.dims.len() == 2).unwrap();
                last.raw_data = 3e38_f32.to_le_bytes().repeat(9 * 12);
            }),
        ),
    ]
}

/// Puts a node before the first map that treats its `f32` weights as something else.
fn widened_by(
    model: &mut ModelProto,
    operator: &str,
    attribute: Vec<tract_onnx::pb::AttributeProto>,
    with_scale: bool,
) {
    let mut input = vec!["dense_0.weights".to_owned()];
    if with_scale {
        let mut scale = tensor(model, ".bias").clone();
        scale.name = "scale".into();
        scale.raw_data = 1_f32.to_le_bytes().repeat(12);
        graph_of(model).initializer.push(scale);
        input.push("scale".to_owned());
    }
    node(model, "Gemm").input[1] = "widened".into();
    let node = NodeProto {
        op_type: operator.to_owned(),
        input,
        output: vec!["widened".into()],
        attribute,
        ..NodeProto::default()
    };
    graph_of(model).node.insert(0, node);
}
