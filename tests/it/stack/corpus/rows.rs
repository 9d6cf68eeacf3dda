//! What each template of the corpus must say.

/// What a template must say.
pub(super) struct Row {
    pub(super) file: &'static str,
    /// The number of flow logs, with the loops over what is unknown.
    pub(super) logs: usize,
    /// The values that only the deployed stack knows.
    pub(super) unknown: &'static [&'static str],
    /// The options that give them.
    pub(super) given: &'static [&'static str],
}

const fn row(
    file: &'static str,
    logs: usize,
    unknown: &'static [&'static str],
    given: &'static [&'static str],
) -> Row {
    Row {
        file,
        logs,
        unknown,
        given,
    }
}

const VPC_ID: &str = "FlowLog.ResourceId=vpc-0123456789abcdef0";
const BUCKET: &str = "FlowLog.LogDestination=arn:aws:s3:::deployed-bucket";
const GROUP: &str = "FlowLog.LogGroupName=deployed-group";
const ROLE: &str = "FlowLog.DeliverLogsPermissionArn=arn:aws:iam::123456789012:role/deployed";

pub(super) const ROWS: &[Row] = &[
    row("plain-s3.yaml", 1, &[], &[]),
    row("plain-log-group.json", 1, &[], &[]),
    row(
        "vpc-parameter.yaml",
        1,
        &["FlowLog.ResourceId"],
        &["--parameter", "VpcId=vpc-0123456789abcdef0"],
    ),
    row(
        "own-resources.yaml",
        1,
        &[
            "FlowLog.ResourceId",
            "FlowLog.LogGroupName",
            "FlowLog.DeliverLogsPermissionArn",
            "FlowLog.Tags[\"Name\"]",
        ],
        &[
            "--set",
            VPC_ID,
            "--set",
            GROUP,
            "--set",
            ROLE,
            "--parameter",
            "AWS::StackName=net",
        ],
    ),
    row("literal-names.yaml", 3, &[], &[]),
    row(
        "conditional-destination.yaml",
        1,
        &["FlowLog.ResourceId", "FlowLog.LogDestination"],
        &[
            "--parameter",
            "VpcId=vpc-0123456789abcdef0",
            "--parameter",
            "ExternalBucket=other",
        ],
    ),
    row("conditional-flow-log.yaml", 1, &[], &[]),
    row(
        "unknown-condition.yaml",
        2,
        &["Detailed", "Basic.MaxAggregationInterval"],
        &["--parameter", "Stage=prod"],
    ),
    row("if-everywhere.yaml", 1, &[], &[]),
    row("if-properties.yaml", 1, &[], &[]),
    row(
        "import-value.yaml",
        1,
        &[
            "FlowLog.ResourceId",
            "FlowLog.LogGroupName",
            "FlowLog.DeliverLogsPermissionArn",
        ],
        &["--set", VPC_ID, "--set", GROUP, "--set", ROLE],
    ),
    row(
        "import-value.json",
        1,
        &["FlowLog.ResourceId", "FlowLog.LogDestination"],
        &["--set", VPC_ID, "--set", BUCKET],
    ),
    row(
        "cdk-s3.json",
        1,
        &[
            "VpcFlowLogF0A2B8D1.LogDestination",
            "VpcFlowLogF0A2B8D1.ResourceId",
        ],
        &[
            "--parameter",
            "Bucket83908E77.Arn=arn:aws:s3:::synthesized",
            "--parameter",
            "Vpc8378EB38=vpc-0123456789abcdef0",
        ],
    ),
    row(
        "cdk-log-group.json",
        1,
        &[
            "VpcFlowLog.DeliverLogsPermissionArn",
            "VpcFlowLog.LogGroupName",
            "VpcFlowLog.ResourceId",
        ],
        &[
            "--parameter",
            "VpcFlowLogIAMRole.Arn=arn:aws:iam::123456789012:role/synthesized",
            "--parameter",
            "VpcFlowLogLogGroup=synthesized",
            "--set",
            "VpcFlowLog.ResourceId=vpc-0123456789abcdef0",
        ],
    ),
    row(
        "sam.yaml",
        1,
        &["FlowLog.DeliverLogsPermissionArn"],
        &["--set", ROLE],
    ),
    row("foreach-literal.yaml", 2, &[], &[]),
    row("foreach-parameter.yaml", 2, &[], &[]),
    row(
        "foreach-unknown.yaml",
        2,
        &["Fn::ForEach::Vpcs"],
        &["--parameter", "Vpcs=vpc-0123456789abcdef0"],
    ),
    row("foreach-nested.yaml", 4, &[], &[]),
    row(
        "stack-set.yaml",
        1,
        &["FlowLog.ResourceId", "FlowLog.LogDestination"],
        &["--set", VPC_ID, "--parameter", "LogArchiveBucket=archive"],
    ),
    row(
        "nested-parent.yaml",
        1,
        &["FlowLog.ResourceId", "FlowLog.LogDestination"],
        &[
            "--parameter",
            "VpcId=vpc-0123456789abcdef0",
            "--parameter",
            "Logging.Outputs.BucketArn=arn:aws:s3:::nested",
        ],
    ),
    row("nested-only.yaml", 0, &[], &[]),
    row(
        "ssm-parameters.yaml",
        1,
        &[
            "FlowLog.ResourceId",
            "FlowLog.LogDestination",
            "FlowLog.TagFieldSpecifications[\"instance\"].TagKeys",
        ],
        &[
            "--parameter",
            "VpcId=vpc-0123456789abcdef0",
            "--parameter",
            "BucketArn=arn:aws:s3:::stored",
            "--parameter",
            "Keys=team",
        ],
    ),
    row(
        "dynamic-reference.yaml",
        1,
        &[
            "FlowLog.ResourceId",
            "FlowLog.LogGroupName",
            "FlowLog.DeliverLogsPermissionArn",
        ],
        &["--set", VPC_ID, "--set", GROUP, "--set", ROLE],
    ),
    row("mappings-by-region.yaml", 1, &[], &[]),
    row("mappings-by-stage.json", 1, &[], &[]),
    row(
        "quick-start.yaml",
        1,
        &[
            "VPCFlowLogsToCloudWatch.LogGroupName",
            "VPCFlowLogsToCloudWatch.DeliverLogsPermissionArn",
            "VPCFlowLogsToCloudWatch.ResourceId",
        ],
        &[
            "--parameter",
            "VPCID=vpc-0123456789abcdef0",
            "--parameter",
            "VPCFlowLogsLogGroup=quick",
            "--parameter",
            "VPCFlowLogsRole.Arn=arn:aws:iam::123456789012:role/quick",
        ],
    ),
    row("landing-zone.yaml", 2, &[], &[]),
    row("short-forms.yaml", 1, &[], &[]),
    row("long-forms.json", 1, &[], &[]),
    row(
        "macro.yaml",
        1,
        &["FlowLog.LogDestination"],
        &["--set", BUCKET],
    ),
    row("include.yaml", 1, &["FlowLog"], &[]),
    row("cross-account.yaml", 1, &[], &[]),
    row("yaml-1.1.yaml", 1, &[], &[]),
];
