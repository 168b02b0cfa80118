//! Who is calling and may they: collects the policies that apply and decides. No I/O.
