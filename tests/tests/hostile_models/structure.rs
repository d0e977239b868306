//! Parts of ONNX that no model of ours has.

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::type_proto::Value;
use tract_onnx::pb::{
    AttributeProto, FunctionProto, GraphProto, ModelProto, SparseTensorProto,
    StringStringEntryProto, TensorAnnotation, TensorProto, TrainingInfoProto, ValueInfoProto,
};

use super::Spoil::Model;
use super::{Damage, graph_of, node, tensor};

pub fn damages() -> Vec<Damage> {
    let damage = |name, says, spoil| Damage { name, says, spoil: Model(spoil) };
    vec![
        damage("weights in another file", "of a TensorProto in it is none", |model| {
            let weights = tensor(model, ".bias");
            let value = "../../../etc/passwd".to_owned();
            weights.external_data = vec![StringStringEntryProto { key: "location".into(), value }];
            weights.data_location = Some(1);
            weights.raw_data.clear();
        }),
        damage("weights not raw", "field 4 of a TensorProto in it is none", |model| {
            tensor(model, ".bias").float_data = vec![0.5; 12];
        }),
        damage("weights as texts", "field 6 of a TensorProto in it is none", |model| {
            tensor(model, ".bias").string_data = vec![b"weight".to_vec()];
        }),
        damage("sparse weights", "field 15 of a GraphProto in it is none", |model| {
            graph_of(model).sparse_initializer.push(SparseTensorProto::default());
        }),
        damage("functions", "field 25 of a ModelProto in it is none", |model| {
            model.functions.push(FunctionProto::default());
        }),
        damage("a training graph", "field 20 of a ModelProto in it is none", |model| {
            model.training_info.push(TrainingInfoProto::default());
        }),
        damage("a document", "field 6 of a ModelProto in it is none", |model| {
            model.doc_string = "x".repeat(1000);
        }),
        damage("a graph in an attribute", "of a AttributeProto in it is none", |model| {
            attribute(model).g = Some(GraphProto::default());
        }),
        damage("graphs in graphs", "of a AttributeProto in it is none", |model| {
            let mut inner = GraphProto::default();
            for _ in 0..40 {
                let mut node = tract_onnx::pb::NodeProto::default();
                let attribute = AttributeProto { g: Some(inner), ..AttributeProto::default() };
                node.attribute.push(attribute);
                inner = GraphProto { node: vec![node], ..GraphProto::default() };
            }
            attribute(model).g = Some(inner);
        }),
        damage("a tensor in an attribute", "field 5 of a AttributeProto in it is none", |model| {
            attribute(model).t = Some(TensorProto::default());
        }),
        damage("a text in an attribute", "field 4 of a AttributeProto in it is none", |model| {
            attribute(model).s = b"SAME_UPPER".to_vec();
        }),
        damage("a reference in an attribute", "field 21 of a AttributeProto", |model| {
            attribute(model).ref_attr_name = "axis".to_owned();
        }),
        damage("annotations", "field 14 of a GraphProto in it is none", |model| {
            graph_of(model).quantization_annotation.push(TensorAnnotation::default());
        }),
        damage("declared inner values", "field 13 of a GraphProto in it is none", |model| {
            graph_of(model).value_info.push(ValueInfoProto::default());
        }),
        damage("two inputs", "has the input [\"observation\", \"observation\"], it", |model| {
            let first = graph_of(model).input[0].clone();
            graph_of(model).input.push(first);
        }),
        damage("two outputs", "field 12 of a GraphProto in it occurs more than 1", |model| {
            let first = graph_of(model).output[0].clone();
            graph_of(model).output.push(first);
        }),
        damage("a symbol for the batch", "field 2 of a TensorShapeProto.Dimension", |model| {
            *side(model, 0) = Some(dimension::Value::DimParam("N".to_owned()));
        }),
        damage("five dimensions", "field 1 of a TensorShapeProto in it occurs more", |model| {
            let Some(Value::TensorType(tensor)) =
                &mut graph_of(model).input[0].r#type.as_mut().unwrap().value
            else {
                panic!("no tensor")
            };
            tensor.shape.as_mut().unwrap().dim = vec![Dimension::default(); 5];
        }),
        damage("a node with two outputs", "field 2 of a NodeProto in it occurs more", |model| {
            node(model, "LayerNormalization").output.push("mean".into());
        }),
        damage("a node with five inputs", "field 1 of a NodeProto in it occurs more", |model| {
            node(model, "Gemm").input = vec!["x".into(); 5];
        }),
        damage("a node of another domain", "field 7 of a NodeProto in it is none", |model| {
            node(model, "Gemm").domain = "com.microsoft".into();
        }),
        damage("a list in an attribute", "\"transB\" of the operator \"Gemm\" holds a", |model| {
            attribute(model).ints = vec![0, 0];
        }),
        damage("a long name", "field 4 of a NodeProto in it has more than 128 bytes", |model| {
            node(model, "Gemm").op_type = "G".repeat(1000);
        }),
        damage("two operator sets", "field 8 of a ModelProto in it occurs more than", |model| {
            let first = model.opset_import[0].clone();
            model.opset_import.push(first);
        }),
    ]
}

fn attribute(model: &mut ModelProto) -> &mut AttributeProto {
    &mut node(model, "Gemm").attribute[0]
}

fn side(model: &mut ModelProto, place: usize) -> &mut Option<dimension::Value> {
    let Some(Value::TensorType(tensor)) =
        &mut graph_of(model).input[0].r#type.as_mut().unwrap().value
    else {
        panic!("no tensor")
    };
    &mut tensor.shape.as_mut().unwrap().dim[place].value
}
