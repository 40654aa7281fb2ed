"""The grouping algorithms: pure torch, numpy and scipy; nothing from the OpenMMLab stack."""
