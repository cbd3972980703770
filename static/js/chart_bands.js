// What lies behind the curves: sessions, and the times without a connection.
import { faded } from "./plotting.js";

const LABEL_FROM_PX = 60;
const HATCH_PX = 7;

function spans(plot, list) {
  return list.map(([start, end]) => {
    const left = plot.valToPos(start, "x", true);
    return [left, Math.max(plot.valToPos(end, "x", true) - left, 1)];
  });
}

function hatch(ctx, bbox, [left, width], colour) {
  const step = HATCH_PX * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = faded(colour, 0.35);
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  const from = Math.max(left, bbox.left) - bbox.height;
  const to = Math.min(left + width, bbox.left + bbox.width);
  for (let x = Math.floor(from / step) * step; x < to; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

function label(plot, text, [left, width], colour) {
  const { ctx, bbox } = plot;
  const start = Math.max(left, bbox.left);
  const room = Math.min(left + width, bbox.left + bbox.width) - start - 12 * devicePixelRatio;
  if (room < LABEL_FROM_PX * devicePixelRatio) return;
  ctx.font = `${11 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
  if (ctx.measureText(text).width > room) return;
  ctx.fillStyle = colour;
  ctx.fillText(text, start + 6 * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
}

// The first chart (`named`) says whose session it is.
export function drawBands(plot, data, colours, words, named) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const span of spans(plot, data.outages)) {
    hatch(ctx, bbox, span, colours.text);
    if (named) label(plot, words.outage, span, colours.text);
  }
  const sessions = data.sessions.map((each) => [each.start, each.end]);
  for (const [place, span] of spans(plot, sessions).entries()) {
    ctx.fillStyle = faded(colours.accent, 0.09);
    ctx.fillRect(span[0], bbox.top, span[1], bbox.height);
    const session = data.sessions[place];
    if (named) label(plot, `${session.label} · ${session.number}`, span, colours.text);
  }
  ctx.restore();
}
