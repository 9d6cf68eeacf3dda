//! Compiles `proto/` to Rust, without `protoc`.

use std::error::Error;

/// Terraform's protocol. A method that the provider does not implement returns "unimplemented".
const PROVIDER: [&str; 1] = ["proto/tfplugin6.proto"];

/// The services that every plugin also offers, all in one package.
const PLUGIN: [&str; 3] = [
    "proto/grpc_broker.proto",
    "proto/grpc_controller.proto",
    "proto/grpc_stdio.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    tonic_prost_build::configure()
        .btree_map(".")
        .generate_default_stubs(true)
        .compile_fds(protox::compile(PROVIDER, ["proto"])?)?;
    tonic_prost_build::configure().compile_fds(protox::compile(PLUGIN, ["proto"])?)?;
    Ok(())
}
