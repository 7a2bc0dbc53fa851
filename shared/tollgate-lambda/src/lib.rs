//! Receive and respond: decoding of events, errors for callers, logs and metrics.
