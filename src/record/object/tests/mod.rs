//! Objects are read from bytes in memory, and compared with what the reader of lines gives.

mod columns;
mod counted;
mod hostile;
mod json;
mod key;
mod same;
mod text;
mod world;
