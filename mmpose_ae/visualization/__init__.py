"""Pictures of tags, groups and poses."""
