//! The keys of `kind = "i2c"` (`docs/register-isp.md`).

use std::time::Duration;

use tuner::ParameterInfo;

use super::{camera_keys, parameter_keys};
use crate::camera::CameraConfig;
use crate::register_isp::{
    ByteOrder, ChipId, ChipPlace, Field, FieldError, FixedField, GroupHold, Register,
    RegisterIspConfig, RegisterParameter, RegisterWrite, Retry, WireFormat,
};
use crate::strict_toml::{StrictError, Table, Value};

/// Keys beside those of every kind.
pub(super) const KEYS: [&str; 21] = [
    "bus",
    "address",
    "register_address_bits",
    "register_address_order",
    "byte_order",
    "auto_increment",
    "retries",
    "backoff_ms",
    "latch_ms",
    "camera",
    "format",
    "size",
    "rate",
    "frame_timeout_ms",
    "software",
    "gpio",
    "chip_id",
    "unlock",
    "group_hold",
    "fixed",
    "parameter",
];

const FIELD_KEYS: [&str; 6] = ["register", "bytes", "mask", "readback_mask", "signed", "scale"];

const ORDERS: [(&str, ByteOrder); 2] = [("big", ByteOrder::Big), ("little", ByteOrder::Little)];

/// 7-bit addresses below and above these are reserved by the I2C specification.
const SLAVE_ADDRESSES: [i64; 2] = [0x08, 0x77];

const MOST_RETRIES: i64 = 20;
const LONGEST_BACKOFF_MS: i64 = 1_000;
const LONGEST_LATCH_MS: i64 = 10_000;

/// Two frames at 10 per second: a group is launched at the end of a frame.
const LATCH_OF_A_HOLD_MS: i64 = 200;

pub(super) fn read(root: &Table<'_>) -> Result<RegisterIspConfig, StrictError> {
    let [first, last] = SLAVE_ADDRESSES;
    let place = ChipPlace {
        bus: narrow(root.required("bus")?.integer(0..=255)?),
        address: narrow(root.required("address")?.integer(first..=last)?),
    };
    let wire = wire(root)?;
    let registers = Registers { largest_address: (1 << (8 * u32::from(wire.address_bytes))) - 1 };
    let group_hold = optional(root, "group_hold", |table| registers.group_hold(table))?;
    let mut fields = Vec::new();
    let fixed = each(root, "fixed", |table| registers.fixed(table, &mut fields))?;
    let parameters = parameter_keys::read(root, &FIELD_KEYS, |table, info| {
        let field = registers.field(table, &mut fields)?;
        fits(table, info, &field)?;
        Ok(field)
    })?;
    let default_latch = if group_hold.is_some() { LATCH_OF_A_HOLD_MS } else { 0 };
    Ok(RegisterIspConfig {
        place,
        wire,
        retry: retry(root)?,
        latch: milliseconds(root, "latch_ms", LONGEST_LATCH_MS)?
            .unwrap_or(Duration::from_millis(default_latch.unsigned_abs())),
        chip_id: optional(root, "chip_id", |table| registers.chip_id(table))?,
        unlock: each(root, "unlock", |table| registers.write(table))?,
        group_hold,
        fixed,
        parameters: parameters
            .into_iter()
            .map(|(info, field)| RegisterParameter { info, field })
            .collect(),
        camera: camera(root)?,
    })
}

fn wire(root: &Table<'_>) -> Result<WireFormat, StrictError> {
    let bits = root.required("register_address_bits")?;
    let address_bytes = match bits.integer(8..=16)? {
        8 => 1,
        16 => 2,
        _ => return Err(bits.error("\"register_address_bits\" is 8 or 16")),
    };
    let order =
        |key| root.get(key).map_or(Ok(ByteOrder::Big), |value| value.choice::<ByteOrder>(&ORDERS));
    Ok(WireFormat {
        address_bytes,
        address_order: order("register_address_order")?,
        byte_order: order("byte_order")?,
        auto_increment: root.get("auto_increment").map_or(Ok(true), |value| value.boolean())?,
    })
}

fn retry(root: &Table<'_>) -> Result<Retry, StrictError> {
    let default = Retry::default();
    let retries = root.get("retries").map(|value| value.integer(0..=MOST_RETRIES)).transpose()?;
    Ok(Retry {
        retries: retries.map_or(default.retries, narrow),
        backoff: milliseconds(root, "backoff_ms", LONGEST_BACKOFF_MS)?.unwrap_or(default.backoff),
    })
}

/// A chip alone shows no picture, so its camera has to be named.
fn camera(root: &Table<'_>) -> Result<CameraConfig, StrictError> {
    root.required("camera")?;
    camera_keys::source(root)
}

/// Reads what refers to registers.
struct Registers {
    largest_address: i64,
}

impl Registers {
    fn register(&self, table: &Table<'_>) -> Result<Register, StrictError> {
        let address = table.required("register")?.integer(0..=self.largest_address)?;
        let bytes = table.get("bytes").map_or(Ok(1), |value| value.integer(1..=4))?;
        Ok(Register { address: narrow(address), bytes: narrow(bytes) })
    }

