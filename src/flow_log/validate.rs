//! Checks the arguments of a flow log for what AWS would refuse.
//!
//! Terraform asks before each plan, when more values are known than before. Only known values are checked, and nothing
//! valid is refused: a record field that is newer than our table is a warning. A check returns [`Problem`]s, which are
//! data: a rule, a severity, a precise path and a kind. [`Problem::diagnostic`] renders one in a [`Vocabulary`]: in
//! [`Hcl`] for Terraform, in that of CloudFormation for stack definitions (`stack`). A valid configuration costs no more
//! memory than the list of the fields in its record format.
//!
//! | file | holds |
//! |---|---|
//! | `target`, `destination`, `role`, `region`, `format`, `tag_field`, `tags` | the checks, by subject |
//! | `problem` | what they find, with its words |
//! | `vocabulary` | the names and examples of the language in which flow logs are declared |
//! | `limits` | the limits that AWS documents |

mod destination;
mod format;
pub(super) mod limits;
mod problem;
mod region;
mod role;
mod tag_field;
mod tags;
mod target;
mod vocabulary;

pub(crate) use problem::Problem;
pub(crate) use vocabulary::{Hcl, Vocabulary};

pub(super) use tag_field::TAG_FIELDS;
pub(crate) use tags::tag_problem;

use self::problem::ProblemKind;
use super::model::FlowLog;
use super::watched::watched;
use crate::connection::Connection;
use crate::cty::Path;
use crate::text::duration;

/// Checks the arguments that the user wrote.
pub(crate) fn arguments(config: &FlowLog) -> Vec<Problem> {
    let mut problems = Vec::new();
    let watched = watched(config);
    target::check(config, &watched, &mut problems);
    destination::check(config, &mut problems);
    region::check(config, &mut problems);
    region::reachable(config, config.region.given(), &mut problems);
    format::check(config, &watched, &mut problems);
    tags::check(&config.tags, &mut problems);
    timeouts(config, &mut problems);
    problems
}

/// Checks what follows from the settings of the provider: its account, its region and its default tags.
pub(crate) fn planned(
    connection: &Connection,
    config: &FlowLog,
    planned: &FlowLog,
) -> Vec<Problem> {
    let account = connection.account.as_ref();
    let mut problems = account.map_or_else(Vec::new, |account| in_account(&account.id, config));
    // A region that is written was checked with the other arguments.
    if config.region.given().is_none() {
        region::reachable(config, planned.region.given(), &mut problems);
    }
    tags::check_all(&planned.tags_all, &mut problems);
    problems
}

/// Checks whether a flow log in an account delivers to another account, and if so, whether it can.
pub(crate) fn in_account(account: &str, config: &FlowLog) -> Vec<Problem> {
    let mut problems = Vec::new();
    role::across_accounts(account, config, &mut problems);
    problems
}

fn timeouts(config: &FlowLog, problems: &mut Vec<Problem>) {
    let Some(timeouts) = config.timeouts.known() else {
        return;
    };
    for (name, value) in [("create", &timeouts.create), ("delete", &timeouts.delete)] {
        if let Some(text) = value.given()
            && let Err(why) = duration::parse(text)
        {
            let text = text.to_owned();
            let path = Path::from("timeouts").attribute(name);
            problems.push(Problem::at(path, ProblemKind::Timeout { text, why }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::TagFieldSpecification;
    use super::*;
    use crate::framework::{Attr, Severity};

    fn known(text: &str) -> Attr<String> {
        Attr::Known(text.to_owned())
    }

    fn flow_log() -> FlowLog {
        FlowLog {
            vpc_id: known("vpc-0123456789abcdef0"),
            traffic_type: known("ALL"),
            log_destination: known("arn:aws:s3:::bucket"),
            ..FlowLog::default()
        }
    }

    #[test]
    fn a_valid_configuration_has_no_problem() {
        assert_eq!(arguments(&flow_log()), []);
    }

    #[test]
    fn a_problem_of_a_tag_field_has_the_path_of_its_block() {
        let specification = TagFieldSpecification {
            resource_type: known("instance"),
            tag_keys: Attr::Known(vec![known("a"), known("a")]),
        };
        let config = FlowLog {
            log_format: known("${instance-tag}"),
            tag_field_specification: Attr::Known([specification].into()),
            ..flow_log()
        };
        let [problem] = &*arguments(&config) else {
            panic!("one problem");
        };
        assert_eq!(problem.rule(), "tag-key-given-twice");
        assert_eq!(problem.severity(), Severity::Error);
        let path = problem.path.to_string();
        assert_eq!(path, "tag_field_specification[\"instance\"].tag_keys");
        let detail = problem.detail(&Hcl);
        assert!(
            detail.starts_with("`tag_field_specification.tag_keys` of \"instance\""),
            "{detail}"
        );
    }
}
