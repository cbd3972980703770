// A week minute by minute: read from the texts of its days, written back, and told as ranges of several days.
export const MINUTES = 24 * 60;

const SPAN = /^\s*(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?\s*(?:-|–|—|à|to)\s*(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?\s*$/;

const minutes = (hours, rest) => Number(hours) * 60 + Number(rest ?? 0);
export const clock = (at) => `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
export const hours = ([from, to]) => `${clock(from)}–${clock(to)}`;

// The minutes of a time field, null where it is empty.
export const minutesOf = (text) => (text ? minutes(...text.split(":")) : null);

// The spans of a text in minutes, none where it is not understood: the server says why when it is sent.
function read(text) {
  const spans = [];
  for (const part of text.split(/[,;\n]/).filter((one) => one.trim())) {
    const found = SPAN.exec(part);
    if (!found) return [];
    const span = [minutes(found[1], found[2]), minutes(found[3], found[4])];
    if (span[0] >= MINUTES || span[1] > MINUTES) return [];
    spans.push(span);
  }
  return spans;
}

// Makes a span of a day active or not; one that passes midnight reaches into the next day.
export function mark(week, day, [from, to], active) {
  if (to > from) week[day].fill(active, from, to);
  else {
    week[day].fill(active, from);
    week[(day + 1) % week.length].fill(active, 0, to);
  }
}

// What is active in every minute of the days.
export function weekOf(texts) {
  const week = texts.map(() => new Array(MINUTES).fill(false));
  texts.forEach((text, day) => read(text).forEach((span) => mark(week, day, span, true)));
  return week;
}

// The spans of a day in which it is active.
export function spansOf(cells) {
  const spans = [];
  cells.forEach((active, at) => {
    if (!active) return;
    if (at && cells[at - 1]) spans.at(-1)[1] = at + 1;
    else spans.push([at, at + 1]);
  });
  return spans;
}

// Evenings until midnight and the mornings after are one night, where they do not overlap.
function joinNights(spans) {
  const joined = spans.map((all) => [...all]);
  spans.forEach((all, day) => {
    const next = (day + 1) % spans.length;
    const evening = all.find(([from, to]) => to === MINUTES && from > 0);
    const morning = spans[next].find(([from, to]) => from === 0 && to < MINUTES);
    if (!evening || !morning || morning[1] > evening[0]) return;
    joined[day][joined[day].indexOf(evening)] = [evening[0], morning[1]];
    joined[next].splice(joined[next].indexOf(morning), 1);
  });
  return joined;
}

// The ranges of a week, each with the days on which it begins, ordered by their hours.
export function rangesOf(week) {
  const found = new Map();
  joinNights(week.map(spansOf)).forEach((spans, day) => {
    for (const span of spans) {
      const range = found.get(hours(span)) ?? { span, days: [] };
      range.days.push(day);
      found.set(hours(span), range);
    }
  });
  return [...found.values()].sort((one, other) => one.span[0] - other.span[0] || one.span[1] - other.span[1]);
}
