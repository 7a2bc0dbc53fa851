//! Reads CloudWatch (or recorded files) into facts.
