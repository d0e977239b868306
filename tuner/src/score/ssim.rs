//! Structural similarity.
//!
//! Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
//! structural similarity", IEEE Transactions on Image Processing 13 (2004), equation 13, with the
//! window and the constants of section III-C.

use rayon::prelude::*;

use super::rows::Rows;

/// Pixels on either side of the centre of a window: 3.5 σ.
const RADIUS: usize = 5;

/// Side of a window.
const WINDOW: usize = 2 * RADIUS + 1;

/// (K₁ L)² and (K₂ L)² for the data range L = 1.
const C1: f32 = 0.01 * 0.01;
const C2: f32 = 0.03 * 0.03;

/// Weights of a window along one axis from its centre out: a Gaussian of σ = 1.5, with sum 1.
const WEIGHTS: [f32; RADIUS + 1] =
    [0.266_011_72, 0.213_005_54, 0.109_360_69, 0.036_000_772, 0.007_598_758, 0.001_028_38];

/// Most centres of a job in a row and in a column: its rows stay in the second-level cache.
const JOB: [usize; 2] = [160, 64];

/// Mean SSIM as [`super::Score::between`] documents it; `None` when no pixel counts. The sizes
/// are equal.
pub(super) fn ssim_of(
    a: &impl Rows,
    b: &impl Rows,
    mask: Option<&[bool]>,
    tile: [usize; 2],
) -> Option<f64> {
    let whole = Area { from: [0, 0], to: a.size() };
    let jobs: Vec<Job> = whole.pieces(tile).flat_map(Job::of_tile).collect();
    // Collected in order, and then summed: the same pictures give the same bits, on any machine.
    let sums: Vec<Sum> = jobs
        .par_iter()
        .map(|job| match job {
            Job::Centres(area) => Block::new(area).sum(a, b, mask),
            Job::OneWindow(area) => one_window(a, b, mask, area),
        })
        .collect();
    let all = sums.into_iter().reduce(Sum::plus)?;
    all.mean().or_else(|| one_window(a, b, mask, &whole).mean())
}

/// A rectangle of pixels, `to` exclusive; columns first.
#[derive(Debug, Clone, Copy)]
struct Area {
    from: [usize; 2],
    to: [usize; 2],
}

impl Area {
    fn size(&self) -> [usize; 2] {
        let ([left, top], [right, bottom]) = (self.from, self.to);
        [right.saturating_sub(left), bottom.saturating_sub(top)]
    }

    /// Cuts into a grid of pieces of `side`; those at the right and bottom may be smaller.
    fn pieces(self, side: [usize; 2]) -> impl Iterator<Item = Self> {
        let ([left, top], [right, bottom]) = (self.from, self.to);
        let [wide, high] = side.map(|side| side.max(1));
        (top..bottom).step_by(high).flat_map(move |y| {
            (left..right).step_by(wide).map(move |x| Self {
                from: [x, y],
                to: [right.min(x.saturating_add(wide)), bottom.min(y.saturating_add(high))],
            })
        })
    }
}

/// Work that can be done alone.
enum Job {
    /// The windows centred on these pixels.
    Centres(Area),
    /// An area too small for a window.
    OneWindow(Area),
}

impl Job {
    fn of_tile(tile: Area) -> Vec<Self> {
        if tile.size().iter().any(|&side| side < WINDOW) {
            return vec![Self::OneWindow(tile)];
        }
        let from = tile.from.map(|at| at + RADIUS);
        let to = tile.to.map(|at| at - RADIUS);
        Area { from, to }.pieces(JOB).map(Self::Centres).collect()
    }
}

/// Sum of SSIM values over windows and channels.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sum: f64,
    count: usize,
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, count: self.count + other.count }
    }

    fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// The windows of one job.
///
/// The moments are those of the sum p = a + b − 1 and the difference d = a − b: four filters do
/// where a, b, a², b² and ab need five, and nothing cancels when the pictures are nearly equal.
struct Block<'a> {
    area: &'a Area,
    width: usize,
    height: usize,
    /// p, d, p², d², filtered along the rows: for each row of the windows, one after another.
    filtered: [Vec<f32>; 4],
}

impl<'a> Block<'a> {
    fn new(area: &'a Area) -> Self {
        let [width, height] = area.size();
        let plane = || vec![0.0; width * (height + 2 * RADIUS)];
        Self { area, width, height, filtered: [plane(), plane(), plane(), plane()] }
    }

    fn sum(&mut self, a: &impl Rows, b: &impl Rows, mask: Option<&[bool]>) -> Sum {
        let mut total = Sum::default();
        for channel in 0..3 {
            self.filter_rows(a, b, channel);
            total = total.plus(self.sum_of_windows(a.size(), mask));
        }
        total
    }

    fn filter_rows(&mut self, a: &impl Rows, b: &impl Rows, channel: usize) {
        let [left, top] = self.area.from.map(|at| at - RADIUS);
        let length = self.width + 2 * RADIUS;
        let (mut row_a, mut row_b) = (vec![0.0; length], vec![0.0; length]);
        let mut moments = [(); 4].map(|()| vec![0.0_f32; length]);
        for row in 0..self.height + 2 * RADIUS {
            a.read(channel, top + row, left, &mut row_a);
            b.read(channel, top + row, left, &mut row_b);
            let [p, d, pp, dd] = &mut moments;
            let means = p.iter_mut().zip(d).zip(pp.iter_mut().zip(dd));
            for ((a, b), ((p, d), (pp, dd))) in row_a.iter().zip(&row_b).zip(means) {
                *p = a + b - 1.0;
                *d = a - b;
                *pp = *p * *p;
                *dd = *d * *d;
            }
            for (moment, filtered) in moments.iter().zip(&mut self.filtered) {
                let start = row * self.width;
                let filtered = filtered.get_mut(start..start + self.width).unwrap_or_default();
                for (filtered, window) in filtered.iter_mut().zip(moment.array_windows()) {
                    *filtered = weighted(window);
                }
            }
        }
    }

