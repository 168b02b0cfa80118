//! What policies would say: nothing here is about the call that asks, and nothing is done.

mod context_keys;
mod held;
mod source;
