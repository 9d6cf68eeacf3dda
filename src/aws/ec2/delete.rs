//! DeleteFlowLogs. A flow log that does not exist counts as deleted.
//!
//! This module must not know why it is deleted.

use aws_sdk_ec2::operation::RequestId;

use super::{
    super::{call::send, error::Error},
    gateway::{Ec2, unsuccessful},
};

impl Ec2 {
    /// Deletes a flow log. Returns `false` if it did not exist.
    pub async fn delete(&self, id: &str) -> Result<bool, Error> {
        match self.delete_once(id).await {
            Ok(()) => Ok(true),
            // An earlier attempt, whose reply was lost, may have deleted it.
            Err(error) if error.is_flow_log_not_found() => Ok(error.unanswered),
            Err(error) => Err(error),
        }
    }

    async fn delete_once(&self, id: &str) -> Result<(), Error> {
        let call = self.mutation("DeleteFlowLogs");
        let request = self.client.delete_flow_logs().flow_log_ids(id);
        let reply = call.run(send!(request, call)).await?;
        match reply.unsuccessful().first() {
            None => Ok(()),
            Some(item) => Err(unsuccessful(&call, item, reply.request_id())),
        }
    }
}
