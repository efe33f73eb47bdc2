"""The embedded engine as a server: gRPC, user-task REST and the management port."""
