# An inventory: what each flow log records, and where it delivers

data "vpcflow_logs" "all" {}

output "inventory" {
  value = {
    for flow_log in data.vpcflow_logs.all.flow_logs : flow_log.id => {
      network     = flow_log.resource_id
      traffic     = flow_log.traffic_type
      destination = flow_log.log_destination
      delivery    = flow_log.deliver_logs_status
    }
  }
}
