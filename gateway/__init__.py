"""A gateway that sends meeting packs the way the meeting's protocol says, and proves it."""
