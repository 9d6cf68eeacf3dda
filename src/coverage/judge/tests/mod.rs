mod build;
mod properties;
mod worlds;