    fn write(&self, table: &Table<'_>) -> Result<RegisterWrite, StrictError> {
        table.only(&["register", "bytes", "value"])?;
        let register = self.register(table)?;
        Ok(RegisterWrite { register, value: raw(&table.required("value")?, register.all_bits())? })
    }

    fn chip_id(&self, table: &Table<'_>) -> Result<ChipId, StrictError> {
        let RegisterWrite { register, value } = self.write(table)?;
        Ok(ChipId { register, value })
    }

    fn group_hold(&self, table: &Table<'_>) -> Result<GroupHold, StrictError> {
        table.only(&["register", "bytes", "begin", "end"])?;
        let register = self.register(table)?;
        let values = |key| {
            let value = table.required(key)?;
            let Ok(items) = value.items() else {
                return Ok(vec![raw(&value, register.all_bits())?]);
            };
            items.iter().map(|item| raw(item, register.all_bits())).collect()
        };
        Ok(GroupHold { register, begin: values("begin")?, end: values("end")? })
    }

    fn fixed(&self, table: &Table<'_>, known: &mut Vec<Field>) -> Result<FixedField, StrictError> {
        table.only(&["register", "bytes", "mask", "readback_mask", "value"])?;
        let field = self.field(table, known)?;
        let largest = field.mask() >> field.mask().trailing_zeros();
        let value = raw(&table.required("value")?, largest)?;
        Ok(FixedField { field, bits: field.encode(value.into()) })
    }

    /// The field of a table; it may share a register with the `known` ones, but no bit.
    fn field(&self, table: &Table<'_>, known: &mut Vec<Field>) -> Result<Field, StrictError> {
        let register = self.register(table)?;
        let at = |key: &str, error: FieldError| {
            table
                .get(key)
                .map_or_else(|| table.error(error.to_string()), |v| v.error(error.to_string()))
        };
        let mut field = Field::whole(register).map_err(|error| at("bytes", error))?;
        if let Some(mask) = table.get("mask") {
            let mask = raw(&mask, u32::MAX)?;
            field = field.masked(mask).map_err(|error| at("mask", error))?;
        }
        if let Some(mask) = table.get("readback_mask") {
            let mask = raw(&mask, u32::MAX)?;
            field = field.readable(mask).map_err(|error| at("readback_mask", error))?;
        }
        if let Some(signed) = table.get("signed") {
            field = field.signed(signed.boolean()?);
        }
        if let Some(scale) = table.get("scale") {
            field = field.scaled(scale.number()?).map_err(|error| at("scale", error))?;
        }
        let same = |other: &&Field| other.register().address == register.address;
        if let Some(other) = known.iter().find(|other| {
            same(other) && (other.register() != register || other.mask() & field.mask() != 0)
        }) {
            let bytes = other.register().bytes;
            let what = format!(
                "register {register} is used before with mask 0x{:x} of {bytes} bytes; fields of \
                 one register have the same \"bytes\" and no bit in common",
                other.mask()
            );
            return Err(table.required("register")?.error(what));
        }
        known.push(field);
        Ok(field)
    }
}

/// Refuses a range that the field cannot hold, or that it cannot tell from neutral.
fn fits(table: &Table<'_>, info: &ParameterInfo, field: &Field) -> Result<(), StrictError> {
    let range = table.required("range")?;
    let [least, largest] = field.native_range();
    if info.range.iter().any(|end| *end < least || *end > largest) {
        let what = format!(
            "range [{}, {}] goes beyond what the bits of register {} can hold: {least} to {largest}",
            info.range[0],
            info.range[1],
            field.register()
        );
        return Err(range.error(what));
    }
    if info.range.iter().any(|end| field.encode(*end) == field.encode(info.neutral)) {
        let what = format!(
            "an end of the range becomes the same value of register {} as neutral; a larger \
             \"scale\" gives finer steps",
            field.register()
        );
        return Err(range.error(what));
    }
    Ok(())
}

fn raw(value: &Value<'_>, largest: u32) -> Result<u32, StrictError> {
    value.integer(0..=i64::from(largest)).map(narrow)
}

/// An integer whose range was checked.
fn narrow<T: TryFrom<i64> + Default>(integer: i64) -> T {
    T::try_from(integer).unwrap_or_default()
}

fn milliseconds(root: &Table<'_>, key: &str, most: i64) -> Result<Option<Duration>, StrictError> {
    let value = root.get(key).map(|value| value.integer(0..=most)).transpose()?;
    Ok(value.map(|value| Duration::from_millis(value.unsigned_abs())))
}

fn optional<T>(
    root: &Table<'_>,
    key: &str,
    read: impl FnOnce(&Table<'_>) -> Result<T, StrictError>,
) -> Result<Option<T>, StrictError> {
    root.get(key).map(|value| read(&value.table()?)).transpose()
}

fn each<T>(
    root: &Table<'_>,
    key: &str,
    mut read: impl FnMut(&Table<'_>) -> Result<T, StrictError>,
) -> Result<Vec<T>, StrictError> {
    let Some(tables) = root.get(key) else { return Ok(Vec::new()) };
    tables.items()?.iter().map(|item| read(&item.table()?)).collect()
}
