//! Loads, checks, evaluates, tests and covers Rego policies: the only crate that knows regorus.
