//! What an AWS policy says, said in Cedar, for the subset that both languages have.
