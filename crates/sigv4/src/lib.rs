//! AWS Signature Version 4: a claim is read, then verified; and a signer. No I/O.
