//! Numbers as Terraform defines them: exact decimals.
//!
//! Terraform computes with 512-bit floats and sends what does not fit as decimal text. A number that went through
//! `f64` comes back changed in its last digits, and Terraform then stops with "inconsistent result after apply".
//! Hence a [`Number`] never is an `f64` inside, and one number has one form, so equality is equality of forms.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Display};
use std::str::FromStr;

use super::Error;

/// An exact decimal number.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(Form);

/// The one form of a number: an integer if it fits, else digits and a power of ten.
#[derive(Clone, PartialEq, Eq)]
enum Form {
    Integer(i64),
    Decimal(Box<Decimal>),
}

/// The digits times ten to the power of the exponent; no zero at either end of the digits.
#[derive(Clone, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// Exponents beyond this are refused; Terraform's own floats end near it.
const MAX_EXPONENT: i64 = 2_000_000_000;

/// How many zeros are written out before a number is shown with an exponent.
const MAX_PADDING: i64 = 40;

/// No `f64` has more significant decimal digits than this.
const MAX_F64_DIGITS: usize = 800;

impl Number {
    /// Returns the number if it is an integer that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Form::Integer(integer) => Some(integer),
            Form::Decimal(_) => None,
        }
    }

    /// Returns the number if it is an integer that fits into twice as many bits.
    pub fn as_i128(&self) -> Option<i128> {
        match &self.0 {
            Form::Integer(integer) => Some(i128::from(*integer)),
            Form::Decimal(decimal) => decimal.as_i128(),
        }
    }

    /// Returns the nearest float, infinite when the number is beyond all floats.
    pub fn to_f64(&self) -> f64 {
        let Decimal {
            negative,
            digits,
            exponent,
        } = &*self.decimal();
        let magnitude: f64 = format!("0{digits}e{exponent}").parse().unwrap_or(f64::NAN);
        if *negative { -magnitude } else { magnitude }
    }

    /// Checks whether the number has no fraction.
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Form::Integer(_) => true,
            Form::Decimal(decimal) => decimal.exponent >= 0,
        }
    }

    /// Returns the shortest decimal that reads back as this float; `None` if it is not finite.
    pub fn shortest(float: f64) -> Option<Self> {
        format!("{float:e}").parse().ok()
    }

    /// Returns the very number the float stands for, to its last binary digit; `None` if it is not finite.
    pub fn exact(float: f64) -> Option<Self> {
        let fraction_digits = fraction_bits(float);
        format!("{float:.fraction_digits$}").parse().ok()
    }

    /// Returns the float that stands for exactly this number, if there is one.
    pub fn as_exact_f64(&self) -> Option<f64> {
        if let Form::Decimal(decimal) = &self.0 {
            // A binary fraction ends in the digit five.
            let fraction = decimal.exponent < 0;
            if decimal.digits.len() > MAX_F64_DIGITS || (fraction && !decimal.digits.ends_with('5'))
            {
                return None;
            }
        }
        let float = self.to_f64();
        (float.is_finite() && Self::exact(float).as_ref() == Some(self)).then_some(float)
    }

    fn decimal(&self) -> Cow<'_, Decimal> {
        match &self.0 {
            Form::Integer(integer) => Cow::Owned(Decimal::from(*integer)),
            Form::Decimal(decimal) => Cow::Borrowed(decimal),
        }
    }
}

impl Decimal {
    fn as_i128(&self) -> Option<i128> {
        let zeros = u32::try_from(self.exponent).ok()?;
        let magnitude: i128 = self.digits.parse().ok()?;
        let magnitude = magnitude.checked_mul(10_i128.checked_pow(zeros)?)?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// Returns the power of ten just above the number.
    fn magnitude(&self) -> i64 {
        i64::try_from(self.digits.len())
            .unwrap_or(i64::MAX)
            .saturating_add(self.exponent)
    }

    /// Compares without the sign. Digits have no zero in front, so they compare as text once the magnitudes agree.
    fn cmp_absolute(&self, other: &Self) -> Ordering {
        self.magnitude()
            .cmp(&other.magnitude())
            .then_with(|| self.digits.cmp(&other.digits))
    }
}

/// Counts the binary digits after the point, which is also how many decimal digits there are after the point.
fn fraction_bits(float: f64) -> usize {
    let bits = float.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if exponent == 0 {
        (fraction, 1)
    } else {
        (fraction | (1 << 52), exponent)
    };
    if mantissa == 0 {
        return 0;
    }
    // The float is mantissa × 2^(exponent − 1075).
    let shift = exponent + u64::from(mantissa.trailing_zeros());
    usize::try_from(1075_u64.saturating_sub(shift)).unwrap_or(0)
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        Self(Form::Integer(integer))
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        i64::try_from(integer)
            .map_or_else(|_| canonical(false, &integer.to_string(), 0), Self::from)
    }
}

