"""Write the tables of models in the documents from the metafiles, the one source of figures.

A table stands between ``<!-- table: WHICH -->`` and ``<!-- end -->`` and is written anew:
``configs`` is all models, any other WHICH the published weights whose figures have that source.
"""

import re
from argparse import ArgumentParser
from typing import Dict, Iterator, List

from index import ROOT, read_models

from mmpose_ae.prediction.zoo import MEASURED_HERE, input_size

DOCUMENTS = ('docs/configs.md', 'docs/model_zoo.md')
BLOCK = re.compile(r'(<!-- table: (.+?) -->\n).*?(<!-- end -->)', re.S)
TESTED_ON = {'COCO': 'COCO val2017', 'CrowdPose': 'CrowdPose test', 'MPII': 'MPII test'}
COLUMNS = (
    'config', 'input', 'method', 'data', 'reported AP', 'measured AP', 'parameters', 'GMACs', 'ms',
    'MiB',
)  # fmt: skip


def write_tables(text: str, models: List[dict]) -> str:
    """Write the tables of a document anew.

    Args:
        text (str): The document.
        models (list[dict]): Entries of metafiles.

    Returns:
        str: The document, all else as it was.
    """

    def table(block: re.Match) -> str:
        rows = all_configs(models) if block[2] == 'configs' else published(models, block[2])
        return block[1] + '\n' + layout(list(rows)) + '\n' + block[3]

    return BLOCK.sub(table, text)


def layout(rows: List[List[str]]) -> str:
    """A table of Markdown, the first row being its heading."""
    head, *rest = ['| ' + ' | '.join(row) + ' |\n' for row in rows]
    return ''.join([head, '|' + '---|' * len(rows[0]) + '\n', *rest])


def all_configs(models: List[dict]) -> Iterator[List[str]]:
    """A row for each config."""
    yield list(COLUMNS)
    by_name = {model['Name']: model for model in models}
    for model in models:
        released = by_name.get(model['Name'] + '-released', model)
        facts = model['Metadata']
        yield [
            link(model['Name'], model['Config']),
            input_size(model['Name']),
            model['In Collection'],
            facts['Training Data'],
            first_result(model, here=False) or first_result(released, here=False),
            first_result(model, here=True),
            facts['Parameters'],
            facts['GMACs'],
            facts.get('CPU ms', ''),
            facts['Training MiB per image'],
        ]


def first_result(model: dict, here: bool) -> str:
    """The first AP that was measured here, or reported, and on what where that is not usual."""
    for result in model.get('Results', ()):
        metrics, dataset = result['Metrics'], result['Dataset']
        if (result['Source'] == MEASURED_HERE) == here and 'AP' in metrics:
            usual = TESTED_ON.get(model['Metadata']['Training Data'], dataset)
            return score(metrics) if dataset == usual else f'{score(metrics)}, {dataset}'
    return ''


def published(models: List[dict], source: str) -> Iterator[List[str]]:
    """A row for each config with the settings of published weights, and a column per test set."""
    chosen: Dict[str, Dict[str, str]] = {}
    for model in models:
        for result in model.get('Results', ()):
            if result['Source'] == source and model['Name'].endswith('-released'):
                scores = chosen.setdefault(model['Name'], {})
                scores[result['Dataset']] = score(result['Metrics'])
    datasets = list(dict.fromkeys(name for scores in chosen.values() for name in scores))
    yield ['config', *datasets, 'weights']
    for model in models:
        if model['Name'] in chosen:
            scores = [chosen[model['Name']].get(name, '') for name in datasets]
            yield [link(model['Name'], model['Config']), *scores, weights(model, source)]


def score(metrics: Dict[str, str]) -> str:
    """AP, and in parentheses that with several scales."""
    several = metrics.get('AP multi-scale')
    return f'{metrics["AP"]} ({several})' if several else metrics['AP']


def weights(model: dict, source: str) -> str:
    """A link with the name of the file; those that are named are of the first result's source."""
    address = model['Weights']
    if address == 'null' or model['Results'][0]['Source'] != source:
        return 'see above'
    return f'[{address.split("/")[-1]}]({address})'


def link(name: str, config: str) -> str:
    """A link to a config from a document in ``docs``."""
    return f'[{name}](../{config})'


if __name__ == '__main__':
    ArgumentParser(description=__doc__).parse_args()
    for document in DOCUMENTS:
        path = ROOT / document
        path.write_text(write_tables(path.read_text(), read_models()))
