"""Unrolling the networks over the instances of a batch, chunk by chunk."""

import math
from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, List, NamedTuple, Optional

import torch
from torch import Tensor, nn

from .conv_lstm import LSTMState, detach, detach_images
from .feature_norm import FeatureNorm
from .instance_lstm import HeatmapLSTM, StopClassifier
from .orderings import ORDERINGS, order_steps

# What is known of the instance of a step: from its number and the heatmaps of the step before
Hint = Callable[[int, Optional[Tensor]], Tensor]

STOP_THRESHOLD = 1 / (1 + math.e)  # sigmoid(-1), of the paper


class Chunk(NamedTuple):
    """Consecutive steps of a batch, of one instance each.

    Attributes:
        index (Tensor): Number of each step, from 0, (P,), int64.
        heatmaps (Tensor): Of the first network, (B, P, K, h, w), float32.
        refined (Tensor, optional): Of the second network, the same steps in the same order.
        logits (Tensor): Of being a new instance, (B, P), float32.
        sure (Tensor): Whether the probability reaches the threshold, (B, P), bool.
        accepted (Tensor): Whether it has in all steps so far: these are instances, (B, P), bool.
        running (Tensor): Whether the image needs this step, (B, P), bool.
        earlier (Tensor, optional): Heatmaps of the first network in the passes of its feedback loop
            before the last one, (B, P, passes, K, h, w), float32; in training, if there are any.
        ends (Tensor, optional): Steps behind which the chunk of their image ends, (B, P), bool.
            None where it has no ends besides the last step.
    """

    index: Tensor
    heatmaps: Tensor
    refined: Optional[Tensor]
    logits: Tensor
    sure: Tensor
    accepted: Tensor
    running: Tensor
    earlier: Optional[Tensor] = None
    ends: Optional[Tensor] = None

    @property
    def best_heatmaps(self) -> Tensor:
        """Of the last network, (B, P, K, h, w)."""
        return self.heatmaps if self.refined is None else self.refined


@dataclass
class _Progress:
    """Where the unrolling of a batch is: its next step, which images stopped, the states."""

    step: int
    hint: Optional[Hint]
    shown: Optional[Tensor]
    stopped: Tensor
    first: List[LSTMState]
    second: Optional[List[LSTMState]]

    def detach(self) -> None:
        self.first = detach(self.first)
        self.second = self.second and detach(self.second)


