"""Learning the score that ranks people, from what a network finds on annotated images."""
