//! Weights in eight bits.

/// Whole numbers −127 … 127 with a scale for each row; weight = number · scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantised {
    /// Row after row.
    pub(super) numbers: Vec<i8>,
    /// One for each row, positive.
    pub(super) scales: Vec<f32>,
}

/// Quantises `weights` of `rows` rows symmetrically, each row by its largest magnitude. The zero point
/// is 0, so that a weight of 0 stays 0.
pub(super) fn quantised(weights: &[f32], rows: usize) -> Quantised {
    let width = (weights.len() / rows.max(1)).max(1);
    let rows = weights.chunks_exact(width);
    let scales: Vec<f32> = rows
        .clone()
        .map(|row| {
            let largest = row.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
            let scale = largest / 127.0;
            // A row of zeros, or of numbers next to them, needs some scale.
            if scale > 0.0 { scale } else { 1.0 }
        })
        .collect();
    let numbers = rows
        .zip(&scales)
        .flat_map(|(row, scale)| {
            row.iter().map(move |weight| (weight / scale).round().clamp(-127.0, 127.0) as i8)
        })
        .collect();
    Quantised { numbers, scales }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_weight_moves_by_more_than_half_a_step_of_its_row() {
        let weights: Vec<f32> = (0..300).map(|i| ((i * 37 % 101) as f32 - 50.0) / 7.0).collect();
        let Quantised { numbers, scales } = quantised(&weights, 3);
        assert_eq!((numbers.len(), scales.len()), (300, 3));
        let rows = weights.chunks(100).zip(numbers.chunks(100)).zip(&scales);
        for ((weights, numbers), scale) in rows {
            for (weight, number) in weights.iter().zip(numbers) {
                assert!((weight - f32::from(*number) * scale).abs() <= scale * 0.5001);
            }
            assert!(numbers.iter().any(|number| number.abs() == 127));
        }
    }

    #[test]
    fn a_row_of_zeros_stays_zero_with_a_usable_scale() {
        let Quantised { numbers, scales } = quantised(&[0.0, 0.0, 1.0, -2.0], 2);
        assert_eq!(numbers, [0, 0, 64, -127]);
        assert!(scales.iter().all(|scale| *scale > 0.0));
    }
}
