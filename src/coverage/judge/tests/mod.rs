//! Tests of the judgement: a table of worlds, and rules that hold in every world.

mod build;
mod evidence;
mod inheritance;
mod properties;
mod requirements;
mod scope;
