"""Reads an object of S3 with DuckDB, as a role that it assumes."""

import pathlib
import sys

import duckdb
import duckdb_ext

endpoint, role = sys.argv[1:]
connection = duckdb.connect()
for folder in duckdb_ext.__path__:
    for name in ["httpfs", "aws"]:
        for extension in pathlib.Path(folder).glob(f"extensions/*/*/{name}.duckdb_extension"):
            connection.load_extension(str(extension))
connection.execute(
    f"CREATE SECRET (TYPE s3, PROVIDER credential_chain, CHAIN 'sts', ASSUME_ROLE_ARN '{role}', "
    f"REGION 'us-east-1', ENDPOINT '{endpoint}', URL_STYLE 'path', USE_SSL false)"
)
print(connection.sql("SELECT content FROM read_text('s3://bucket/object')").fetchone()[0])
