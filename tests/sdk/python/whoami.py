"""Prints who boto3's default credentials are."""

import boto3

print(boto3.client("sts").get_caller_identity()["Arn"])
