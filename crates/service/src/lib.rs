//! What every operation's handler is given and gives back, and how a call is authorized before it runs.
