"""The head that finds one instance per step (Section 3 of the paper)."""

from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import torch
from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor, nn

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Grid
from mmpose_ae.models.heads import (
    AEHead,
    TagViewOptions,
    input_size_of,
    list_views,
    to_instance_data,
    to_pixel_data,
)
from mmpose_ae.models.heads.bottomup_head import Predictions
from mmpose_ae.models.heads.supervision import (
    Annotated,
    gather_instances,
    refuse_lacking_types,
    supervision_masks,
)
from mmpose_ae.models.heads.views import View
from mmpose_ae.ops import keypoint_indices
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import MODELS

from .fixed_order import rank_by_size
from .instance_targets import InstanceTargets, gaussian_targets
from .known_people import Asked, KnownPeople
from .mirrored import merge_mirrored
from .recurrent_association_codec import RecurrentAssociationCodec
from .recurrent_association_loss import Supervision, without
from .tag_seeds import TagSeeds
from .truncated_backprop import sum_chunks
from .unrolling import Chunk, Hint, InstanceUnroller, join


@dataclass(frozen=True)
class RecurrentOptions(TagViewOptions):
    """Options of ``test_cfg`` of recurrent association.

    Attributes:
        refine_missing (bool, optional): Look for discarded keypoints on the frozen head's heatmaps,
            merged over scales and flips as the other options say. None is only with
            ``multiscale_test``, as in Section 3.3.
    """

    refine_missing: Optional[bool] = None

    @property
    def refines(self) -> bool:
        """Whether discarded keypoints are looked for."""
        return self.multiscale_test if self.refine_missing is None else self.refine_missing


