"""The commands of ``mmpose-ae`` that predict; they need no more than their model does."""
