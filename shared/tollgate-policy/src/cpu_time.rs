//! Time that a thread has had the processor, which a busy machine does not add to.

use std::{path::PathBuf, time::Duration};

/// What the thread that asks has used since it began; where the system does not say, time on the wall instead.
#[cfg(unix)]
pub(crate) fn of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(not(unix))]
pub(crate) fn of_this_thread() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}

/// A thread, as others can ask how much it has used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thread(Option<PathBuf>);

impl Thread {
    /// The thread that asks.
    pub(crate) fn this() -> Self {
        let link = std::fs::read_link("/proc/thread-self");
        Self(link.ok().map(|link| PathBuf::from("/proc").join(link).join("schedstat")))
    }

    /// What it has used so far; `None` where the system does not say, or the thread has ended.
    pub(crate) fn used(&self) -> Option<Duration> {
        let text = std::fs::read_to_string(self.0.as_ref()?).ok()?;
        text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::{Thread, of_this_thread};

    #[test]
    fn work_counts_and_waiting_does_not() {
        let begun = of_this_thread();
        let waited = thread::spawn(|| thread::park_timeout(Duration::from_millis(30)));
        waited.join().unwrap();
        let idle = of_this_thread() - begun;
        while of_this_thread() - begun < idle + Duration::from_millis(20) {}
        assert!(idle < Duration::from_millis(25), "{idle:?}");
        if cfg!(target_os = "linux") {
            assert!(Thread::this().used().unwrap() >= Duration::from_millis(10));
        }
        assert_eq!(Thread::default().used(), None);
    }
}
