//! What a convolution of a model file may be, and what a whole model may cost.
//!
//! Affine maps cost as much as their weights are long, and a file bounds those. A small kernel on a
//! padded map does not: sides, padding and the work of all nodes together have bounds of their own.

use super::ModelFlaw;
use super::attributes::Attributes;

/// Longest side of a kernel, and largest stride.
const LONGEST_SIDE: usize = 16;
/// Numbers that the patches of one convolution have together: 4 MiB.
const MOST_PATCH_NUMBERS: usize = 1 << 20;
/// Numbers that all computed values of a model have together: 4 MiB.
const MOST_VALUES: usize = 1 << 20;
/// Multiplications of all convolutions of a model together.
const MOST_PRODUCTS: usize = 1 << 26;

/// The attributes of a convolution: rows and columns are treated alike except for the padding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Convolution {
    strides: [usize; 2],
    /// Zeros above, to the left, below, to the right of a map.
    pads: [usize; 4],
}

/// What a convolution makes of a map.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Convolved {
    /// Planes, height, width.
    pub(super) map: [usize; 3],
    /// Multiplications.
    pub(super) products: usize,
}

impl Convolution {
    pub(super) fn of(attributes: &Attributes<'_>) -> Result<Self, ModelFlaw> {
        attributes.are(&["strides", "pads"])?;
        let strides = attributes.integers_within("strides", [1, LONGEST_SIDE])?;
        let pads = attributes.integers_within("pads", [0, LONGEST_SIDE - 1])?;
        Ok(Self { strides, pads })
    }

    /// What a kernel of this shape makes of a map of planes, height, width; the reason why it makes
    /// nothing, as something that its weights do.
    pub(super) fn of_map(
        &self,
        [planes, height, width]: [usize; 3],
        kernel: &[usize],
    ) -> Result<Convolved, String> {
        let &[outputs, inputs, tall, wide] = kernel else {
            return Err(format!("have the shape {kernel:?}, a kernel has four sides"));
        };
        if inputs != planes {
            return Err(format!("take {inputs} planes, there are {planes}"));
        }
        if tall.max(wide) > LONGEST_SIDE {
            return Err(format!(
                "are a kernel of {tall}x{wide}, it may have {LONGEST_SIDE}x{LONGEST_SIDE}"
            ));
        }
        let [top, left, bottom, right] = self.pads;
        if top.max(bottom) >= tall || left.max(right) >= wide {
            return Err(format!("are a kernel of {tall}x{wide}, no wider than its padding"));
        }
        let places = |extent: usize, pads: usize, kernel: usize, stride: usize| {
            (extent + pads).checked_sub(kernel).map(|rest| rest / stride + 1)
        };
        let [down, across] = self.strides;
        let rows = places(height, top + bottom, tall, down);
        let columns = places(width, left + right, wide, across);
        let (Some(rows), Some(columns)) = (rows, columns) else {
            return Err(format!("are a kernel of {tall}x{wide}, the map has {height}x{width}"));
        };
        let patches = product(&[inputs, tall, wide, rows, columns]);
        let Some(patches) = patches.filter(|&patches| patches <= MOST_PATCH_NUMBERS) else {
            return Err(format!("make patches of more than {MOST_PATCH_NUMBERS} numbers"));
        };
        let products = patches.saturating_mul(outputs);
        Ok(Convolved { map: [outputs, rows, columns], products })
    }
}

/// What the nodes followed so far cost.
#[derive(Debug, Default)]
pub(super) struct Effort {
    values: usize,
    products: usize,
}

impl Effort {
    /// Adds a computed value of this shape, whose convolution has so many multiplications.
    pub(super) fn add(&mut self, shape: &[usize], products: usize) -> Result<(), ModelFlaw> {
        self.values = self.values.saturating_add(product(shape).unwrap_or(usize::MAX));
        self.products = self.products.saturating_add(products);
        if self.values > MOST_VALUES {
            let reason = format!("computes more than {MOST_VALUES} values");
            return Err(ModelFlaw::Graph(reason));
        }
        if self.products > MOST_PRODUCTS {
            let reason = format!("multiplies more than {MOST_PRODUCTS} times in convolutions");
            return Err(ModelFlaw::Graph(reason));
        }
        Ok(())
    }
}

fn product(sides: &[usize]) -> Option<usize> {
    sides.iter().try_fold(1_usize, |product, &side| product.checked_mul(side))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(
        map: [usize; 3],
        kernel: &[usize],
        strides: [usize; 2],
        pads: [usize; 4],
    ) -> Result<Convolved, String> {
        Convolution { strides, pads }.of_map(map, kernel)
    }

    #[test]
    fn maps_have_the_sides_that_the_formula_of_onnx_gives() {
        let map = |made: Result<Convolved, String>| made.unwrap().map;
        assert_eq!(map(made([6, 64, 64], &[16, 6, 3, 3], [2; 2], [1; 4])), [16, 32, 32]);
        assert_eq!(map(made([6, 64, 64], &[64, 6, 12, 12], [4; 2], [4; 4])), [64, 16, 16]);
        assert_eq!(map(made([64, 16, 16], &[32, 64, 2, 2], [1; 2], [1, 1, 0, 0])), [32, 16, 16]);
        assert_eq!(map(made([3, 5, 9], &[2, 3, 5, 4], [3, 2], [0; 4])), [2, 1, 3]);
        assert_eq!(made([3, 5, 9], &[2, 3, 5, 4], [3, 2], [0; 4]).unwrap().products, 2 * 60 * 3);
    }

    #[test]
    fn kernels_that_do_not_fit_are_refused_with_what_is_wrong() {
        let reason = |map, kernel: &[usize], strides, pads| {
            made(map, kernel, strides, pads).expect_err("it fits")
        };
        let map = [6, 64, 64];
        assert!(reason(map, &[16, 54], [1; 2], [0; 4]).contains("a kernel has four sides"));
        assert!(reason(map, &[16, 5, 3, 3], [1; 2], [0; 4]).contains("take 5 planes"));
        assert!(reason(map, &[1, 6, 17, 1], [1; 2], [0; 4]).contains("it may have 16x16"));
        assert!(reason(map, &[1, 6, 3, 3], [1; 2], [0, 0, 3, 0]).contains("than its padding"));
        assert!(reason([6, 2, 9], &[1, 6, 3, 3], [1; 2], [0; 4]).contains("the map has 2x9"));
        assert!(reason(map, &[1, 6, 16, 16], [1; 2], [0; 4]).contains("make patches of more"));
        let huge = [usize::MAX, 64, 64];
        assert!(reason(huge, &[1, usize::MAX, 16, 16], [1; 2], [0; 4]).contains("patches"));
    }

    #[test]
    fn many_small_nodes_are_too_many_together() {
        let mut effort = Effort::default();
        let added = (0..64).map(|_| effort.add(&[1, 4, 64, 64], 0)).collect::<Vec<_>>();
        assert!(added.iter().all(Result::is_ok));
        assert!(effort.add(&[1, 9], 0).is_err());
        let mut effort = Effort::default();
        assert!(effort.add(&[1, 9], MOST_PRODUCTS).is_ok());
        assert!(effort.add(&[1, 9], 1).is_err());
        assert!(Effort::default().add(&[usize::MAX, 2], usize::MAX).is_err());
    }
}
