//! The bytes of a line: words, numbers and addresses, parsed several times as fast as by the standard library.
//!
//! Must not know formats or fields.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use crate::record::format::MAX_FIELDS;

/// The maximum length of a line, in bytes.
pub(in crate::record) const LONGEST: u16 = u16::MAX - 1;

/// For each value of a line, the byte after the space before it. The first value starts with the line.
///
/// A value ends one byte before the next one starts, so one number gives both. Only in a run of spaces does a value start
/// with some of them.
pub(super) type Begins = [u16; MAX_FIELDS + 1];

/// How many bytes are searched for spaces at once: one for each bit of a mask.
const BLOCK: usize = u64::BITS as usize;

/// Finds where the values of a line start, and returns their number, including those beyond the capacity of `begins`; none
/// if the line is too long.
pub(super) fn words(line: &[u8], begins: &mut Begins) -> Option<usize> {
    if line.len() > usize::from(LONGEST) {
        return None;
    }
    let mut words = Words {
        begins,
        count: 0,
        after_space: 1,
    };
    let (blocks, rest) = line.as_chunks();
    let mut position = 0;
    for block in blocks {
        words.note(spaces(block), position);
        position += BLOCK as u16;
    }
    // A space after the line ends its last value.
    words.note(last_spaces(line, rest.len()) | 1 << rest.len(), position);
    Some(words.count)
}

/// The values of a line that were found so far.
struct Words<'a> {
    begins: &'a mut Begins,
    count: usize,
    /// Whether the byte before the next block is a space, as a bit. The start of the line counts as one.
    after_space: u64,
}

impl Words<'_> {
    /// Adds the spaces of a block that starts at a position of the line.
    #[inline]
    fn note(&mut self, spaces: u64, position: u16) {
        let mut ends = spaces & !(spaces << 1 | self.after_space);
        self.after_space = spaces >> (BLOCK - 1);
        while ends != 0 {
            self.count += 1;
            if let Some(begin) = self.begins.get_mut(self.count) {
                *begin = position + ends.trailing_zeros() as u16 + 1;
            }
            ends &= ends - 1;
        }
    }
}

/// Sets the bit of each byte that is a space.
///
/// The comparison compiles to vector instructions. A product then gathers eight flags in its highest byte.
#[inline]
fn spaces(block: &[u8; BLOCK]) -> u64 {
    let flags = block.map(|byte| u8::from(byte == b' '));
    let (eights, _) = flags.as_chunks::<8>();
    let mut mask = 0;
    for (number, eight) in eights.iter().enumerate() {
        mask |= gathered(u64::from_le_bytes(*eight)) << (8 * number);
    }
    mask
}

