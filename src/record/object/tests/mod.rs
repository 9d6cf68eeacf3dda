//! Objects are read from bytes in memory, and compared with what the reader of lines gives.

mod text;
mod world;
