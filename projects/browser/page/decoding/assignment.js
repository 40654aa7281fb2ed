// One-to-one assignment at the least total cost: mmpose_ae/grouping/assignment.py.

// A tall table is made square by columns of this cost, as in Python: ties then break alike.
const PADDING = 1e10;

/**
 * Choose pairs of rows and columns at the least total cost, by shortest augmenting paths.
 *
 * Rows come in their order, and columns are looked at from the last one to the first, where a free
 * one wins a tie: equally good assignments give the choice of scipy's linear_sum_assignment.
 * Source: Crouse, "On implementing 2D rectangular assignment algorithms", 2016.
 *
 * @param {number[][]} cost Finite, (M, N).
 * @returns {Array<[number, number]>} Pairs of row and column, min(M, N) of them, rows ascending.
 */
export function assign(cost) {
  const columns = cost.length ? cost[0].length : 0;
  const size = Math.max(columns, cost.length);
  const costs = cost.map((row) => [...row, ...new Array(size - columns).fill(PADDING)]);
  const state = {
    costs,
    rowPrice: new Array(costs.length).fill(0),
    columnPrice: new Array(size).fill(0),
    columnOf: new Array(costs.length).fill(-1),
    rowOf: new Array(size).fill(-1),
  };
  costs.forEach((_, row) => addRow(state, row));
  return state.columnOf.map((column, row) => [row, column]).filter(([, column]) => column < columns);
}

/** Give one more row a column; rows before it may change theirs. */
function addRow(state, start) {
  const { costs, rowPrice, columnPrice, columnOf, rowOf } = state;
  const size = rowOf.length;
  const distance = new Array(size).fill(Infinity); // of the shortest path to each column
  const before = new Array(size).fill(-1); // the row from which that path comes
  const open = Array.from({ length: size }, (_, index) => size - 1 - index);
  const rows = [];
  const closed = [];
  let length = 0;
  let row = start;
  let column = -1;
  while (row !== -1) {
    rows.push(row);
    let nearest = -1;
    let least = Infinity;
    open.forEach((j, index) => {
      const through = length + costs[row][j] - rowPrice[row] - columnPrice[j];
      if (through < distance[j]) {
        distance[j] = through;
        before[j] = row;
      }
      if (distance[j] < least || (distance[j] === least && rowOf[j] === -1)) {
        least = distance[j];
        nearest = index;
      }
    });
    length = least;
    column = open[nearest];
    closed.push(column);
    const last = open.pop();
    if (nearest < open.length) open[nearest] = last;
    row = rowOf[column];
  }
  rowPrice[start] += length;
  for (const i of rows.slice(1)) rowPrice[i] += length - distance[columnOf[i]];
  for (const j of closed) columnPrice[j] -= length - distance[j];
  do {
    row = before[column];
    rowOf[column] = row;
    [columnOf[row], column] = [column, columnOf[row]];
  } while (row !== start);
}
