//! The token plane: AssumeRole and its family.
