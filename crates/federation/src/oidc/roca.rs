//! RSA keys whose primes can be found, although they are long enough.

/// Primes modulo which such a key is a power of 65537. Of ordinary keys, one in 2^27 is a
/// power of it modulo all of them.
const PRIMES: [u16; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether a modulus has the mark of keys made by a certain library of smart cards.
///
/// Spec: CVE-2017-15361; M. Nemec et al., "The Return of Coppersmith's Attack", 2017,
/// section 2: the primes of such keys are powers of 65537 modulo many small primes, and so
/// are their products.
pub(crate) fn has_mark(modulus: &[u8]) -> bool {
    PRIMES.into_iter().all(|prime| is_power(remainder(modulus, prime), prime))
}

fn remainder(modulus: &[u8], prime: u16) -> u32 {
    let prime = u32::from(prime);
    modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime)
}

/// Whether a number is a power of 65537 modulo the prime.
fn is_power(number: u32, prime: u16) -> bool {
    let prime = u32::from(prime);
    let mut power = 1;
    for _ in 0..prime {
        if power == number {
            return true;
        }
        power = power * (65_537 % prime) % prime;
    }
    false
}
