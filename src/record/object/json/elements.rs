//! The elements of a JSON array, found one by one in its bytes.
//!
//! Must not know what an element is.

/// The maximum length of an element, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// One element of an array.
pub(super) enum Element<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// The start of one that is too long.
    Long(&'a [u8]),
}

/// Finds where each element ends.
#[derive(Default)]
pub(super) struct Elements {
    bytes: Vec<u8>,
    /// How many brackets are open within the element.
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    is_long: bool,
    /// Whether an element must follow: after a comma.
    is_owed: bool,
    is_closed: bool,
}

impl Elements {
    /// Takes the next byte after the bracket that opens the array, and returns the element that it ends.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) -> Result<Option<Element<'_>>, &'static str> {
        if self.is_closed {
            return match byte {
                byte if byte.is_ascii_whitespace() => Ok(None),
                _ => Err("other data follows the array"),
            };
        }
        if self.in_string {
            self.in_string = self.is_escaped || byte != b'"';
            self.is_escaped = !self.is_escaped && byte == b'\\';
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b',' | b']' if self.depth == 0 => return self.finish(byte),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        if self.bytes.len() < LONGEST {
            if !self.bytes.is_empty() || !byte.is_ascii_whitespace() {
                self.bytes.push(byte);
            }
        } else {
            self.is_long = true;
        }
        Ok(None)
    }

    /// Forgets the element that was returned.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_long = false;
    }

    /// Checks that the array is closed.
    pub(super) fn end(&self) -> Result<(), &'static str> {
        if self.is_closed {
            Ok(())
        } else {
            Err("the array ends early")
        }
    }

    fn finish(&mut self, byte: u8) -> Result<Option<Element<'_>>, &'static str> {
        let was_owed = self.is_owed;
        self.is_closed = byte == b']';
        self.is_owed = byte == b',';
        if self.bytes.is_empty() {
            return match (was_owed, self.is_closed) {
                (false, true) => Ok(None),
                _ => Err("an element is missing between commas"),
            };
        }
        Ok(Some(if self.is_long {
            Element::Long(&self.bytes)
        } else {
            Element::Whole(&self.bytes)
        }))
    }
}
