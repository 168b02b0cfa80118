"""Where the right answer is not what the model lets expect, with the reason."""

# Values of answers that are not in the model's set, by the shape's name.
ANSWERED = {
    # Observed: the examples of the AWS CLI and every published answer of GetUser and GetRole.
    "PermissionsBoundaryAttachmentType": {"Policy"},
    # Observed: SimulateCustomPolicy, recorded in 2026 (radkawar/stackd).
    "PolicySourceType": {"IAM Policy"},
}
