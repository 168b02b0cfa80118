"""Identity providers that others have written, run for the tests.

One file per provider, each with a context manager that starts the program on
the loopback interface and gives an object to obtain tokens from:

    with certified.provider() as provider:
        token = provider.token("alice")

Programs run under the clock of the tests. What they need comes from
`package.json` beside this file and from `../python/requirements.txt`.
"""
