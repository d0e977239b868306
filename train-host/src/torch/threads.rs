//! On how many threads libtorch computes.

/// Makes libtorch compute on the calling thread alone, and the same bits on every thread.
///
/// libtorch keeps the number for the process, but hands it to MKL thread by thread, and not before
/// the first matrix product of a thread: that one is computed by as many threads as there are cores,
/// in another order of summing. So whatever may run on a thread that others have started, a worker
/// of rayon for one, calls this first.
pub fn one_thread() {
    tch::set_num_threads(1);
}
