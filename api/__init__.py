"""REST and pages: what people and other systems see of Penstock."""
