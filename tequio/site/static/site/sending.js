// Sends each file of the form in pieces, and goes on where a connection broke off. Without it, the form sends them whole.
(() => {
  const place = document.getElementById("sending"), form = place.querySelector("form"), list = place.querySelector("[role=status]");
  const input = form.querySelector("input[type=file]"), button = form.querySelector("button");
  if (!window.tus || !tus.isSupported) return;

  const send = (file) => new Promise((resolve) => {
    const line = document.createElement("p"), bar = document.createElement("progress"), said = document.createElement("span");
    bar.max = file.size;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    line.append(file.name, " ", said, bar);
    list.append(line);
    const upload = new tus.Upload(file, {
      endpoint: form.getAttribute("action"),
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      metadata: { filename: file.name },
      overridePatchMethod: true,
      chunkSize: Number(place.dataset.piece),
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000],
      removeFingerprintOnSuccess: true,
      onShouldRetry: (error) => {
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
        if (!status) said.textContent = place.dataset.wait;
        return !status || status === 409 || status >= 500;
      },
      onProgress: (sent) => { bar.value = sent; said.textContent = ""; },
      onSuccess: () => { bar.remove(); said.textContent = place.dataset.done; resolve(true); },
      onError: (error) => {
        bar.remove();
        said.textContent = (error.originalResponse && error.originalResponse.getBody()) || place.dataset.failed;
        said.className = "error";
        resolve(false);
      },
    });
    upload.findPreviousUploads().then((before) => {
      if (before.length) upload.resumeFromPreviousUpload(before[0]);
      upload.start();
    });
  });

  form.addEventListener("submit", async (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    list.replaceChildren();
    button.disabled = true;
    let whole = true;
    for (const file of input.files) whole = (await send(file)) && whole;
    button.disabled = false;
    if (whole) location.reload();
  });
})();
