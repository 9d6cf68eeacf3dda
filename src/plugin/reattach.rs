//! `TF_REATTACH_PROVIDERS`, by which Terraform finds a process that a debugger started.

use serde_json::json;

use super::server::Server;

/// Writes the variable to set in the shell where Terraform runs.
pub(super) fn invitation(server: &Server, address: &str, app_protocol: u32) -> String {
    let providers = providers(server.network(), server.address(), address, app_protocol);
    // Single quotes around it: one inside would end them.
    let quoted = providers.replace('\'', r"'\''");
    format!(
        "The provider waits. Where Terraform runs, set\n\n\
         \tTF_REATTACH_PROVIDERS='{quoted}'\n\n\
         and press Ctrl-C here when done."
    )
}

/// The value of the variable.
///
/// `Test` must be true: otherwise Terraform forgets the protocol version, takes it for 5 and panics. It also
/// promises that the client neither stops nor kills us.
fn providers(network: &str, socket: &str, address: &str, app_protocol: u32) -> String {
    json!({
        address: {
            "Protocol": "grpc",
            "ProtocolVersion": app_protocol,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": network, "String": socket },
        }
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn terraform_finds_the_socket_the_protocol_and_the_test_flag() {
        let server = Server::bind(&Default::default()).unwrap();
        let text = invitation(&server, "registry.example.org/acme/thing", 6);
        let (_, rest) = text.split_once("TF_REATTACH_PROVIDERS='").unwrap();
        let (json, _) = rest.split_once("'\n").unwrap();
        let json: Value = serde_json::from_str(json).unwrap();
        let provider = &json["registry.example.org/acme/thing"];
        assert_eq!(provider["Protocol"], "grpc");
        assert_eq!(provider["ProtocolVersion"], 6);
        assert_eq!(provider["Pid"], std::process::id());
        assert_eq!(provider["Test"], true);
        assert_eq!(provider["Addr"]["String"], server.address());
        assert_eq!(provider["Addr"]["Network"], server.network());
    }

    #[test]
    fn a_quote_in_the_path_does_not_end_the_value() {
        let json = providers("unix", "/tmp/it's", "a/b/c", 6);
        assert!(json.contains("it's"));
        assert_eq!(json.replace('\'', r"'\''").matches(r"'\''").count(), 1);
    }
}
