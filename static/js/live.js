// One WebSocket per page tells which charge points changed; htmx fetches their fragments again
// through the page's own view. Values are greyed while the feed is lost, everything is fetched
// again on its return, and nothing is sent or fetched while the tab is hidden. docs/live-feed.md

const SHORTEST_MS = 250;
const LONGEST_MS = 2000;
const WHOLE_MS = 300000;
const PING_MS = 15000;
const PONG_MS = 10000;
const MANY = 400;
const FAILED_MS = 2000;
const NOT_ALLOWED = 4403;
const RETRY_MS = [500, 1000, 2000, 5000, 10000];

// Many pages must not do the same thing at the same moment.
function jittered(milliseconds) {
  return milliseconds * (0.75 + Math.random() / 2);
}

// The banner counts on by itself how old the values are (ages.js).
function tellAge(heardAt) {
  const age = document.querySelector("[data-lost]");
  if (age) age.dataset.since = heardAt.toISOString();
}

class LiveFeed {
  constructor(main) {
    this.url = main.dataset.liveUrl;
    this.sites = main.dataset.liveSites.split(",").filter(Boolean);
    this.points = main.dataset.livePoints?.split(",");
    this.changed = new Set();
    this.everything = false;
    this.timer = null;
    this.busy = false;
    this.pause = SHORTEST_MS;
    this.tries = 0;
    this.heardAt = new Date();
  }

  start() {
    document.addEventListener("htmx:beforeSwap", (event) => this.check(event));
    document.addEventListener("visibilitychange", () => this.visible());
    document.addEventListener("live-refresh", () => this.all());
    window.addEventListener("online", () => this.open());
    // A message can be lost between servers: now and then everything is fetched.
    setInterval(() => this.all(), jittered(WHOLE_MS));
    this.open();
  }

  open() {
    if (document.hidden || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = this.sites.map((site) => `site=${encodeURIComponent(site)}`).join("&");
    const socket = new WebSocket(`${scheme}://${location.host}/live/?${query}`);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.received(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      if (event.code === NOT_ALLOWED) location.reload();
      else if (this.socket === socket) this.closed();
    });
  }

  lost() {
    return document.body.classList.contains("is-lost");
  }

  // What changed before the feed was open was not told: everything is fetched once.
  opened() {
    document.body.classList.remove("is-lost");
    this.tries = 0;
    this.all();
    document.dispatchEvent(new CustomEvent("asks-changed"));
    clearInterval(this.pinging);
    this.pinging = setInterval(() => this.ping(), PING_MS);
    if (document.hidden) this.visible();
  }

  closed() {
    clearInterval(this.pinging);
    clearTimeout(this.silence);
    document.body.classList.add("is-lost");
    tellAge(this.heardAt);
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    setTimeout(() => this.open(), jittered(wait));
  }

  ping() {
    if (document.hidden || this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send('{"type":"ping"}');
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const dead = this.socket;
      this.socket = null;
      dead.close();
      this.closed();
    }, PONG_MS);
  }

  received(message) {
    clearTimeout(this.silence);
    this.heardAt = new Date();
    if (message.type === "asked") document.dispatchEvent(new CustomEvent("asks-changed"));
    if (message.type !== "changed") return;
    if (!message.charge_points) {
      this.all();
      return;
    }
    const ids = message.charge_points.map(String);
    const wanted = this.points ? ids.filter((id) => this.points.includes(id)) : ids;
    if (!wanted.length) return;
    wanted.forEach((id) => this.changed.add(id));
    this.plan();
  }

  // Fragments of another filter, order or page than the present one come too late: they are fetched again.
  check(event) {
    const asked = new URL(event.detail.pathInfo.requestPath, location.href).searchParams;
    if (!asked.has("only")) return;
    if (this.view === location.pathname + location.search) return;
    event.detail.shouldSwap = false;
    this.everything = true;
  }

  all() {
    this.everything = true;
    this.plan();
  }

  // A hidden page asks the server to keep what changes for later, and says nothing itself. Back again it
  // asks at once whether the socket still lives: a laptop may have slept meanwhile.
  visible() {
    const open = this.socket?.readyState === WebSocket.OPEN;
    if (document.hidden) {
      clearTimeout(this.timer);
      clearTimeout(this.silence);
      this.timer = null;
      if (open) this.socket.send('{"type":"pause"}');
      return;
    }
    if (open) this.socket.send('{"type":"resume"}');
    else this.open();
    this.ping();
    if (this.everything || this.changed.size) this.plan();
  }

  plan() {
    if (this.timer || this.busy || document.hidden || this.lost()) return;
    this.timer = setTimeout(() => this.fetch(), jittered(this.pause));
  }

  // Waits as long again as the answer took: a busy server is asked less often.
  async fetch() {
    this.timer = null;
    // In one order, so that pages that missed the same ask for the same.
    const ids = [...this.changed].sort((one, other) => one - other).join(",");
    const whole = this.everything || this.points || !ids || this.changed.size > MANY;
    this.changed.clear();
    this.everything = false;
    this.busy = true;
    const began = performance.now();
    const focused = document.activeElement?.id;
    try {
      this.view = location.pathname + location.search;
      const address = new URL(this.url, location.href);
      const query = new URLSearchParams([...address.searchParams, ...new URLSearchParams(location.search)]);
      query.set("only", whole ? "all" : ids);
      await window.htmx.ajax("GET", `${address.pathname}?${query}`, {
        target: document.body,
        swap: "none",
        headers: { "X-Live": "1" },
      });
      this.pause = Math.min(Math.max(SHORTEST_MS, performance.now() - began), LONGEST_MS);
    } catch {
      this.everything = true;
      this.pause = FAILED_MS;
    } finally {
      this.busy = false;
      if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
      if (this.changed.size || this.everything) this.plan();
    }
  }
}

export function startLive() {
  const main = document.querySelector("[data-live-sites]");
  if (main) new LiveFeed(main).start();
}
