//! Networks on pictures: what `Conv`, `Add` and `Flatten` must not do, and two inputs.

use prost::Message;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, ModelProto, NodeProto};
use train_host::export::{Conv, Dense, Form, Network, encode};
use tuner::actor::{
    Actor, PAPER_NUMBERS, PAPER_OBSERVATION_LENGTH, Provenance, Representation, seal, value_info,
};

use super::graph::integer;
use super::{SEAL, graph_of, node, tensor};

/// A small network of every operator: two maps that meet, means, and the numbers beside them.
pub fn sound(form: Form) -> Vec<u8> {
    let wave = |count: usize, step: f32| -> Vec<f32> {
        (0..count).map(|i| (i as f32 * step).sin() * 0.1).collect()
    };
    let conv = |sides, stride, pads, [outputs, inputs]: [usize; 2]| Conv {
        sides: [sides; 2],
        stride,
        pads,
        weights: wave(outputs * inputs * sides * sides, 0.37),
        bias: wave(outputs, 0.9),
    };
    let dense = |inputs: usize| Dense { weights: wave(9 * inputs, 0.77), bias: wave(9, 0.3) };
    let mut network = Network::of_kind(Representation::Paper);
    let map = network.conv(Network::INPUT, conv(8, 8, [1; 4], [4, 6])).unwrap();
    let map = network.relu(map).unwrap();
    let global = network.conv(map, conv(8, 1, [0; 4], [4, 4])).unwrap();
    let sum = network.add(map, global).unwrap();
    let means = network.conv(sum, conv(4, 4, [0; 4], [4, 4])).unwrap();
    let row = network.flatten(means).unwrap();
    let pictures = network.dense(row, dense(16)).unwrap();
    let numbers = network.dense(Network::NUMBERS, dense(PAPER_NUMBERS)).unwrap();
    network.add(pictures, numbers).unwrap();
    encode(&network, form, &Provenance::default()).unwrap()
}

fn decoded(form: Form) -> ModelProto {
    let file = sound(form);
    ModelProto::decode(&file[..file.len() - SEAL]).unwrap()
}

fn loaded(model: &ModelProto) -> Result<Actor, String> {
    let file = seal(model.encode_to_vec());
    Actor::of_kind(Representation::Paper, "pictures", &file).map_err(|error| error.to_string())
}

