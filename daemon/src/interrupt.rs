//! Ctrl-C: the first one asks for the best so far, the second one ends the program.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

/// A flag that SIGINT, SIGTERM and SIGQUIT set; a second signal ends the program at once.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn flag() -> std::io::Result<Arc<AtomicBool>> {
    let cancel = Arc::new(AtomicBool::new(false));
    for &signal in TERM_SIGNALS {
        // Registered first, hence run first: it sees the flag of an earlier signal only.
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&cancel))?;
        flag::register(signal, Arc::clone(&cancel))?;
    }
    Ok(cancel)
}
