// Plays past decisions one after the other: the page's own link to the later one is followed until there is none.
const STEP_MS = 1500;

let playing = false;
let stepping = false;
let timer = 0;

function show() {
  document.getElementById("replay")?.setAttribute("aria-pressed", String(playing));
}

function stop() {
  playing = false;
  clearTimeout(timer);
  show();
}

function plan() {
  clearTimeout(timer);
  timer = setTimeout(step, STEP_MS);
}

function step() {
  const later = document.getElementById("later");
  if (!later) {
    stop();
    return;
  }
  stepping = true;
  later.click();
  stepping = false;
}

export function startReplay() {
  document.addEventListener("click", (event) => {
    if (!stepping && event.target.closest("#earlier, #later")) stop();
    if (!event.target.closest("#replay")) return;
    if (playing) {
      stop();
      return;
    }
    playing = true;
    show();
    step();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!playing || event.target.id !== "decision") return;
    if (!document.getElementById("later")) stop();
    else {
      show();
      plan();
    }
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failure, stop);
}
