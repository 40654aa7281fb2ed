"""The commands of ``mmpose-ae``, a module each; their options are in ``mmpose_ae_cli``."""
