"""Reads an object of S3 with minio-py: `read.py S3-HOST role ROLE-ARN` or `read.py S3-HOST web`."""

import os
import pathlib
import sys

import minio
from minio.credentials import AssumeRoleProvider, WebIdentityProvider

STS = os.environ["AWS_ENDPOINT_URL_STS"]

if sys.argv[2] == "role":
    provider = AssumeRoleProvider(
        sts_endpoint=STS,
        access_key=os.environ["AWS_ACCESS_KEY_ID"],
        secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        region="us-east-1",
        role_arn=sys.argv[3],
        role_session_name="workload",
    )
else:
    provider = WebIdentityProvider(
        jwt_provider_func=lambda: {"id_token": pathlib.Path(os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text()},
        sts_endpoint=STS,
        role_arn=os.environ["AWS_ROLE_ARN"],
        role_session_name=os.environ["AWS_ROLE_SESSION_NAME"],
    )
storage = minio.Minio(sys.argv[1], credentials=provider, secure=False, region="us-east-1")
answer = storage.get_object("bucket", "object")
print(answer.read().decode())
