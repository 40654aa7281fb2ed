"""What is wrong with a network's predictions, and what to do next: ``mmpose-ae report``."""