    fn sum_of_windows(&self, [picture_width, _]: [usize; 2], mask: Option<&[bool]>) -> Sum {
        let [left, top] = self.area.from;
        let mut moments = [(); 4].map(|()| vec![0.0_f32; self.width]);
        let mut values = vec![0.0_f32; self.width];
        let mut total = Sum::default();
        for row in 0..self.height {
            for (filtered, moment) in self.filtered.iter().zip(&mut moments) {
                filter_down(filtered, self.width, row, moment);
            }
            let [p, d, pp, dd] = &moments;
            let means = p.iter().zip(d).zip(pp.iter().zip(dd));
            for (value, ((p, d), (pp, dd))) in values.iter_mut().zip(means) {
                *value = similarity(*p, *d, *pp, *dd);
            }
            let start = (top + row) * picture_width + left;
            total = total.plus(match mask {
                None => Sum { sum: sum_of(&values), count: self.width },
                Some(mask) => {
                    let counts = mask.get(start..start + self.width).unwrap_or_default();
                    let chosen = values.iter().zip(counts).filter(|(_, counts)| **counts);
                    chosen.fold(Sum::default(), |sum, (&value, _)| {
                        sum.plus(Sum { sum: f64::from(value), count: 1 })
                    })
                }
            });
        }
        total
    }
}

/// One weighted sum of a window along a row; symmetric weights need half the products.
#[inline(always)]
fn weighted([a, b, c, d, e, f, g, h, i, j, k]: &[f32; WINDOW]) -> f32 {
    let [w0, w1, w2, w3, w4, w5] = WEIGHTS;
    (w0 * f + w1 * (e + g)) + (w2 * (d + h) + w3 * (c + i)) + (w4 * (b + j) + w5 * (a + k))
}

/// The same down the columns, for the windows whose topmost row is `row`.
fn filter_down(filtered: &[f32], width: usize, row: usize, out: &mut [f32]) {
    let line = |offset: usize| {
        let start = (row + offset) * width;
        filtered.get(start..start + width).unwrap_or_default()
    };
    let [w0, w1, w2, w3, w4, w5] = WEIGHTS;
    let inner = line(4).iter().zip(line(5)).zip(line(6)).zip(line(3)).zip(line(7));
    for (out, ((((e, f), g), d), h)) in out.iter_mut().zip(inner) {
        *out = w0 * f + w1 * (e + g) + w2 * (d + h);
    }
    let outer = line(2).iter().zip(line(8)).zip(line(1)).zip(line(9)).zip(line(0)).zip(line(10));
    for (out, (((((c, i), b), j), a), k)) in out.iter_mut().zip(outer) {
        *out += w3 * (c + i) + w4 * (b + j) + w5 * (a + k);
    }
}

/// SSIM from the means of p, d, p², d².
#[inline(always)]
fn similarity(p: f32, d: f32, pp: f32, dd: f32) -> f32 {
    let (variance_p, variance_d) = (pp - p * p, dd - d * d);
    let (sum, difference) = ((p + 1.0) * (p + 1.0), d * d);
    let luminance = 0.5 * (sum - difference) + C1;
    let luminance_most = 0.5 * (sum + difference) + C1;
    let structure = 0.5 * (variance_p - variance_d) + C2;
    let structure_most = 0.5 * (variance_p + variance_d) + C2;
    (luminance * structure) / (luminance_most * structure_most)
}

fn sum_of(values: &[f32]) -> f64 {
    let mut lanes = [0.0_f32; 8];
    for piece in values.chunks(8) {
        for (lane, value) in lanes.iter_mut().zip(piece) {
            *lane += value;
        }
    }
    lanes.iter().map(|&lane| f64::from(lane)).sum()
}

/// SSIM of the counted pixels of an area as one window of equal weights, for each channel.
fn one_window(a: &impl Rows, b: &impl Rows, mask: Option<&[bool]>, area: &Area) -> Sum {
    let ([left, top], [_, bottom]) = (area.from, area.to);
    let [width, _] = area.size();
    let [picture_width, _] = a.size();
    let (mut row_a, mut row_b) = (vec![0.0; width], vec![0.0; width]);
    let mut total = Sum::default();
    for channel in 0..3 {
        let mut count = 0_usize;
        let mut sums = [0.0_f64; 4];
        for row in top..bottom {
            a.read(channel, row, left, &mut row_a);
            b.read(channel, row, left, &mut row_b);
            let start = row * picture_width + left;
            let counts = mask.map(|mask| mask.get(start..start + width).unwrap_or_default());
            for (at, (&a, &b)) in row_a.iter().zip(&row_b).enumerate() {
                if counts.is_some_and(|counts| counts.get(at) != Some(&true)) {
                    continue;
                }
                count += 1;
                let (p, d) = (f64::from(a) + f64::from(b) - 1.0, f64::from(a) - f64::from(b));
                for (sum, value) in sums.iter_mut().zip([p, d, p * p, d * d]) {
                    *sum += value;
                }
            }
        }
        if count > 0 {
            let [p, d, pp, dd] = sums.map(|sum| (sum / count as f64) as f32);
            let value = similarity(p, d, pp, dd);
            total = total.plus(Sum { sum: f64::from(value), count: 1 });
        }
    }
    total
}
