// Times along curves: never two labels that look alike, over midnight and where clocks are turned.

const DAY_S = 86400;
const LINE_PX = 24;
const SECOND_LINE_PX = 14;
const STEPS_S = [1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200];
const STEPS_DAYS = [1, 2, 4, 7, 14, 30, 60];

// Whether the times between two moments need their day, or their offset from UTC, to be told apart.
export function needsOf(clock, start, end) {
  const [first, last] = [start, end].map((seconds) => new Date(seconds * 1000));
  return {
    day: clock.days.format(first) !== clock.days.format(last),
    offset: clock.offset(first) !== clock.offset(last),
  };
}

// Below the time stands the day where another one begins, and the offset where clocks were turned.
function labels(clock, needs, ticks, step) {
  let before = {};
  return ticks.map((tick) => {
    const moment = new Date(tick * 1000);
    if (step >= DAY_S) return clock.days.format(moment);
    const here = { day: clock.days.format(moment), offset: clock.offset(moment) };
    const fresh = ["day", "offset"].filter((name) => needs[name] && here[name] !== before[name]);
    before = here;
    const time = (step < 60 ? clock.seconds : clock.minutes).format(moment);
    return fresh.length ? `${time}\n${fresh.map((name) => here[name]).join(" ")}` : time;
  });
}

// The time axis of a plot; `needs` tells what the part that is shown needs.
export function timeAxis(clock, needs) {
  return {
    size: (_plot, values) => (values?.some((text) => text.includes("\n")) ? LINE_PX + SECOND_LINE_PX : LINE_PX),
    gap: 6,
    space: 64,
    grid: { show: false },
    values: (_plot, ticks, _axis, _space, step) => labels(clock, needs(), ticks, step),
    incrs: [...STEPS_S, ...STEPS_DAYS.map((days) => days * DAY_S)],
  };
}

// A moment beside the cursor, to the second unless its clock says otherwise.
export function momentText(clock, needs, seconds, time = clock.seconds) {
  const moment = new Date(seconds * 1000);
  const day = needs.day ? `${clock.days.format(moment)} ` : "";
  const offset = needs.offset ? ` (${clock.offset(moment)})` : "";
  return `${day}${time.format(moment)}${offset}`;
}
