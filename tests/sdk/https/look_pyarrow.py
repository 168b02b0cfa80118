"""Looks at an object of S3 with pyarrow (the SDK for C++), by its default credentials."""

import os
import sys

from pyarrow import fs

status = 1
try:
    # Its own three seconds are too few for a machine with much to do.
    patience = {"connect_timeout": 60, "request_timeout": 60}
    storage = fs.S3FileSystem(endpoint_override=sys.argv[1], scheme="http", region="us-east-1", **patience)
    print(storage.get_file_info("bucket/object").size, flush=True)
    status = 0
except OSError as error:
    print(error, flush=True)
finally:
    # Observed: pyarrow 26.0.1 waits at its end for a thread that resolves host
    # names, for a minute and longer.
    os._exit(status)
