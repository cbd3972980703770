// A row of a table takes what a fresh one says cell by cell: what is the same stays, with its focus, its tick and its
// layout. Of hundreds of rows that come at once each costs only what changed in it.

const OWN = ["hx-swap-oob"];

function same(cell, fresh) {
  const [age, newer] = [cell, fresh].map((each) => each.querySelector("[data-since]"));
  if (age && newer) return age.dataset.since === newer.dataset.since;
  return cell.isEqualNode(fresh);
}

function takeAttributes(row, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (!OWN.includes(name) && row.getAttribute(name) !== value) row.setAttribute(name, value);
  }
  for (const { name } of [...row.attributes]) if (!fresh.hasAttribute(name)) row.removeAttribute(name);
}

// The cells that change, with what takes their places; null where that cannot be done cell by cell, or where somebody
// is at work in one of them.
function changes(row, fresh) {
  const [cells, news] = [row, fresh].map((each) => [...each.children]);
  if (cells.length !== news.length || row.id !== fresh.id) return null;
  const pairs = cells.map((cell, at) => [cell, news[at]]).filter(([cell, newer]) => !same(cell, newer));
  return pairs.some(([cell]) => cell.contains(document.activeElement)) ? null : pairs;
}

function pairsOf(part, fresh) {
  if (part.localName === "tr") return [[part, fresh]];
  if (part.localName !== "tbody" || part.children.length !== fresh.children.length) return null;
  return [...part.children].map((row, at) => [row, fresh.children[at]]);
}

// Whether a row, or the rows of a table, could take it: not rows in another order, and not what htmx has to know of.
export function renew(part, fresh) {
  const rows = pairsOf(part, fresh);
  if (!rows || fresh.querySelector("[hx-get], [hx-post], details")) return false;
  const changed = rows.map(([row, newer]) => changes(row, newer));
  if (changed.includes(null)) return false;
  rows.forEach(([row, newer]) => takeAttributes(row, newer));
  for (const [cell, newer] of changed.flat()) cell.replaceWith(newer);
  return true;
}
