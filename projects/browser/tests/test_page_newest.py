"""What the page does of several things that are asked for."""

from javascript import run

# Three are asked for in order, and their files come in another one.
BODY = """await (async () => {
    const [newest, said] = [new Newest(), [new Newest().any]];
    const after = (turns) => new Promise((done) => setTimeout(done, 20 * turns));
    const ask = (name, turns, fails) => newest.ask(async (isNewest) => {
        await after(turns);
        said.push([name, isNewest()]);
        if (fails) throw new Error(name);
    }).catch((error) => said.push(error.message));
    await Promise.all([ask('a', 3, true), ask('b', 2, false), ask('c', 1, given.fails)]);
    return [...said, newest.any];
})()"""


def test_only_the_last_one_is_the_newest():
    found = run('newest.js', 'Newest', BODY, fails=False)
    assert found == [False, ['c', True], ['b', False], ['a', False], True]


def test_a_failure_counts_where_nothing_newer_was_asked_for():
    found = run('newest.js', 'Newest', BODY, fails=True)
    assert found == [False, ['c', True], 'c', ['b', False], ['a', False], True]
