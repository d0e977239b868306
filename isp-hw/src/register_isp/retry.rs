//! How often a transfer is tried, and how long is waited in between.

use std::thread;
use std::time::Duration;

use super::BusFault;

/// A bounded number of tries with growing pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries after the first.
    pub retries: u32,
    /// Pause before the second try; each later one is twice as long.
    pub backoff: Duration,
}

impl Default for Retry {
    // A sensor that is busy with a frame answers again within a few milliseconds.
    fn default() -> Self {
        Self { retries: 4, backoff: Duration::from_millis(2) }
    }
}

/// No pause is longer: whoever waits for the chip wants to hear of its fault.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Retry {
    /// The pauses between the tries.
    pub fn pauses(self) -> impl Iterator<Item = Duration> {
        let doubled = |pause: &Duration| Some(pause.saturating_mul(2).min(LONGEST_PAUSE));
        let first = self.backoff.min(LONGEST_PAUSE);
        std::iter::successors(Some(first), doubled).take(self.retries as usize)
    }

    /// Tries a transfer until it succeeds, or fails in a way that trying does not mend.
    ///
    /// # Errors
    /// The last fault, and how often was tried.
    pub fn run<T>(
        self,
        mut transfer: impl FnMut() -> Result<T, BusFault>,
    ) -> Result<T, (BusFault, u32)> {
        let mut tries = 1;
        for pause in self.pauses() {
            match transfer() {
                Err(fault) if fault.may_pass() => thread::sleep(pause),
                other => return other.map_err(|fault| (fault, tries)),
            }
            tries += 1;
        }
        transfer().map_err(|fault| (fault, tries))
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn retry(retries: u32) -> Retry {
        Retry { retries, backoff: Duration::ZERO }
    }

    #[test]
    fn pauses_double_and_end() {
        let slow = Retry { retries: 4, backoff: Duration::from_millis(300) };
        let pauses: Vec<_> = slow.pauses().map(|pause| pause.as_millis()).collect();
        assert_eq!(pauses, [300, 600, 1000, 1000]);
    }

    #[test]
    fn a_fault_that_passes_costs_a_try_and_no_more() {
        let mut left = 3;
        let answer = retry(3).run(|| match left {
            0 => Ok("done"),
            _ => {
                left -= 1;
                Err(BusFault::NoAnswer)
            }
        });
        assert_eq!(answer.unwrap(), "done");
    }

    #[test]
    fn tries_are_bounded_and_hopeless_faults_are_not_repeated() {
        let (fault, tries) = retry(3).run::<()>(|| Err(BusFault::Timeout)).unwrap_err();
        assert!(matches!(fault, BusFault::Timeout));
        assert_eq!(tries, 4);
        let broken = || BusFault::Other(io::Error::other("broken"));
        assert_eq!(retry(3).run::<()>(|| Err(broken())).unwrap_err().1, 1);
        assert_eq!(retry(0).run::<()>(|| Err(BusFault::NoAnswer)).unwrap_err().1, 1);
    }
}
