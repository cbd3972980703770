// Of a live answer only what the page shows is given to htmx, which complains of every part without a place: the row of
// another page of the list, or one that the filter left out already.

const PARTS = /<\w[^<>]*?\sid="([^"]+)"[^<>]*?\shx-swap-oob="(?:true|delete)"/g;

function withoutPlace(text) {
  const ids = [...text.matchAll(PARTS)].map(([, id]) => id);
  return ids.filter((id) => !document.getElementById(id));
}

function beforeSwap({ detail }) {
  if (!detail.requestConfig.headers["X-Live"] || !detail.shouldSwap) return;
  const ids = withoutPlace(detail.serverResponse);
  if (!ids.length) return;
  const answer = document.createElement("template");
  answer.innerHTML = detail.serverResponse;
  const inner = [...answer.content.querySelectorAll("template")].map((each) => each.content);
  const places = [answer.content, ...inner];
  const parts = ids.map((id) => places.map((place) => place.getElementById(id)).find(Boolean)).filter(Boolean);
  parts.forEach((part) => part.remove());
  detail.serverResponse = answer.innerHTML;
  document.dispatchEvent(new CustomEvent("live-missing", { detail: { parts } }));
}

export function startMissing() {
  document.addEventListener("htmx:beforeSwap", beforeSwap);
}
