"""Job workers of the process `month_close`."""