impl From<i64> for Decimal {
    fn from(integer: i64) -> Self {
        let text = integer.unsigned_abs().to_string();
        let digits = text.trim_end_matches('0');
        Self {
            negative: integer < 0,
            exponent: i64::try_from(text.len() - digits.len()).unwrap_or(0),
            digits: digits.to_owned(),
        }
    }
}

impl FromStr for Number {
    type Err = Error;

    /// Reads a number as JSON and HCL write it.
    fn from_str(text: &str) -> Result<Self, Error> {
        if let Ok(integer) = text.parse::<i64>() {
            return Ok(Self::from(integer));
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return Err(not_a_number()),
            None => (mantissa, ""),
        };
        if !is_digits(whole) {
            return Err(not_a_number());
        }
        let exponent = exponent.saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
        let number = canonical(text.starts_with('-'), &[whole, fraction].concat(), exponent);
        match &number.0 {
            Form::Decimal(decimal) if decimal.magnitude().max(-decimal.exponent) > MAX_EXPONENT => {
                Err(Error::new("is a number beyond what Terraform can hold"))
            }
            _ => Ok(number),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_a_number() -> Error {
    Error::new("must be a number, but is other text")
}

/// Reads an exponent of any length; what is too large stays too large.
fn parse_exponent(text: &str) -> Result<i64, Error> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !is_digits(digits) {
        return Err(not_a_number());
    }
    let magnitude = digits.parse().unwrap_or(i64::MAX / 2);
    Ok(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

/// Brings digits and exponent into the one form of their number.
fn canonical(negative: bool, digits: &str, exponent: i64) -> Number {
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Number::from(0_i64);
    }
    let zeros = i64::try_from(digits.len() - significant.len()).unwrap_or(i64::MAX);
    let decimal = Decimal {
        negative,
        digits: significant.to_owned(),
        exponent: exponent.saturating_add(zeros),
    };
    match decimal
        .as_i128()
        .and_then(|integer| i64::try_from(integer).ok())
    {
        Some(integer) => Number::from(integer),
        None => Number(Form::Decimal(Box::new(decimal))),
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Form::Integer(left), Form::Integer(right)) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        let (left, right) = (self.decimal(), other.decimal());
        match (left.sign(), right.sign()) {
            (-1, -1) => right.cmp_absolute(&left),
            (1, 1) => left.cmp_absolute(&right),
            (left, right) => left.cmp(&right),
        }
    }
}

impl Decimal {
    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Integer(integer) => Display::fmt(integer, f),
            Form::Decimal(decimal) => f.pad_integral(!decimal.negative, "", &decimal.text()),
        }
    }
}

impl Decimal {
    /// Writes the number without its sign.
    fn text(&self) -> String {
        let digits = &self.digits;
        let magnitude = self.magnitude();
        if self.exponent > MAX_PADDING || magnitude < -MAX_PADDING {
            return self.scientific();
        }
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        if self.exponent >= 0 {
            return format!("{digits}{}", zeros(self.exponent));
        }
        match usize::try_from(magnitude) {
            Ok(point) if point > 0 => format!("{}.{}", &digits[..point], &digits[point..]),
            _ => format!("0.{}{digits}", zeros(-magnitude)),
        }
    }

    fn scientific(&self) -> String {
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{first}{point}{rest}e{}", self.magnitude() - 1)
    }
}

impl Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

#[cfg(test)]
mod tests;
