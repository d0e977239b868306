//! What became of the frames.

/// Counts since the start of a capture. Every frame that the driver handed over is in exactly one
/// of `delivered`, `replaced`, `error_flagged`, `short`, `stale`, `without_signal`, or still waits
/// to be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameCounts {
    /// Good frames that somebody fetched.
    pub delivered: u64,
    /// Good frames that a newer one replaced before anybody fetched them.
    pub replaced: u64,
    /// Frames that the driver flagged as possibly wrong (`V4L2_BUF_FLAG_ERROR`).
    pub error_flagged: u64,
    /// Frames with fewer bytes than the format needs.
    pub short: u64,
    /// Frames no newer than one before them.
    pub stale: u64,
    /// Frames that came while the input had no signal.
    pub without_signal: u64,
    /// Numbers missing from the sequence: frames that the driver lost.
    pub lost: u64,
    /// Buffers that the driver refused at first, and took later.
    pub queue_faults: u64,
    /// Times when no good frame came for long.
    pub stalls: u64,
    /// Times when the stream was built anew after a fault or a stall.
    pub rebuilds: u64,
}