/// Gathers the lowest bit of each byte. All other bits must be clear.
#[inline]
fn gathered(flags: u64) -> u64 {
    flags.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Finds the spaces among the last bytes of a line, which are fewer than a block, using a block that ends with the line.
#[inline]
fn last_spaces(line: &[u8], length: usize) -> u64 {
    match line.last_chunk() {
        Some(block) => spaces(block)
            .checked_shr((BLOCK - length) as u32)
            .unwrap_or_default(),
        None => spaces(&lengthened(line)),
    }
}

/// Pads bytes with zeros.
#[cold]
fn lengthened<const LENGTH: usize>(bytes: &[u8]) -> [u8; LENGTH] {
    let mut window = [0; LENGTH];
    for (copy, byte) in window.iter_mut().zip(bytes) {
        *copy = *byte;
    }
    window
}

/// Parses the decimal number in a range of a line, of at most nineteen digits.
///
/// Inlined, because a call would cost much of what is gained.
#[inline(always)]
pub(super) fn digits(line: &[u8], place: Range<usize>) -> Option<i64> {
    few_digits(line, &place).or_else(|| digits_one_by_one(line.get(place)?))
}

/// Parses a number of at most sixteen digits as one or two words of eight bytes, the second of which ends with the number;
/// none near the end of the line, where there are no such words.
#[inline(always)]
fn few_digits(line: &[u8], place: &Range<usize>) -> Option<i64> {
    let length = place.end.checked_sub(place.start)?;
    let window: &[u8; 16] = line.get(place.start..)?.first_chunk()?;
    if length > 1 && window[0] == b'0' {
        return None;
    }
    let (first, _) = window.split_first_chunk()?;
    let number = match length {
        1..=8 => first_digits(*first, length)?,
        9..=16 => {
            let last = window.get(length - 8..)?.first_chunk()?;
            first_digits(*first, length - 8)? * 100_000_000 + first_digits(*last, 8)?
        }
        _ => return None,
    };
    Some(number as i64)
}

/// Parses what the fast path leaves: long numbers, numbers near the end of the line, and what is not a number.
#[cold]
fn digits_one_by_one(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 19 || (bytes[0] == b'0' && bytes.len() > 1) {
        return None;
    }
    let mut number: u64 = 0;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    i64::try_from(number).ok()
}

/// Parses the first one to eight bytes as digits, by adding up neighbors: digits, pairs, fours.
///
/// What follows the digits is shifted out of the word, which leaves leading zeros.
#[inline(always)]
fn first_digits(eight: [u8; 8], count: usize) -> Option<u64> {
    let digits = (u64::from_le_bytes(eight) ^ repeated(b'0')) << (64 - 8 * count);
    if beyond_nine(digits) != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

/// Sets only the highest bit of each byte beyond nine. Bits above a byte that is not ASCII may be wrong.
#[inline]
fn beyond_nine(word: u64) -> u64 {
    (word | word.wrapping_add(repeated(0x7f - 9))) & repeated(0x80)
}

const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Parses the common case, four decimal octets, several times as fast as the standard library.
///
/// The ends of all octets are found at once, so that no branch depends on their lengths, which are hard to predict.
/// Inlined, so that a caller that only needs to know whether there is an address does not pay for its value.
#[inline(always)]
pub(super) fn ipv4(line: &[u8], place: Range<usize>) -> Option<Ipv4Addr> {
    let text = line.get(place.start..)?;
    match text.first_chunk() {
        Some(window) => first_ipv4(window, place.len()),
        None => first_ipv4(&lengthened(text), place.len()),
    }
}

/// Parses the first bytes as an address. No digit may follow them.
#[inline(always)]
fn first_ipv4(window: &[u8; 16], length: usize) -> Option<Ipv4Addr> {
    let mut others = others(window);
    let (mut octets, mut start) = ([0; 4], 0);
    for (number, octet) in octets.iter_mut().enumerate() {
        let end = others.trailing_zeros() as usize;
        others &= others.wrapping_sub(1);
        let text = window.get(start..)?.first_chunk()?;
        *octet = first_octet(u32::from_le_bytes(*text), end - start)?;
        if number < 3 && *window.get(end)? != b'.' {
            return None;
        }
        start = end + 1;
    }
    (start == length + 1).then(|| Ipv4Addr::from(octets))
}

/// Sets the bit of each byte that is not a digit. Bits after the first byte that is not ASCII may be wrong, but that byte
/// ends the address.
#[inline]
fn others(window: &[u8; 16]) -> u32 {
    let (eights, _) = window.as_chunks();
    let [first, last] = [0, 1].map(|number: usize| {
        gathered(beyond_nine(u64::from_le_bytes(eights[number]) ^ repeated(b'0')) >> 7) as u32
    });
    first | last << 8
}

/// Parses the first digits of four bytes as an octet, if they are one.
///
/// Digit strings of the same length are ordered like their numbers, so they can be compared without conversion.
#[inline]
fn first_octet(text: u32, length: usize) -> Option<u8> {
    const LEAST: [u32; 4] = [u32::MAX, 0, 0x01_00, 0x01_00_00];
    const GREATEST: u32 = 0x02_05_05;
    let least = *LEAST.get(length)?;
    let digits = (text ^ repeated(b'0') as u32) << 8 << (24 - 8 * length);
    if !(least..=GREATEST).contains(&digits.swap_bytes()) {
        return None;
    }
    // The product adds 100 times the first, 10 times the second, and the third digit in one byte.
    Some(((digits >> 8).wrapping_mul(0x64_0a_01) >> 16) as u8)
}

/// Parses a number as AWS writes it: digits, without leading zeros.
#[inline]
pub(in crate::record) fn integer(text: &str) -> Option<i64> {
    digits(text.as_bytes(), 0..text.len())
}

/// Parses an address of either family.
#[inline]
pub(in crate::record) fn address(text: &str) -> Option<IpAddr> {
    match ipv4(text.as_bytes(), 0..text.len()) {
        Some(address) => Some(IpAddr::V4(address)),
        None => text.parse().ok(),
    }
}

/// Reports whether a line contains a byte.
///
/// It checks every byte, even after a match, since a loop without an early exit compiles to vector instructions.
#[inline]
pub(super) fn has(line: &[u8], wanted: u8) -> bool {
    let is_in = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(false, |found, byte| found | (*byte == wanted))
    };
    match line.last_chunk::<32>() {
        Some(last) => {
            let (blocks, _) = line.as_chunks::<32>();
            let blocks = blocks.iter();
            blocks.fold(is_in(last), |found, block| found | is_in(block))
        }
        None => is_in(line),
    }
}
