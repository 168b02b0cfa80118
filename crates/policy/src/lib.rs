//! The AWS policy language: text to policy, policy to compiled form, request to decision and trace.