fn list(name: &str, values: &[i64]) -> AttributeProto {
    let r#type = AttributeType::Ints as i32;
    AttributeProto { name: name.into(), r#type, ints: values.to_vec(), ..AttributeProto::default() }
}

fn strides(model: &mut ModelProto, values: &[i64]) {
    node(model, "Conv").attribute[0] = list("strides", values);
}

fn pads(model: &mut ModelProto, values: &[i64]) {
    node(model, "Conv").attribute[1] = list("pads", values);
}

/// Gives the first kernel another shape, with as many bytes as that has.
fn kernel(model: &mut ModelProto, sides: &[i64]) {
    let weights = tensor(model, "conv_0.weights");
    weights.dims = sides.to_vec();
    weights.raw_data.resize(4 * sides.iter().product::<i64>() as usize, 0);
}

/// Another first convolution, behind which many more make the largest maps that its kernel can.
fn many_convolutions(model: &mut ModelProto, count: usize, side: i64, planes: i64) {
    let graph = graph_of(model);
    let mut nodes: Vec<NodeProto> = Vec::new();
    for number in 0..count {
        let (weights, bias) = (format!("w{number}"), format!("b{number}"));
        let float = |name: &str, dims: &[i64]| tract_onnx::pb::TensorProto {
            name: name.into(),
            dims: dims.to_vec(),
            data_type: 1,
            raw_data: vec![0; 4 * dims.iter().product::<i64>() as usize],
            ..Default::default()
        };
        graph.initializer.push(float(&weights, &[planes, 6, side, side]));
        graph.initializer.push(float(&bias, &[planes]));
        let before = side / 2;
        let pads = [before, before, side - 1 - before, side - 1 - before];
        nodes.push(NodeProto {
            op_type: "Conv".into(),
            input: vec!["pictures".into(), weights, bias],
            output: vec![format!("extra{number}")],
            attribute: vec![list("strides", &[1, 1]), list("pads", &pads)],
            ..NodeProto::default()
        });
    }
    nodes.append(&mut graph.node);
    graph.node = nodes;
}

type Spoil = fn(&mut ModelProto);

fn damages() -> Vec<(&'static str, &'static str, Spoil)> {
    vec![
        ("no strides", "\"strides\" of the operator \"Conv\" must be 2 integers", |model| {
            node(model, "Conv").attribute.remove(0);
        }),
        ("no pads", "\"pads\" of the operator \"Conv\" must be 4 integers from 0 to 15", |model| {
            node(model, "Conv").attribute.pop();
        }),
        ("a stride of 0", "must be 2 integers from 1 to 16", |model| strides(model, &[0, 8])),
        ("a negative stride", "must be 2 integers from 1 to 16", |model| strides(model, &[8, -8])),
        ("a huge stride", "must be 2 integers from 1 to 16", |model| strides(model, &[1 << 40, 8])),
        ("one stride", "must be 2 integers from 1 to 16", |model| strides(model, &[8])),
        ("three strides", "must be 2 integers from 1 to 16", |model| strides(model, &[8, 8, 8])),
        ("a stride that is no list", "must be 2 integers from 1 to 16", |model| {
            node(model, "Conv").attribute[0] = integer("strides", 8);
        }),
        ("a list that says it is a number", "holds a list that is not its value", |model| {
            node(model, "Conv").attribute[0].r#type = AttributeType::Int as i32;
        }),
        ("a list beside a number", "holds a list that is not its value", |model| {
            node(model, "Flatten").attribute[0].ints = vec![1, 2];
        }),
        ("five pads", "must be 4 integers from 0 to 15", |model| pads(model, &[1; 5])),
        ("a list without end", "field 8 of a AttributeProto in it is too long", |model| {
            pads(model, &[1; 41]);
        }),
        ("a negative pad", "must be 4 integers from 0 to 15", |model| pads(model, &[1, 1, -1, 1])),
        ("a huge pad", "must be 4 integers from 0 to 15", |model| {
            pads(model, &[1, 1, 1, i64::MAX])
        }),
        ("pads as wide as the kernel", "no wider than its padding", |model| {
            pads(model, &[8, 0, 0, 0]);
        }),
        ("dilated", "\"dilations\" of the operator \"Conv\" is none that", |model| {
            node(model, "Conv").attribute.push(list("dilations", &[1000, 1000]));
        }),
        ("in groups", "\"group\" of the operator \"Conv\" is none that", |model| {
            node(model, "Conv").attribute.push(integer("group", 0));
        }),
        ("a shape of its own", "\"kernel_shape\" of the operator \"Conv\" is none", |model| {
            node(model, "Conv").attribute.push(list("kernel_shape", &[9, 9]));
        }),
        ("a convolution without a bias", "operator \"Conv\" with 2 inputs", |model| {
            node(model, "Conv").input.pop();
        }),
        ("a kernel of two sides", "a kernel has four sides", |model| kernel(model, &[4, 384])),
        ("a kernel of three sides", "a kernel has four sides", |model| kernel(model, &[4, 6, 64])),
        ("a kernel for other planes", "take 12 planes, there are 6", |model| {
            kernel(model, &[4, 12, 4, 8]);
        }),
        ("a wide kernel", "are a kernel of 1x64, it may have 16x16", |model| {
            kernel(model, &[4, 6, 1, 64]);
        }),
        ("a kernel larger than its map", "are a kernel of 8x8, the map has 4x4", |model| {
            strides(model, &[16, 16]);
        }),
        ("more outputs than biases", "have the shape [4], it must be [8]", |model| {
            kernel(model, &[8, 6, 8, 8]);
        }),
        ("patches without end", "make patches of more than 1048576 numbers", |model| {
            strides(model, &[1, 1]);
        }),
        ("too many planes", "computes more than 1048576 values", |model| {
            many_convolutions(model, 1, 1, 300);
        }),
        ("too many maps", "computes more than 1048576 values", |model| {
            many_convolutions(model, 30, 1, 10);
        }),
        ("too much work", "multiplies more than 67108864 times", |model| {
            many_convolutions(model, 4, 6, 24);
        }),
        ("a kernel that nobody stored", "is used, but it is not in the file", |model| {
            node(model, "Conv").input[1] = "nowhere".into();
        }),
        ("one kernel twice", "are used twice", |model| {
            let first = node(model, "Conv").clone();
            let nodes = &mut graph_of(model).node;
            let again = NodeProto { output: vec!["again".into()], ..first };
            nodes.insert(1, again);
        }),
        ("a convolution of a row", "\"numbers\" is no map: its shape is [1, 300]", |model| {
            node(model, "Conv").input[0] = "numbers".into();
        }),
        ("a map as a row", "\"pictures\" is no row: its shape is [1, 6, 64, 64]", |model| {
            node(model, "Gemm").input[0] = "pictures".into();
        }),
        ("a flattened row", "\"numbers\" is no map", |model| {
            node(model, "Flatten").input[0] = "numbers".into();
        }),
        ("flattened along axis 9", "\"axis\" of the operator \"Flatten\" must be", |model| {
            node(model, "Flatten").attribute[0].i = 9;
        }),
        ("flattened without an axis", "\"axis\" of the operator \"Flatten\" must be", |model| {
            node(model, "Flatten").attribute.clear();
        }),
        ("a map added to one of other sides", "adds [1, 6, 64, 64] values to [1, 4, 8", |model| {
            node(model, "Add").input[1] = "pictures".into();
        }),
        ("a row added to a map", "adds [1, 300] values to [1, 4, 8", |model| {
            node(model, "Add").input[1] = "numbers".into();
        }),
        ("a map added to one pixel", "adds [1, 4, 8, 8] values to [1, 4, 1, 1]", |model| {
            node(model, "Add").input.reverse();
        }),
        ("three things added", "operator \"Add\" with 3 inputs", |model| {
            node(model, "Add").input.push("pictures".into());
        }),
        ("an added attribute", "\"axis\" of the operator \"Add\" is none", |model| {
            node(model, "Add").attribute.push(integer("axis", 1));
        }),
        ("one input", "\"numbers\", f32 of shape [1, 300]", |model| {
            graph_of(model).input.pop();
        }),
        ("inputs the other way round", "it must be \"pictures\", f32 of shape [1, 6", |model| {
            graph_of(model).input.reverse();
        }),
        ("a larger picture", "it must be \"pictures\", f32 of shape [1, 6, 64, 64]", |model| {
            graph_of(model).input[0] = value_info("pictures", &[1, 6, 4096, 4096]);
        }),
        ("three inputs", "field 11 of a GraphProto in it occurs more than 2", |model| {
            let first = graph_of(model).input[0].clone();
            graph_of(model).input.push(first);
        }),
        ("an input by the name of a weight", "defines the value \"numbers\" twice", |model| {
            tensor(model, "conv_0.bias").name = "numbers".into();
        }),
    ]
}

#[test]
fn sound_networks_on_pictures_load_and_answer() {
    for form in [Form::Float, Form::Half, Form::Int8] {
        let actor = Actor::of_kind(Representation::Paper, "sound", &sound(form)).unwrap();
        let outputs = actor.infer(&vec![0.3; PAPER_OBSERVATION_LENGTH]).unwrap();
        assert!(outputs.iter().all(|value| value.is_finite()) && outputs != [0.0; 9]);
        let error = actor.infer(&[0.3; 344]).unwrap_err().to_string();
        assert!(error.contains("takes 24876 values"), "{error}");
    }
}

#[test]
fn a_network_that_looks_at_no_picture_or_at_no_number_is_as_good_as_any() {
    let mut model = decoded(Form::Float);
    let graph = graph_of(&mut model);
    // The numbers' map alone.
    let numbers = graph.node.iter().position(|node| node.input[0] == "numbers").unwrap();
    graph.node = vec![graph.node.remove(numbers)];
    graph.node[0].output = vec!["action".into()];
    let used = graph.node[0].input.clone();
    graph.initializer.retain(|tensor| used.contains(&tensor.name));
    let actor = loaded(&model).unwrap();
    assert!(actor.infer(&vec![0.3; PAPER_OBSERVATION_LENGTH]).is_ok());
}

#[test]
fn every_damage_to_a_network_on_pictures_has_a_message_of_its_own() {
    let (mut wrong, damages) = (Vec::new(), damages());
    for (name, says, spoil) in &damages {
        let mut model = decoded(Form::Float);
        spoil(&mut model);
        match loaded(&model) {
            Ok(_) => wrong.push(format!("{name}: was loaded")),
            Err(text) => {
                let fits = text.contains(says)
                    && text.starts_with("pictures: ")
                    && !text.contains(char::is_control)
                    && !text.contains("panic")
                    && text.len() < 1500;
                if !fits {
                    wrong.push(format!("{name}: wanted {says:?}, got {text:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), damages.len(), wrong.join("\n"));
    println!("{} damages", damages.len());
}

#[test]
fn a_policy_on_pictures_is_refused_where_another_is_wanted() {
    let refused = Actor::from_bytes("mine.onnx", &sound(Form::Int8)).unwrap_err().to_string();
    assert!(refused.contains("\"paper\"") && refused.contains("--strategy actor"), "{refused}");
    for kind in [Representation::Style, Representation::Taste] {
        let refused = Actor::of_kind(kind, "mine.onnx", &sound(Form::Int8)).unwrap_err();
        assert!(refused.to_string().contains("--strategy actor"), "{refused}");
    }
    let other = super::sound(Form::Int8);
    let refused = Actor::of_kind(Representation::Paper, "mine.onnx", &other).unwrap_err();
    assert!(refused.to_string().contains("train-host td3 --state paper"), "{refused}");
}
