//! DeleteFlowLogs: a flow log that is gone is what was wanted.
//!
//! This module must not know why it is deleted.

use aws_sdk_ec2::operation::RequestId;

use super::{
    super::{error::Error, stop::sends},
    Ec2, NOT_FOUND, unsuccessful,
};

impl Ec2 {
    /// Deletes a flow log; `false` if it was gone already.
    pub async fn delete(&self, id: &str) -> Result<bool, Error> {
        match self.delete_once(id).await {
            Ok(()) => Ok(true),
            // An attempt before, whose reply was lost, may have done it.
            Err(error) if error.has_code(&[NOT_FOUND]) => Ok(error.unanswered),
            Err(error) => Err(error),
        }
    }

    async fn delete_once(&self, id: &str) -> Result<(), Error> {
        let flight = self.mutation("DeleteFlowLogs");
        let request = self.client.delete_flow_logs().flow_log_ids(id);
        let answer = flight.complete(sends!(request, flight)).await?;
        match answer.unsuccessful().first() {
            None => Ok(()),
            Some(item) => Err(unsuccessful(&flight, item, answer.request_id())),
        }
    }
}
