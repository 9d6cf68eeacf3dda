//! Stack definitions, templates, states, and files of parameters. The first byte selects how the input is read.

use vpcflow::stack::{
    Deployed, FileDiagnostics, Parameters, decode, read, read_parameters, read_state,
};

use super::selected;

/// A file is read, or each error has a position in it.
pub(super) fn check(bytes: &[u8]) {
    let (number, bytes) = selected(bytes);
    if number % 4 == 3 {
        told(read_state("a.tfstate", bytes).err().as_ref(), bytes);
        return;
    }
    let text = match decode("a.yaml", bytes) {
        Ok(text) => text,
        Err(diagnostics) => return told(Some(&diagnostics), bytes),
    };
    if number % 4 == 2 {
        told(read_parameters("a.json", &text).err().as_ref(), bytes);
        return;
    }
    let mut parameters = Parameters::default();
    if number % 4 == 1 {
        parameters.deployed = Some(Deployed::default());
        parameters
            .given
            .insert("Stage".to_owned(), "prod".to_owned());
    }
    told(read("a.yaml", &text, &parameters).err().as_ref(), bytes);
}

/// Checks that each position is in the file: the lines of a text, with one more for its end.
fn told(diagnostics: Option<&FileDiagnostics>, bytes: &[u8]) {
    let lines = 2 + bytes.iter().filter(|byte| b"\n\r".contains(byte)).count();
    for diagnostic in diagnostics.into_iter().flat_map(FileDiagnostics::iter) {
        assert!(!diagnostic.message.is_empty());
        assert!(diagnostic.position.line <= lines, "{diagnostic:?}");
    }
}
