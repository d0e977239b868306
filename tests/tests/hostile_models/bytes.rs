//! Files that are damaged as files.

use prost::Message;
use tract_onnx::pb::ModelProto;
use tuner::actor::{LARGEST_MODEL, seal};

use super::Spoil::Bytes;
use super::{Damage, SEAL};

pub fn damages() -> Vec<Damage> {
    let damage = |name, says, spoil| Damage { name, says, spoil: Bytes(spoil) };
    const UNSEALED: &str = "does not end with the digest";
    vec![
        damage("empty", UNSEALED, |_| Vec::new()),
        damage("one byte", UNSEALED, |_| vec![8]),
        damage("a text", UNSEALED, |_| b"this is not a model\n".repeat(20)),
        damage("half of it", UNSEALED, |file| file[..file.len() / 2].to_vec()),
        damage("a byte short", UNSEALED, |file| file[..file.len() - 1].to_vec()),
        damage("without a digest", UNSEALED, |file| file[..file.len() - SEAL].to_vec()),
        damage("a byte too long", UNSEALED, |mut file| {
            file.push(0);
            file
        }),
        damage("a digest that is no number", UNSEALED, |mut file| {
            let at = file.len() - 3;
            file[at] = b'x';
            file
        }),
        damage("another key for the digest", UNSEALED, |mut file| {
            let at = file.len() - 70;
            file[at] ^= 1;
            file
        }),
        damage("one bit of a weight", "is damaged: its SHA-256 is", |mut file| {
            let at = file.len() / 2;
            file[at] ^= 1;
            file
        }),
        damage("the first byte lost", "is damaged: its SHA-256 is", |file| file[1..].to_vec()),
        damage("the digest of another file", "is damaged: its SHA-256 is", |file| {
            let other = seal(Vec::new());
            [&file[..file.len() - SEAL], &other].concat()
        }),
        damage("sealed twice", "unknown entry \"isptune.sha256\"", seal),
        damage("nothing, sealed", "lacks the entry \"isptune.format\"", |_| seal(Vec::new())),
        damage("zeros, sealed", "field 0 of a ModelProto in it is none", |_| seal(vec![0; 500])),
        damage("noise, sealed", "of a ModelProto in it", |_| {
            seal((0..500_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect())
        }),
        damage("a picture, sealed", "of a ModelProto in it", |_| {
            seal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec())
        }),
        damage("cut short, then sealed", "is cut short", |file| {
            seal(file[..file.len() - SEAL - 1].to_vec())
        }),
        damage("a number without end", "a ModelProto in it is cut short", |_| {
            seal([vec![8], vec![0xff; 12]].concat())
        }),
        damage("a length beyond the end", "a ModelProto in it is cut short", |_| {
            seal(vec![0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3])
        }),
        damage("a group", "field 7 of a ModelProto in it has a type", |_| seal(vec![0x3b, 0x3c])),
        damage("eight bytes for a version", "field 1 of a ModelProto in it has a type", |_| {
            seal([vec![0x09], vec![0; 8]].concat())
        }),
        damage("a text for a version", "field 1 of a ModelProto in it has a type", |_| {
            seal(vec![0x0a, 1, b'8'])
        }),
        damage("two graphs", "field 7 of a ModelProto in it occurs more than 1 times", |file| {
            seal([&file[..file.len() - SEAL], &[0x3a, 0]].concat())
        }),
        damage("a text that is no UTF-8", "cannot be decoded", |file| {
            seal([&[0x12, 2, 0xff, 0xfe], without_producer(&file).as_slice()].concat())
        }),
        damage(
            "a million empty nodes",
            "field 1 of a GraphProto in it occurs more than 512",
            |_| {
                let nodes = [0x0a, 0].repeat(1_000_000);
                let mut model = vec![0x3a];
                prost::encoding::encode_varint(nodes.len() as u64, &mut model);
                model.extend(nodes);
                seal(model)
            },
        ),
        damage("larger than any model", "has more than 16 MiB", |mut file| {
            file.resize(LARGEST_MODEL + 1, 0);
            file
        }),
    ]
}

fn without_producer(file: &[u8]) -> Vec<u8> {
    let mut model = ModelProto::decode(&file[..file.len() - SEAL]).unwrap();
    model.producer_name.clear();
    model.encode_to_vec()
}
