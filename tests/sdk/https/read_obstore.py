"""Reads an object of S3 with obstore (object_store), by its default credentials."""

import sys

from obstore.store import S3Store

store = S3Store("bucket", endpoint=sys.argv[1], client_options={"allow_http": True}, retry_config={"max_retries": 0})
print(bytes(store.get("object").bytes()).decode())
