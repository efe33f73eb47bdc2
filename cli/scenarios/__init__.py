"""Process scenarios: test cases in Camunda's process-test JSON form, played on an embedded gateway of their own.

A scenario talks to the gateway as any client does (`zeebe.client`) and sees what happened in the record stream; the clock is
moved through the management port. So a scenario shows what the same files do on a cluster.
"""
