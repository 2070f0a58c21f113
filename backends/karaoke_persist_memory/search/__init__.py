"""Search in memory: an index of each version of the songs, made when first asked for from that of an earlier one."""
