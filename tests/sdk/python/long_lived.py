"""A program that lives on: prints who it is for each line it reads, by boto3's
default credentials, which it renews by itself."""

import sys

import boto3
import botocore.config

session = boto3.Session()
client = session.client("sts", config=botocore.config.Config(retries={"total_max_attempts": 1}))
for line in sys.stdin:
    try:
        arn = client.get_caller_identity()["Arn"]
        print(arn, session.get_credentials().get_frozen_credentials().access_key, flush=True)
    except Exception as error:
        print(f"failed after `{line.strip()}`: {error}", flush=True)
