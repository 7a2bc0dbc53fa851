//! May this change go ahead?
