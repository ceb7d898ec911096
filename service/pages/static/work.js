// The strip of long work: its lines follow their jobs, by server-sent events, or by asking where those are refused.
"use strict";

(function () {
  const CLOSED = "vedich.closed";
  const spoken = "lang=" + document.documentElement.lang;

  function address(id, rest) { return "/v1/jobs/" + encodeURIComponent(id) + rest + "?" + spoken; }

  function closed() {
    try { return JSON.parse(sessionStorage.getItem(CLOSED) || "[]"); } catch { return []; }
  }

  function close(line) {
    try { sessionStorage.setItem(CLOSED, JSON.stringify(closed().concat(line.dataset.jobId).slice(-20))); } catch { /* shown again then */ }
    line.remove();
    const strip = document.querySelector("aside.work");
    if (strip && !strip.querySelector(".job")) strip.remove();
  }

  function part(line, selector, hidden) {
    const found = line.querySelector(selector);
    if (found && hidden !== undefined) found.hidden = hidden;
    return found;
  }

  // Whether the job goes on.
  function tell(line, job) {
    const bar = part(line, "progress");
    const said = part(line, ".said");
    const open = job.state === "queued" || job.state === "running";
    line.className = "job " + job.state;
    if (!open) said.setAttribute("role", "status"); // the end is read out, each step is not
    said.textContent = job.said;
    if (job.total) { bar.max = job.total; bar.value = job.done; }
    bar.hidden = !open;
    if (!open) {
      part(line, ".cancel", true);
      part(line, ".close", false);
      part(line, ".changed", job.state !== "done");
    }
    return open;
  }

  function poll(line) {
    fetch(address(line.dataset.jobId, "")).then(function (answer) { return answer.json(); })
      .then(function (job) { if (!job.state || tell(line, job)) setTimeout(function () { poll(line); }, 5000); })
      .catch(function () { setTimeout(function () { poll(line); }, 10000); });
  }

  // A page that is not looked at holds no connection: a browser has six for a site.
  function follow(line) {
    let source = null;
    function stop() { if (source) source.close(); source = null; }
    function listen() {
      if (source || document.hidden) return;
      source = new EventSource(address(line.dataset.jobId, "/events"));
      source.addEventListener("job", function (event) {
        if (tell(line, JSON.parse(event.data))) return;
        document.removeEventListener("visibilitychange", turn);
        stop();
      });
      source.addEventListener("error", function () {
        if (!source || source.readyState !== EventSource.CLOSED) return; // it asks again by itself
        document.removeEventListener("visibilitychange", turn);
        stop();
        poll(line);
      });
    }
    function turn() { if (document.hidden) stop(); else listen(); }
    document.addEventListener("visibilitychange", turn);
    listen();
  }

  function cancel(line, button) {
    button.disabled = true;
    fetch(address(line.dataset.jobId, "/cancel"), { method: "POST" })
      .then(function (answer) { return answer.json(); })
      .then(function (job) { if (job.state) tell(line, job); button.hidden = true; })
      .catch(function () { button.disabled = false; });
  }

  for (const line of document.querySelectorAll("aside.work .job")) {
    const open = line.dataset.open !== undefined;
    if (!open && closed().includes(line.dataset.jobId)) { close(line); continue; }
    part(line, ".again", true);
    part(line, ".close", open).addEventListener("click", function () { close(line); });
    const button = part(line, ".cancel", false);
    if (button) button.addEventListener("click", function () { cancel(line, button); });
    if (open) follow(line);
  }
})();
