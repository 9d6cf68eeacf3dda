//! The signals that the process handles, so that they no longer kill it.

use std::future::pending;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::plugin::Error;

/// Both kinds of signals, caught.
pub(in crate::plugin) struct Signals {
    pub(super) interrupts: Interrupts,
    pub(super) terminations: Terminations,
}

impl Signals {
    /// Takes SIGINT, SIGTERM and SIGHUP from the system.
    pub(in crate::plugin) fn catch() -> Result<Self, Error> {
        let caught = |kind| signal(kind).map_err(Error::Signals);
        let hangup = if may_catch_hangup() {
            Some(caught(SignalKind::hangup())?)
        } else {
            None
        };
        Ok(Self {
            interrupts: Interrupts(caught(SignalKind::interrupt())?),
            terminations: Terminations {
                terminate: caught(SignalKind::terminate())?,
                hangup,
            },
        })
    }
}

/// SIGINT.
pub(super) struct Interrupts(Signal);

impl Interrupts {
    /// Waits for the next SIGINT.
    pub(super) async fn next(&mut self) {
        next(&mut self.0).await
    }
}

/// SIGTERM, and SIGHUP, by which a terminal that is closed ends what runs in it.
pub(super) struct Terminations {
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Terminations {
    /// Waits for the next SIGTERM or SIGHUP.
    pub(super) async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => next(hangup).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = next(&mut self.terminate) => {}
            () = hangup => {}
        }
    }
}

async fn next(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        pending().await
    }
}

/// Checks whether SIGHUP ends this process. A program such as `nohup` makes its children ignore SIGHUP, so that they
/// continue when the terminal closes. If the system does not report it, SIGHUP is not handled.
fn may_catch_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_ignored(&status, SignalKind::hangup()) == Some(false)
}

/// Reads from `/proc/self/status` whether a signal is ignored.
fn is_ignored(status: &str, signal: SignalKind) -> Option<bool> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    let bit = u32::try_from(signal.as_raw_value()).ok()?.checked_sub(1)?;
    Some(mask.checked_shr(bit)? & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_from_the_mask() {
        let hangup = SignalKind::hangup();
        let of = |mask: &str| is_ignored(&format!("Name:\tx\nSigIgn:\t{mask}\n"), hangup);
        assert_eq!(of("0000000000000001"), Some(true));
        assert_eq!(of("0000000000001006"), Some(false));
        assert_eq!(of("no mask"), None);
        assert_eq!(is_ignored("", hangup), None);
    }
}
