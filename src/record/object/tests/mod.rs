//! Objects are read from bytes in memory, and compared with what the reader of lines gives.

mod key;
mod text;
mod world;
