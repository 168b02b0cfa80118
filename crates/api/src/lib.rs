//! Requests, responses, operations and error codes of STS and IAM, generated from the service models.
