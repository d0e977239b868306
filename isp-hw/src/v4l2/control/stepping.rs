//! Bringing a wanted value onto what a control can hold.

use super::description::{ControlDescription, Kind};

impl ControlDescription {
    /// The allowed value that is nearest to `wanted`: between minimum and maximum, a whole number
    /// of steps above the minimum. Half-way is rounded up, as the kernel does.
    ///
    /// # Errors
    /// A reason, when no value is near: the item of a menu that the menu does not have, bits that
    /// a set does not have, a control without a number.
    pub fn nearest(&self, wanted: i64) -> Result<i64, String> {
        match self.kind {
            Kind::Integer | Kind::Integer64 | Kind::Boolean => Ok(self.on_a_step(wanted)),
            Kind::Bitmask if wanted & !self.maximum == 0 => Ok(wanted),
            Kind::Bitmask => {
                Err(format!("{wanted:#x} has bits outside of {:#x}; leave them out", self.maximum))
            }
            Kind::Menu | Kind::IntegerMenu => {
                if self.menu.iter().any(|item| item.value == wanted) {
                    Ok(wanted)
                } else {
                    Err(format!("the menu has no item {wanted}; choose one of {}", self.items()))
                }
            }
            Kind::Button => Err("a button has no value; leave it out".to_owned()),
            Kind::Text | Kind::Compound(_) | Kind::Unknown(_) => {
                Err("isptune cannot write values of this type; leave the control out".to_owned())
            }
        }
    }

    fn on_a_step(&self, wanted: i64) -> i64 {
        // In 128 bits nothing overflows, whatever range a driver reports.
        let (least, greatest) = (i128::from(self.minimum), i128::from(self.maximum));
        let step = i128::from(self.step.max(1));
        let above = i128::from(wanted).min(greatest).max(least) - least;
        let steps = (above + step / 2) / step;
        let rounded = least + steps * step;
        let allowed = if rounded > greatest && steps > 0 { rounded - step } else { rounded };
        i64::try_from(allowed).unwrap_or(self.minimum)
    }

    fn items(&self) -> String {
        let items = self.menu.iter().map(|item| format!("{} ({})", item.value, item.label));
        items.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::description::{Flags, MenuItem};
    use super::*;

    fn control(kind: Kind, minimum: i64, maximum: i64, step: u64) -> ControlDescription {
        ControlDescription {
            id: 1,
            key: "k".to_owned(),
            label: "K".to_owned(),
            kind,
            minimum,
            maximum,
            step,
            default: minimum,
            flags: Flags::default(),
            menu: Vec::new(),
        }
    }

    #[test]
    fn values_land_on_steps_counted_from_the_minimum() {
        let odd = control(Kind::Integer, -5, 11, 4);
        let found: Vec<i64> = [-100, -5, -4, -3, 0, 7, 9, 11, 100]
            .map(|wanted| odd.nearest(wanted).unwrap())
            .to_vec();
        assert_eq!(found, [-5, -5, -5, -1, -1, 7, 11, 11, 11]);
        // 10 is no whole number of steps above 0: the last that is allowed is 9.
        assert_eq!(control(Kind::Integer, 0, 10, 3).nearest(10).unwrap(), 9);
        assert_eq!(control(Kind::Boolean, 0, 1, 1).nearest(7).unwrap(), 1);
    }

    #[test]
    fn gap_of_a_menu_is_refused_with_what_there_is() {
        let mut menu = control(Kind::Menu, 0, 3, 1);
        for (value, label) in [(1, "Manual Mode"), (3, "Aperture Priority Mode")] {
            menu.menu.push(MenuItem { value, label: label.to_owned() });
        }
        assert_eq!(menu.nearest(3).unwrap(), 3);
        let reason = menu.nearest(2).unwrap_err();
        assert!(reason.contains("no item 2"), "{reason}");
        assert!(reason.contains("1 (Manual Mode), 3 (Aperture Priority Mode)"), "{reason}");
    }

    #[test]
    fn bits_that_a_set_lacks_are_refused() {
        let set = control(Kind::Bitmask, 0, 0x8000_2000, 0);
        assert_eq!(set.nearest(0x8000_0000).unwrap(), 0x8000_0000);
        assert!(set.nearest(0x8000_0001).unwrap_err().contains("0x80000001"));
        assert!(set.nearest(-1).is_err());
    }

    proptest! {
        #[test]
        fn any_value_in_any_range_becomes_the_nearest_allowed(
            ends: (i64, i64), step: u64, wanted: i64,
        ) {
            let (minimum, maximum) = (ends.0.min(ends.1), ends.0.max(ends.1));
            let control = control(Kind::Integer64, minimum, maximum, step);
            let found = i128::from(control.nearest(wanted).unwrap());
            let (least, step) = (i128::from(minimum), i128::from(step.max(1)));
            prop_assert!(found >= least && found <= i128::from(maximum));
            prop_assert_eq!((found - least) % step, 0);
            // No neighbour on the steps is nearer.
            let distance = (found - i128::from(wanted)).abs();
            for other in [found - step, found + step] {
                if other >= least && other <= i128::from(maximum) {
                    prop_assert!((other - i128::from(wanted)).abs() >= distance);
                }
            }
            prop_assert_eq!(i128::from(control.nearest(found.try_into().unwrap()).unwrap()), found);
        }

        #[test]
        fn range_that_a_driver_reports_upside_down_is_survived(
            minimum: i64, maximum: i64, step: u64, wanted: i64,
        ) {
            control(Kind::Integer, minimum, maximum, step).nearest(wanted).unwrap();
        }
    }
}
