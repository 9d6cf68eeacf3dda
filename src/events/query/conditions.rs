//! All quals of a query, parsed, and where they are in the configuration.

use super::arguments::Query;
use super::quals::Quals;
use crate::cty::Path;
use crate::framework::{Attr, Diagnostic, Diagnostics};
use crate::record::{self, BindError, Block, QualName, QualPath, RecordType};

/// Parses all quals of a query. Those that are unknown are left out.
pub(crate) fn parse(query: &Query, top: &Quals, diagnostics: &mut Diagnostics) -> record::Quals {
    let record_type = (!query.record_type.is_unknown()).then(|| query.record_type());
    record::Quals {
        all: top.parse(&Path::root(), record_type, diagnostics),
        any: parse_blocks(Block::Where, &query.r#where, record_type, diagnostics),
        none: parse_blocks(Block::Exclude, &query.exclude, record_type, diagnostics),
    }
}

fn parse_blocks(
    block: Block,
    blocks: &Attr<Vec<Quals>>,
    record_type: Option<RecordType>,
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<record::Qual>> {
    let name = block.name();
    let mut parsed = Vec::new();
    for (index, quals) in (0..).zip(blocks.known().into_iter().flatten()) {
        let path = Path::root().attribute(name).index(index);
        if quals.is_empty() {
            let effect = match block {
                Block::Where => "match every event",
                Block::Exclude => "exclude every event",
            };
            let detail = format!(
                "This `{name}` block has no filter, so it would {effect}. Add at least one filter, or remove the block."
            );
            let summary = format!("Empty {name} block");
            diagnostics.error(path.clone(), "empty-block", summary, detail);
        }
        parsed.push(quals.parse(&path, record_type, diagnostics));
    }
    parsed
}

/// Reports a qual that records in the format cannot have.
pub(crate) fn cannot_bind(error: &BindError) -> Diagnostic {
    let place = match error {
        BindError::MissingField { qual, .. } => qual,
        BindError::EmptyBlock { block } => block,
    };
    Diagnostic::error(
        "qual-not-possible-for-this-record-format",
        "Filter not possible for this record format",
        format!("{error}."),
    )
    .at(path(place))
}

/// Returns the path of a qual, or of a block of quals, in the configuration.
fn path(place: &QualPath) -> Path {
    let block = place.block.and_then(|(block, index)| {
        let index = i64::try_from(index).ok()?;
        Some(Path::root().attribute(block.name()).index(index))
    });
    let block = block.unwrap_or_else(Path::root);
    match &place.name {
        Some(QualName::Argument(name)) => block.attribute(name.as_str()),
        Some(QualName::Field(name)) => block.attribute("fields").key(name.as_str()),
        Some(QualName::Implied(_)) => block.attribute("flow_log_id"),
        None => block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qual_is_found_in_the_configuration() {
        let argument = QualName::Argument("src_addr".to_owned());
        let field = QualName::Field("az-id".to_owned());
        for (block, name, expected) in [
            (None, Some(argument.clone()), "src_addr"),
            (Some((Block::Where, 0)), Some(argument), "where[0].src_addr"),
            (Some((Block::Exclude, 12)), None, "exclude[12]"),
            (
                Some((Block::Where, 1)),
                Some(field),
                "where[1].fields[\"az-id\"]",
            ),
        ] {
            assert_eq!(path(&QualPath { block, name }).to_string(), expected);
        }
    }
}