class InstanceUnroller(nn.Module):
    """Finds the instances of a batch one by one, until all images have stopped.

    Args:
        in_channels (int): Channels of the features.
        num_keypoints (int): K.
        lstm (dict, optional): Options of the first :class:`HeatmapLSTM`.
        second_lstm (dict, optional): Of the second one, which refines the heatmaps of the first,
            and ``ordering``, in which it sees them, see :func:`order_steps` (default
            ``'learned'``). By default it has no feedback loop. None is no second network.
        chunk_size (int, optional): T, steps between which the states are cut off their graph. The
            second network sees the instances of a chunk in its order. None is all steps.
        max_instances (int): Most steps that may show an instance; one more may follow, to stop.
        stop_threshold (float): Omega; below this probability there are no more instances.
        ends_at_stop (bool): In training, end a chunk behind each step below omega, too (Algorithm
            1, line 10, "p < omega or t mod T = 0"). In a batch each image has ends of its own: its
            state is cut off the graph of the first network there, and the steps before are matched
            first. The gradient of an image with an end is that of two chunks.

    Raises:
        ValueError: The ordering is unknown.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: int,
        lstm: Optional[dict] = None,
        second_lstm: Optional[dict] = None,
        chunk_size: Optional[int] = 8,
        max_instances: int = 30,
        stop_threshold: float = STOP_THRESHOLD,
        ends_at_stop: bool = True,
    ) -> None:
        super().__init__()
        self.chunk_size = chunk_size
        self.ends_at_stop = ends_at_stop
        self.max_instances = max_instances
        self.stop_logit = math.log(stop_threshold / (1 - stop_threshold))
        self.norm = FeatureNorm(in_channels)
        self.first = HeatmapLSTM(in_channels, num_keypoints, **(lstm or {}))
        self.stop = StopClassifier(sum(self.first.lstm.channels))
        self.second = None
        if second_lstm is not None:
            options = dict(num_layers=2, num_loops=0, ordering='learned')
            options.update(second_lstm)
            self.ordering = options.pop('ordering')
            if self.ordering not in ORDERINGS:
                raise ValueError(
                    f'ordering must be one of {sorted(ORDERINGS)}, got {self.ordering!r}'
                )
            self.second = HeatmapLSTM(in_channels, num_keypoints, num_keypoints, **options)

    def forward(
        self,
        features: Tensor,
        counts: Optional[Tensor] = None,
        hint: Optional[Hint] = None,
    ) -> Iterator[Chunk]:
        """Find instances, and stop when it is time in all images.

        Args:
            features (Tensor): Of the frozen network, (B, ``in_channels``, h, w), any float type.
            counts (Tensor, optional): Number of annotated instances of each image, (B,), int64: in
                training an image goes on to one step more than that, even if it has stopped.
            hint (callable, optional): Gives what is known of the instance of a step, see
                :meth:`HeatmapLSTM.estimate`, from the number of the step and the heatmaps of the
                one before.

        Yields:
            Chunk: Of ``chunk_size`` steps at most. Its graph does not reach into the one before.
        """
        if self.training:
            self.norm.observe(features)
        if counts is None:
            counts = torch.full((len(features),), -1, device=features.device)
        progress = _Progress(
            step=0,
            hint=hint,
            shown=None,
            stopped=torch.zeros_like(counts, dtype=torch.bool),
            first=self.first.lstm.initial_state(features),
            second=self.second and self.second.lstm.initial_state(features),
        )
        while True:
            constant = self.norm(features)
            chunk = self._find(constant, counts, progress)
            if chunk is None:
                return
            if self.second is not None:
                chunk = self._refine(constant, chunk, progress)
            yield chunk
            progress.detach()

    def _find(self, constant: Tensor, counts: Tensor, progress: _Progress) -> Optional[Chunk]:
        """Take the steps of the next chunk with the first network; None if there is none left."""
        projected = self.first.lstm.project(constant)
        start, certain = progress.step, int(counts.max())
        most = self.max_instances + 1
        end = min(start + (self.chunk_size or most), most)
        ends = self.training and self.ends_at_stop
        steps = []
        for step in range(start, end):
            running = (counts >= step) | ~progress.stopped
            if step > certain and not running.any():
                break
            hint = progress.hint and progress.hint(step, progress.shown)
            passes, progress.first = self.first.estimate(projected, progress.first, hint=hint)
            logits = self.stop(progress.first)
            sure = logits >= self.stop_logit
            if ends:
                progress.first = detach_images(progress.first, ~sure)
            progress.stopped = progress.stopped | ~sure
            accepted = ~progress.stopped & (step < self.max_instances)
            progress.shown = passes[-1].detach()
            steps.append((torch.stack(passes, dim=1).float(), logits, sure, accepted, running))
        if not steps:
            return None
        progress.step += len(steps)
        passes, *rest = (torch.stack(values, dim=1) for values in zip(*steps))
        index = torch.arange(start, progress.step, device=counts.device)
        earlier = passes[:, :, :-1] if self.training and passes.shape[2] > 1 else None
        chunk = Chunk(index, passes[:, :, -1], None, *rest, earlier)
        return chunk._replace(ends=~chunk.sure) if ends else chunk

    def _refine(self, constant: Tensor, chunk: Chunk, progress: _Progress) -> Chunk:
        """Let the second network see the heatmaps of a chunk in its order."""
        repeatable = self.training or self.ordering != 'random'
        ordering = self.ordering if repeatable else 'learned'
        order = order_steps(ordering, chunk.heatmaps, chunk.logits, chunk.running & chunk.sure)
        projected = self.second.lstm.project(constant)
        refined = []
        for given in _take(chunk.heatmaps, order).unbind(1):
            heatmaps, progress.second = self.second(projected, progress.second, given)
            refined.append(heatmaps.float())
        back = order.argsort(dim=1)
        return chunk._replace(refined=_take(torch.stack(refined, dim=1), back))


def _take(heatmaps: Tensor, order: Tensor) -> Tensor:
    """Permute the steps of heatmaps (B, P, K, h, w) by an order (B, P)."""
    return heatmaps.gather(1, order[..., None, None, None].expand_as(heatmaps))


def join(chunks: Iterable[Chunk]) -> Chunk:
    """Put the chunks of a batch together to one."""
    index, *rest = zip(*chunks)
    return Chunk(
        torch.cat(index),
        *(None if values[0] is None else torch.cat(values, dim=1) for values in rest),
    )
