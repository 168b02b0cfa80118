use std::fmt;

/// What of a request is signed besides its body: borrowed from the HTTP layer.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method, as on the wire: `POST`.
    pub method: &'a str,
    /// The path, raw as on the wire, without the query: `/`, `/a%20b`.
    pub path: &'a str,
    /// The query string, raw as on the wire, without the `?`; may be empty.
    pub query: &'a str,
    /// Names and values in wire order, duplicates kept, names in any case.
    ///
    /// Over HTTP/2 the HTTP layer adds a `host` with the value of `:authority`
    /// where the request has none. Default ports are not touched: what counts is
    /// the value on the wire, which is what clients sign.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// Shows the method only: path, query and headers may hold tokens.
impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestHead")
            .field("method", &self.method)
            .field("headers", &self.headers.len())
            .finish_non_exhaustive()
    }
}
