//! Reads against a simulated EC2: every order of events is chosen by a seed, and no real time passes.

mod calls;
mod simulation;
mod world;

use world::World;
