"""Reads an object of S3 with polars (object_store), by its own default credentials: with a
provider of credentials left out, since else it asks boto3 where that is installed."""

import sys

import polars

options = {"endpoint_url": sys.argv[1], "allow_http": "true", "max_retries": 0}
lines = polars.scan_lines("s3://bucket/object", storage_options=options, credential_provider=None)
print(lines.collect().item())
