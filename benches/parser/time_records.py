"""Measures `FlowRecord` of flowlogs_reader with the lines of a file, and prints the seconds for all of them."""

import sys
import time
import warnings

from flowlogs_reader import FlowRecord

warnings.simplefilter("ignore")
events = [{"message": line} for line in open(sys.argv[1], encoding="ascii")]
begin = time.perf_counter()
for event in events:
    FlowRecord.from_cwl_event(event)
print(time.perf_counter() - begin)
