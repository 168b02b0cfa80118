//! The AWS Query protocol: a form becomes a request, a response becomes XML. No sockets.