@MODELS.register_module()
@refuse_unknown_options
class RecurrentAssociationHead(AEHead):
    """Unroll a ConvLSTM over the instances of an image, on top of a frozen :class:`AEHead`.

    :meth:`forward` gives the maps of the frozen head, :meth:`unroll` the instances.

    Args:
        in_channels (int): As in :class:`AEHead`.
        num_keypoints (int, optional): K. None takes it from the decoder's metainfo.
        inputs (sequence[str]): Which maps of each stack are fed: ``'features'``, which are the
            input of the final layer or, without one, what a stack predicts beyond heatmaps and
            tags; ``'heatmaps'``; ``'tags'``. Those of HigherHRNet are the coarse ones.
        unroller (dict, optional): Options of :class:`InstanceUnroller`.
        association_loss (dict): Called with chunks and :class:`Supervision`.
        known_people (dict, optional): Options of :class:`KnownPeople`, with whom training is eased.
            None is without, as in the paper.
        seeds (bool): Let the feedback loop start from :class:`TagSeeds`, in training and testing;
            not in the paper.
        **kwargs: As in :class:`AEHead`.

    The ``test_cfg`` of the estimator may hold the options of :class:`RecurrentOptions`. With
    ``flip_test`` heatmaps are averaged with those of the same instance in the mirrored input; with
    ``multiscale_test`` instances are found at the base of the pyramid.

    Raises:
        ValueError: ``inputs`` are unknown, the network has no such features, or first guesses are
            of two kinds, or there is no feedback loop to give them to.
    """

    fixed_options = (
        *AEHead.fixed_options,
        'keypoint_loss',
        'heatmap_scale',
        'tag_loss',
        'tags_over_time',
    )  # the frozen part's
    codec_classes = (RecurrentAssociationCodec,)
    test_options = RecurrentOptions
    trained_part = 'unroller'

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        inputs: Sequence[str] = ('features',),
        unroller: OptConfigType = None,
        association_loss: ConfigType = dict(type='mmpose_ae.RecurrentAssociationLoss'),  # noqa: B006
        known_people: OptConfigType = None,
        seeds: bool = False,
        **kwargs,
    ) -> None:
        super().__init__(in_channels, num_keypoints, **kwargs)
        self.requires_grad_(False)
        self.inputs = tuple(inputs)
        channels = self._count_inputs(in_channels, kwargs.get('deconv_out_channels'))
        self.unroller = InstanceUnroller(channels, self.num_keypoints, **(unroller or {}))
        self.association_loss = MODELS.build(association_loss)
        if (seeds or known_people is not None) and not self.unroller.first.num_loops:
            raise ValueError('first guesses need a feedback loop: num_loops of lstm of 1 or more')
        if seeds and known_people is not None:
            raise ValueError('known_people give first guesses, and seeds give others: choose one')
        self.seeds = seeds
        self.known_people = None if known_people is None else KnownPeople(**known_people)

    @property
    def default_init_cfg(self) -> list:
        """Nothing: the frozen part is loaded, and what is trained starts as torch has it."""
        return []

    def _count_inputs(self, in_channels: int, deconv_out_channels: Optional[Sequence[int]]) -> int:
        """Channels that are fed, of all stacks."""
        width = deconv_out_channels[-1] if deconv_out_channels else in_channels
        predicts = isinstance(self.final_layer, nn.Identity)
        channels = dict(
            features=width - self.out_channels if predicts else width,
            heatmaps=self.num_keypoints,
            tags=self.out_channels - self.num_keypoints,
        )
        empty = [name for name in self.inputs if not channels.get(name)]
        if empty or not self.inputs:
            known = {name: count for name, count in channels.items() if count}
            raise ValueError(f'inputs must be of {known} (channels per stack), got {self.inputs}')
        return self.num_stacks * sum(channels[name] for name in self.inputs)

    @torch.no_grad()
    def gather_inputs(self, feats: Tuple[Tensor]) -> Tensor:
        """Put the maps that are fed side by side, (B, C, h, w), without a graph.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
        """
        maps = []
        for x in feats[-self.num_stacks :]:
            parts = self._parts(x)
            maps += [parts[name] for name in self.inputs]
        return torch.cat(maps, dim=1)

    def _parts(self, x: Tensor) -> Dict[str, Tensor]:
        """What a stack says, by the name of an input."""
        x = self.conv_layers(self.deconv_layers(x))
        prediction = self.final_layer(x)
        return dict(
            features=x[:, self.out_channels :] if prediction is x else x,
            heatmaps=prediction[:, : self.num_keypoints],
            tags=prediction[:, self.num_keypoints : self.out_channels],
        )

    @torch.no_grad()
    def _seeds(self, feats: Tuple[Tensor]) -> Optional[TagSeeds]:
        """First guesses by the last stack of the frozen network, if they are asked for."""
        if not self.seeds:
            return None
        parts = self._parts(feats[-1])
        return TagSeeds(parts['heatmaps'], parts['tags'])

    def unroll(self, feats: Tuple[Tensor]) -> Chunk:
        """Find the instances of a batch.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.

        Returns:
            Chunk: All steps; those that are not ``accepted`` show no instance.
        """
        return join(self.unroller(self.gather_inputs(feats), hint=self._seeds(feats)))

    def train(self, mode: bool = True) -> nn.Module:
        """Switch what is trained to training or testing; the rest stays in testing."""
        super().train(False)
        self.training = mode
        self.unroller.train(mode)
        return self

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: ConfigType = None
    ) -> Dict[str, Tensor]:
        """Compute the losses, and with a ``chunk_size`` their gradients.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
            batch_data_samples (list[PoseDataSample]): As of :meth:`BottomupHead.loss`.
            train_cfg (dict, optional): Not used.

        Returns:
            dict: ``loss`` and its parts ``stop``, ``heatmap`` and ``heatmap2``.
        """
        inputs = self.gather_inputs(feats)
        size = inputs.shape[-2:]
        grid = self.decoder.grid_of(inputs, input_size_of(batch_data_samples))
        people = gather_instances(batch_data_samples, self.num_keypoints, inputs.device)
        if people.known is not None:
            refuse_lacking_types('RecurrentAssociationHead')
        targets = self.make_targets(people.keypoints, people.visible, grid)
        mask = supervision_masks(batch_data_samples, [size], inputs.device)[0][:, 0].float()
        supervision = Supervision(
            targets,
            mask,
            targets.present,
            ranks=None if people.sides is None else rank_by_size(people.sides, targets.present),
            images=[sample.metainfo.get('img_id') for sample in batch_data_samples],
        )
        hint = self._seeds(feats)
        if self.known_people:
            inputs, supervision, hint = self._ask(inputs, supervision, people, grid)
        return sum_chunks(
            self._chunk_losses(inputs, supervision, hint),
            list(self.unroller.parameters()),
            truncate=self.unroller.chunk_size is not None,
        )

    def make_targets(self, keypoints: Tensor, visible: Tensor, grid: Grid) -> InstanceTargets:
        """Make the heatmaps that the steps should show.

        Args:
            keypoints (Tensor): Keypoints (x, y) in pixels of the input, (B, N, K, 2), float.
            visible (Tensor): Annotated keypoints, (B, N, K), bool.
            grid (Grid): Cells of the heatmaps.

        Returns:
            InstanceTargets: Of all instances.
        """
        return self._draw_targets(grid.to_cells(keypoints), visible, grid)

    def _draw_targets(self, cells: Tensor, visible: Tensor, grid: Grid) -> InstanceTargets:
        inside = keypoint_indices(cells, visible, grid.size)[..., 1] > 0
        drawing = self.decoder.heatmap_targets
        sigma = drawing.sigma_on(grid)
        return gaussian_targets(cells.float(), inside, grid.size, sigma, drawing.round_centers)

    def _ask(
        self, inputs: Tensor, supervision: Supervision, people: Annotated, grid: Grid
    ) -> Tuple[Tensor, Supervision, Asked]:
        """Put copies of the images behind them, whose steps are asked for known people."""
        rows = 1 + self.known_people.copies

        def copy(x: Tensor) -> Tensor:
            return x.repeat(rows, *(x.dim() - 1) * [1])

        cells, visible = copy(grid.to_cells(people.keypoints)), copy(people.visible)
        guesses = self._draw_targets(*self.known_people.spoil(cells, visible), grid)
        targets = InstanceTargets(*map(copy, supervision.targets))
        instance = self.known_people.choose(targets.present, self.unroller.max_instances + 1)
        supervision = supervision._replace(
            targets=targets,
            mask=copy(supervision.mask),
            remaining=without(targets.present, instance),
            asked=instance,
            weights=self.known_people.weights(len(instance), supervision.mask),
            ranks=None if supervision.ranks is None else copy(supervision.ranks),
        )
        return copy(inputs), supervision, Asked(instance, guesses)

    def _chunk_losses(
        self, inputs: Tensor, supervision: Supervision, hint: Optional[Hint]
    ) -> Iterator[Dict[str, Tensor]]:
        for chunk in self.unroller(inputs, supervision.targets.counts, hint):
            losses, supervision = self.association_loss(chunk, supervision)
            yield losses

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> Predictions:
        """Predict instances, with the test-time augmentation of ``test_cfg``.

        Args:
            feats (tuple | list): As in :meth:`AEHead.predict`.
            batch_data_samples (list[PoseDataSample]): As there.
            test_cfg (dict, optional): See the class.

        Returns:
            list[InstanceData]: As of :meth:`AEHead.predict`. With ``output_heatmaps`` a tuple of
            that and a list of PixelData with ``heatmaps``.
        """
        options = self.read_test_cfg(test_cfg)
        input_size = input_size_of(batch_data_samples)
        views = [view for view in list_views(feats, options) if view.scale == 0]
        heatmaps, steps = self._find_instances(views, batch_data_samples, options)
        grid = self.decoder.grid_of(heatmaps, input_size)
        found = self.decoder.propose(heatmaps, steps.logits.sigmoid(), steps.accepted)
        if options.refines:
            detected = self.predict_maps(feats, batch_data_samples, options)
            poses = self.decoder.group(found, grid, detected.maps, detected.grid)
        else:
            poses = self.decoder.group(found, grid)
        instances = [to_instance_data(image) for image in poses]
        if not options.output_heatmaps:
            return instances
        shown = (heatmaps * steps.accepted[..., None, None, None]).amax(1)
        return instances, to_pixel_data(Maps(shown))

    def _find_instances(
        self, views: List[View], batch_data_samples: SampleList, options: RecurrentOptions
    ) -> Tuple[Tensor, Chunk]:
        """Heatmaps (B, P, K, h, w) of the steps on the input, and those steps."""
        steps, *mirrored = (self.unroll(view.features) for view in views)
        if not mirrored:
            return steps.best_heatmaps, steps
        flip_indices = batch_data_samples[0].metainfo['flip_indices']
        merged = merge_mirrored(steps, mirrored[0], flip_indices, options.shift_heatmap)
        return merged, steps
