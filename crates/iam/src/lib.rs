//! The control plane: one handler per IAM operation, a file per resource.
