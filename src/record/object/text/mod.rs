//! Lines of AWS flow logs. A header names the fields of the lines that follow, and may change within the object.
//!
//! An export of a log group has no header, but a time in front of each line. Its formats are known from the log group.

mod headed;
mod header;
mod headless;

use std::ops::ControlFlow;

use super::gzip::Input;
use super::lines::{self, Line};
use super::problem::Problem;
use super::visitor::{Ask, Read, Unparsed, Visitor};
use crate::record::parse::LONGEST;
use headed::Headed;
use headless::Headless;

/// After how many lines the visitor decides whether to go on.
const GO_ON: u64 = 4096;

/// Reads the lines of an object.
pub(super) fn read(
    input: &mut Input<'_>,
    ask: &Ask<'_>,
    visitor: &mut dyn Visitor,
    read: &mut Read,
) -> Result<(), Problem> {
    let mut state = State::Start;
    let mut number = 0;
    let ended = lines::each(input, &[], |line| {
        let mut scene = Scene {
            ask,
            visitor,
            read,
            number,
        };
        number += 1;
        if number % GO_ON == 0 && scene.visitor.go_on().is_break() {
            return Ok(ControlFlow::Break(()));
        }
        state.take(line, &mut scene)
    })?;
    read.stopped = !ended;
    match state {
        State::Start if ended => Err(Problem::Empty),
        _ => Ok(()),
    }
}

/// What surrounds one line.
struct Scene<'a, 'b> {
    ask: &'a Ask<'b>,
    visitor: &'a mut dyn Visitor,
    read: &'a mut Read,
    /// The number of the line.
    number: u64,
}

/// How the next line is read.
enum State {
    /// It is the first line.
    Start,
    /// Its fields are those of the last header.
    Headed(Headed),
    /// Its format is one of those of the log group.
    Headless(Headless),
}

impl State {
    fn take(
        &mut self,
        line: Line<'_>,
        scene: &mut Scene<'_, '_>,
    ) -> Result<ControlFlow<()>, Problem> {
        let text = match line {
            Line::Text(text) => text,
            Line::NotText(shown) => return Ok(scene.unparsed(&shown, &Unparsed::NotText)),
            Line::Long(shown) => {
                let problem = Unparsed::Long(usize::from(LONGEST));
                return Ok(scene.unparsed(&shown, &problem));
            }
        };
        if header::may_be(text)
            && let Some(format) = header::format(text, matches!(self, Self::Start))?
        {
            match self {
                Self::Headed(headed) => headed.turn(&format, scene)?,
                Self::Start | Self::Headless(_) => {
                    *self = Self::Headed(Headed::new(&format, scene)?)
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        match self {
            Self::Headed(headed) => return Ok(headed.take(text, scene)),
            Self::Headless(headless) => return Ok(headless.take(text, scene)),
            Self::Start => {}
        }
        let headless = Headless::new(scene)?;
        let flow = headless.take(text, scene);
        *self = Self::Headless(headless);
        Ok(flow)
    }
}

impl Scene<'_, '_> {
    fn unparsed(&mut self, line: &str, problem: &Unparsed) -> ControlFlow<()> {
        self.read.scanned += 1;
        self.read.unparsed += 1;
        self.visitor.unparsed(line, problem)
    }
}
