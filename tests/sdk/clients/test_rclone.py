"""rclone by a role; by an ID token it is in `../web_identity`, which also runs in CI."""

import s3
from storage import Storage

COMMAND = ["rclone", "lsf", ":s3:bucket", "--s3-provider=Other", "--s3-env-auth", "--s3-region=us-east-1", "--config="]


class Rclone(Storage):
    def test_rclone_by_a_role(self) -> None:
        storage = self.enter(s3.serving())
        command = [*COMMAND, f"--s3-endpoint={storage.url}", "--retries=1", "--low-level-retries=1"]
        self.proves_role("rclone", lambda role: [*command, f"--s3-role-arn={role}"], "object", storage)
