# Where does the transit gateway lose packets?
data "vpcflow_log_summary" "packets_lost_per_attachment" {
  log_group_name = "tgw-flow-logs"
  lookback       = "1h"
  group_by       = ["tgw-attachment-id"]
  sum            = ["packets-lost-blackhole", "packets-lost-no-route"]
  order_by       = "sum.packets-lost-blackhole"
  having {
    sums = { "packets-lost-blackhole" = ">0" }
  }
}

output "packets_lost_per_attachment" {
  value = [for group in data.vpcflow_log_summary.packets_lost_per_attachment.groups : "${group.key["tgw-attachment-id"]} ${group.sums["packets-lost-blackhole"]} ${group.sums["packets-lost-no-route"]}"]
}
