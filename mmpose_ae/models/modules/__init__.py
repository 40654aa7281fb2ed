"""Building blocks shared by heads and backbones."""
