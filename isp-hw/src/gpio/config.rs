//! The `[gpio]` table: which lines there are.

use std::time::Duration;

use crate::strict_toml::{StrictError, Table, Value};

/// Which lines are wired to what; all of them may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GpioConfig {
    /// A push button that starts a tune.
    pub button: Option<ButtonConfig>,
    /// A light that shows the state.
    pub led: Option<OutputConfig>,
    /// A lamp that is on while pictures are measured.
    pub lamp: Option<OutputConfig>,
}

/// A push button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ButtonConfig {
    /// BCM number of its line.
    pub bcm: u8,
    /// Level while it is pressed.
    pub active: Active,
    /// Resistor of the input.
    pub pull: Pull,
    /// How long a level has to last to count.
    pub debounce: Duration,
}

/// A line that switches something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputConfig {
    /// BCM number of the line.
    pub bcm: u8,
    /// Level that switches on.
    pub active: Active,
}

/// The level that means "pressed" or "on".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Active {
    /// High level.
    High,
    /// Low level.
    Low,
}

impl Active {
    /// The level (true: high) that stands for `on`; the same function leads back.
    #[must_use]
    pub const fn level(self, on: bool) -> bool {
        on == matches!(self, Self::High)
    }
}

/// Resistor of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// To the supply.
    Up,
    /// To ground.
    Down,
    /// None: the circuit has its own.
    Off,
}

const KEYS: [&str; 8] = [
    "button",
    "button_active",
    "button_pull",
    "button_debounce_ms",
    "led",
    "led_active",
    "lamp",
    "lamp_active",
];

const ACTIVE: [(&str, Active); 2] = [("high", Active::High), ("low", Active::Low)];
const PULL: [(&str, Pull); 3] = [("up", Pull::Up), ("down", Pull::Down), ("off", Pull::Off)];

/// The Raspberry Pi with the most lines (compute modules) has BCM 0 to 53.
const LAST_BCM: i64 = 53;

/// Push buttons bounce for up to about 10 ms; a press lasts ten times as long.
const DEBOUNCE_MS: i64 = 30;
const LONGEST_DEBOUNCE_MS: i64 = 1_000;

impl GpioConfig {
    /// Reads a `[gpio]` table.
    ///
    /// # Errors
    /// [`StrictError`]: an unknown key, a value out of range, a key without its line, or one line
    /// for two things.
    pub fn read(table: &Table<'_>) -> Result<Self, StrictError> {
        table.only(&KEYS)?;
        let mut taken = Vec::new();
        let button = match line(table, "button", &mut taken)? {
            Some(bcm) => Some(button(table, bcm)?),
            None => None,
        };
        let led = output(table, ["led", "led_active"], &mut taken)?;
        let lamp = output(table, ["lamp", "lamp_active"], &mut taken)?;
        for (line, detail) in [
            ("button", "button_active"),
            ("button", "button_pull"),
            ("button", "button_debounce_ms"),
            ("led", "led_active"),
            ("lamp", "lamp_active"),
        ] {
            if let (None, Some(value)) = (table.get(line), table.get(detail)) {
                return Err(value.key_error(format!("\"{detail}\" needs \"{line}\"")));
            }
        }
        Ok(Self { button, led, lamp })
    }
}

fn button(table: &Table<'_>, bcm: u8) -> Result<ButtonConfig, StrictError> {
    // A button between the line and ground needs no other part.
    let active =
        table.get("button_active").map_or(Ok(Active::Low), |value| value.choice(&ACTIVE))?;
    let usual = if active == Active::Low { Pull::Up } else { Pull::Down };
    let pull = table.get("button_pull").map_or(Ok(usual), |value| value.choice(&PULL))?;
    let debounce = table
        .get("button_debounce_ms")
        .map_or(Ok(DEBOUNCE_MS), |value| value.integer(1..=LONGEST_DEBOUNCE_MS))?;
    let debounce = Duration::from_millis(debounce.unsigned_abs());
    Ok(ButtonConfig { bcm, active, pull, debounce })
}

fn output(
    table: &Table<'_>,
    [key, active]: [&'static str; 2],
    taken: &mut Vec<(u8, &'static str)>,
) -> Result<Option<OutputConfig>, StrictError> {
    let Some(bcm) = line(table, key, taken)? else { return Ok(None) };
    let active = table.get(active).map_or(Ok(Active::High), |value| value.choice(&ACTIVE))?;
    Ok(Some(OutputConfig { bcm, active }))
}

fn line(
    table: &Table<'_>,
    key: &'static str,
    taken: &mut Vec<(u8, &'static str)>,
) -> Result<Option<u8>, StrictError> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let bcm = number(&value)?;
    if let Some((_, other)) = taken.iter().find(|(line, _)| *line == bcm) {
        return Err(value.error(format!("line {bcm} is that of \"{other}\" already")));
    }
    taken.push((bcm, key));
    Ok(Some(bcm))
}

fn number(value: &Value<'_>) -> Result<u8, StrictError> {
    let bcm = value.integer(0..=LAST_BCM)?;
    u8::try_from(bcm).map_err(|error| value.error(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strict_toml::Document;

    fn read(text: &str) -> Result<GpioConfig, StrictError> {
        let document = Document::parse(text, "g.toml").unwrap();
        GpioConfig::read(&document.root().required("gpio").unwrap().table().unwrap())
    }

    #[test]
    fn lines_and_their_defaults() {
        assert_eq!(read("[gpio]").unwrap(), GpioConfig::default());
        let config = read("[gpio]\nbutton=17\nled=27\nlamp=22\nlamp_active=\"low\"").unwrap();
        let button = config.button.unwrap();
        assert_eq!((button.bcm, button.active, button.pull), (17, Active::Low, Pull::Up));
        assert_eq!(button.debounce.as_millis(), 30);
        assert_eq!(config.led, Some(OutputConfig { bcm: 27, active: Active::High }));
        assert_eq!(config.lamp, Some(OutputConfig { bcm: 22, active: Active::Low }));
        let high = read("[gpio]\nbutton=4\nbutton_active=\"high\"").unwrap().button.unwrap();
        assert_eq!(high.pull, Pull::Down, "the resistor holds the level of a button at rest");
        let open = read("[gpio]\nbutton=4\nbutton_pull=\"off\"\nbutton_debounce_ms=5").unwrap();
        let open = open.button.unwrap();
        assert_eq!((open.pull, open.debounce.as_millis()), (Pull::Off, 5));
    }

    #[test]
    fn faults_are_told_with_line_and_column() {
        for (text, expected) in [
            ("[gpio]\nbuton=1", "2:1: unknown key \"buton\" in [gpio], did you mean \"button\"?"),
            ("[gpio]\nled=54", "2:5: \"led\" = 54 is outside 0 to 53"),
            ("[gpio]\nled=4\nlamp=4", "3:6: line 4 is that of \"led\" already"),
            ("[gpio]\nlamp_active=\"low\"", "2:1: \"lamp_active\" needs \"lamp\""),
            ("[gpio]\nbutton=4\nbutton_pull=\"upp\"", "3:13: unknown button_pull \"upp\""),
            (
                "[gpio]\nbutton=4\nbutton_debounce_ms=0",
                "3:20: \"button_debounce_ms\" = 0 is outside",
            ),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("g.toml:{expected}")), "{message}");
        }
    }

    #[test]
    fn an_active_level_is_its_own_inverse() {
        for active in [Active::High, Active::Low] {
            for on in [true, false] {
                assert_eq!(active.level(active.level(on)), on);
            }
        }
        assert!(!Active::Low.level(true));
    }
}
