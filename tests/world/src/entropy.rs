use stead_types::Entropy;

/// Bytes that never repeat and are the same in every run: a counter, scattered.
#[derive(Clone, Debug, Default)]
pub struct Counted(u64);

impl Entropy for Counted {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            self.0 += 1;
            // The finalizer of splitmix64: every bit of the counter reaches every
            // bit of the output.
            let mut word = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            for (place, byte) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *place = byte;
            }
        }
    }
}
