"""One source per lesson becomes what learners get and its solution; answers try its tests."""
