//! Names and ARNs of the template's resources, where the template determines them.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

use std::rc::Rc;

use super::super::diagnostics::FileDiagnostics;
use super::super::node::Node;
use super::super::unknown::Reason;
use super::{Resolved, Scope, Verdict, stronger};
use crate::arn::log_group;
use crate::report::Position;

/// The property that names a resource, by its type. `Ref` returns the name.
const NAMED: [(&str, &str); 5] = [
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName"),
    ("AWS::SSM::Parameter", "Name"),
];

impl Scope<'_> {
    /// Returns what `Ref` to a resource returns, or one of its attributes.
    pub(super) fn resource(
        &self,
        id: &str,
        attribute: Option<&str>,
        node: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Resolved {
        if let Some(condition) = node.get("Condition").and_then(|node| node.as_text())
            && matches!(
                self.condition(condition, node.position, diagnostics),
                Verdict::Known(false)
            )
        {
            let message =
                format!("`{id}` is not created, because its condition `{condition}` does not hold");
            diagnostics.error(position, message);
            return Resolved::Failed;
        }
        let ty = node.get("Type").and_then(|node| node.as_text());
        let ty = ty.unwrap_or_default();
        let named = NAMED.iter().find(|(known, _)| *known == ty);
        let resolved = match (named, attribute, ty) {
            (Some((_, property)), None, _) => self.property(id, property, node, diagnostics),
            (Some(_), Some("Value"), "AWS::SSM::Parameter") => {
                self.property(id, "Value", node, diagnostics)
            }
            (Some((_, property)), Some("Arn"), ty) if ty != "AWS::SSM::Parameter" => {
                self.arn(id, ty, property, node, position, diagnostics)
            }
            _ => None,
        };
        resolved.unwrap_or_else(|| {
            Resolved::Unknown(match attribute {
                None => Reason::Resource(id.to_owned()),
                Some(attribute) => Reason::Attribute {
                    resource: id.to_owned(),
                    attribute: attribute.to_owned(),
                },
            })
        })
    }

    /// Returns the value of a property, if the template sets it. It is evaluated once.
    fn property(
        &self,
        id: &str,
        property: &str,
        node: &Rc<Node>,
        diagnostics: &mut FileDiagnostics,
    ) -> Option<Resolved> {
        let names = NAMED.iter().any(|(_, naming)| *naming == property);
        if let Some(physical) = self.parameters.physical(id).filter(|_| names) {
            return Some(self.text(physical.clone(), node.position, diagnostics));
        }
        let key = format!("{id}.{property}");
        if let Some((known, secret)) = self.named.borrow().get(&key) {
            self.mark(*secret);
            return given(known.clone());
        }
        let position = node.position;
        if !self.under_way.borrow_mut().insert(key.clone()) {
            let message = format!("`{id}` depends on itself");
            diagnostics.error(position, message);
            return Some(Resolved::Failed);
        }
        let (value, secret) = self.watched(diagnostics, |diagnostics| {
            let Some(properties) = node.get("Properties") else {
                return Resolved::Nothing;
            };
            match self.resolve(properties, diagnostics) {
                Resolved::Node(properties) => match properties.get(property) {
                    Some(value) => self.resolve(value, diagnostics),
                    None => Resolved::Nothing,
                },
                other => other,
            }
        });
        self.mark(secret);
        self.under_way.borrow_mut().remove(&key);
        let known = (value.clone(), secret);
        self.named.borrow_mut().insert(key, known);
        given(value)
    }

    /// Returns the ARN of a resource, as AWS builds it.
    fn arn(
        &self,
        id: &str,
        ty: &str,
        property: &str,
        node: &Rc<Node>,
        position: Position,
        diagnostics: &mut FileDiagnostics,
    ) -> Option<Resolved> {
        let name = self.property(id, property, node, diagnostics)?;
        let path = match ty {
            "AWS::IAM::Role" => self.property(id, "Path", node, diagnostics),
            _ => None,
        };
        let path = path.unwrap_or_else(|| Resolved::Node(Rc::new(Node::text(position, "/"))));
        let mut reason = None;
        let mut failed = false;
        let mut text = |resolved: Resolved| match resolved {
            Resolved::Node(node) => node.as_text().map(str::to_owned).unwrap_or_default(),
            Resolved::Unknown(other) => {
                reason = stronger(reason.take(), other);
                String::new()
            }
            Resolved::Nothing | Resolved::Failed => {
                failed = true;
                String::new()
            }
        };
        let (name, path) = (text(name), text(path));
        let mut of = |pseudo: &str| {
            let value = self.parameters.given.get(pseudo).cloned();
            match value {
                Some(value) => value,
                None => text(self.pseudo(pseudo, position, diagnostics)),
            }
        };
        let partition = of("AWS::Partition");
        let arn = match ty {
            "AWS::S3::Bucket" => format!("arn:{partition}:s3:::{name}"),
            "AWS::IAM::Role" => {
                format!(
                    "arn:{partition}:iam::{}:role{path}{name}",
                    of("AWS::AccountId")
                )
            }
            "AWS::Logs::LogGroup" => {
                let (region, account) = (of("AWS::Region"), of("AWS::AccountId"));
                format!("{}:*", log_group::arn(&partition, &region, &account, &name))
            }
            _ => {
                let (region, account) = (of("AWS::Region"), of("AWS::AccountId"));
                format!("arn:{partition}:firehose:{region}:{account}:deliverystream/{name}")
            }
        };
        Some(match reason {
            _ if failed => Resolved::Failed,
            Some(reason) => Resolved::Unknown(reason),
            None => self.text(arn, position, diagnostics),
        })
    }
}

fn given(value: Resolved) -> Option<Resolved> {
    match value {
        Resolved::Nothing => None,
        Resolved::Node(node) if node.as_text().is_none() => None,
        other => Some(other),
    }
}
