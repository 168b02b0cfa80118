//! The Store trait and the suite of tests every backend must pass.
