"""Reads an object of S3 with s3fs, by its default credentials."""

import sys

import s3fs

storage = s3fs.S3FileSystem(endpoint_url=sys.argv[1])
print(storage.cat("bucket/object").decode())
