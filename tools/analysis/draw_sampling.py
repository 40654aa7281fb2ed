"""Draw where kernels read: ``python tools/analysis/draw_sampling.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import run_drawing
from mmpose_ae.pictures import draw_sampling

if __name__ == '__main__':
    run_drawing(
        draw_sampling,
        "Draw where DEKR's adaptive convolutions read around the centers of people",
        num_images=4,
    )
