// A field above each table of many rows, which keeps the rows that have every word in it.
const MANY = 20;

function addFilter(table) {
  const field = document.createElement('input');
  field.type = 'search';
  field.className = 'filter';
  field.placeholder = 'Filter: words that a row must have';
  field.setAttribute('aria-label', field.placeholder);
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  table.before(field);
}

for (const table of document.querySelectorAll('.md-typeset table')) {
  if (table.tBodies[0]?.rows.length >= MANY) addFilter(table);
}
