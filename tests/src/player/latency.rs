//! An ISP that takes its time.

use std::collections::VecDeque;

/// Hands out what it was given some frames ago.
#[derive(Debug)]
pub struct Latency<T> {
    waiting: VecDeque<T>,
    frames: usize,
}

impl<T: Clone> Latency<T> {
    /// Nothing is delayed at 0 frames.
    pub fn new(frames: usize) -> Self {
        Self { waiting: VecDeque::new(), frames }
    }

    /// Takes the value of this frame and gives that of `frames` frames ago, the first one while
    /// there is none so old.
    pub fn delay(&mut self, value: T) -> T {
        if self.waiting.is_empty() {
            self.waiting.extend(std::iter::repeat_n(value.clone(), self.frames));
        }
        self.waiting.push_back(value.clone());
        self.waiting.pop_front().unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_out_after_that_many_frames() {
        let delayed = |frames| {
            let mut latency = Latency::new(frames);
            [1, 2, 3, 4].map(|value| latency.delay(value))
        };
        assert_eq!(delayed(0), [1, 2, 3, 4]);
        assert_eq!(delayed(2), [1, 1, 1, 2]);
    }
}
