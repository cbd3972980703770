// Registers the service worker, and tells it the language of its offline page.

export function startInstallable() {
  const { serviceWorker } = navigator;
  const url = document.body.dataset.serviceWorker;
  if (!serviceWorker || !url) return;
  serviceWorker.register(url).catch(() => {});
  serviceWorker.ready.then(({ active }) => active.postMessage({ language: document.documentElement.lang }));
}
