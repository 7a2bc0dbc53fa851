//! Memory that the process has, as the system counts it.

/// So many bytes are in memory; `None` where the system does not say.
pub(crate) fn bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_process_has_some() {
        let bytes = super::bytes();
        assert!(bytes.is_none_or(|bytes| bytes > 1024 * 1024), "{bytes:?}");
        assert_eq!(bytes.is_some(), cfg!(target_os = "linux"));
    }
}
