// Forms that call the HTTP interface: fields are sent as JSON to `data-api`, the result is shown below.
// A button's `data-step` is added to the address; its `data-only` names the only field to send. A started job (`data-job`) is followed by the strip of long work.
"use strict";

(function () {
  const words = document.body.dataset;

  // What a typed number is, is said by the server alone: the same parser for pages, commands and files.
  function typed(field) { return field.type !== "hidden" && (field.dataset.type === "number" || field.dataset.type === "percent"); }

  function readingOf(field) {
    const asked = { text: field.value, unit: field.dataset.unit || "", decimals: field.dataset.decimals || "0", lang: document.documentElement.lang };
    return ask("/typed-number?" + new URLSearchParams(asked), {});
  }

  // Under the field stands what its text was read as, or why it cannot be read.
  function echo(field) {
    let place = field.nextElementSibling;
    if (!place || !place.classList.contains("read")) {
      place = document.createElement("output");
      place.className = "read";
      field.after(place);
    }
    const text = field.value;
    if (text.trim() === "") { place.textContent = ""; return; }
    readingOf(field).then(function (read) {
      if (field.value !== text) return;
      place.textContent = read.text;
      place.classList.toggle("bad", read.value === null);
    }).catch(function () { place.textContent = ""; });
  }

  // The numbers of a form by field; fails with what is wrong about the first that cannot be read.
  function numbersOf(form, only) {
    const fields = Array.from(form.elements).filter(function (field) {
      return field.name && !field.matches(":disabled") && typed(field) && field.value.trim() !== "" && (!only || field.name === only);
    });
    return Promise.all(fields.map(function (field) {
      return readingOf(field).then(function (read) {
        if (read.value === null) throw new Error(read.text);
        return [field, read.value];
      });
    })).then(function (pairs) { return new Map(pairs); });
  }

  function valueOf(field, numbers) {
    const text = field.value;
    if (typed(field)) {
      const value = numbers.get(field);
      return value === undefined || field.dataset.type === "number" ? value : value / 100;
    }
    if (field.dataset.type === "number") return text === "" ? undefined : Number(text);
    if (field.dataset.type === "lines") return text.split("\n").map(function (line) { return line.trim(); }).filter(Boolean);
    if (field.type === "checkbox") return field.checked;
    return text;
  }

  // 'changes.0.kpi' is the kpi of the first change; checkboxes of one name make a list.
  function put(content, name, value) {
    const path = name.split(".");
    let place = content;
    for (let depth = 0; depth < path.length - 1; depth += 1) {
      if (place[path[depth]] === undefined) place[path[depth]] = /^\d+$/.test(path[depth + 1]) ? [] : {};
      place = place[path[depth]];
    }
    place[path[path.length - 1]] = value;
  }

  function contentOf(form, only, numbers) {
    const content = {};
    const lists = {};
    for (const field of form.elements) {
      if (!field.name || field.matches(":disabled") || (only && field.name !== only)) continue;
      if (field.dataset.type === "list") {
        lists[field.name] = lists[field.name] || [];
        if (field.checked) lists[field.name].push(field.value);
        continue;
      }
      const value = valueOf(field, numbers);
      if (value !== undefined) put(content, field.name, value);
    }
    for (const name of Object.keys(lists)) put(content, name, lists[name]);
    return content;
  }

  // Show and enable the parts of a form, or of its `data-scope`, whose `data-when` lists the choice.
  function switchParts(choice) {
    for (const part of (choice.closest("[data-scope]") || choice.form).querySelectorAll("[data-when]")) {
      const fits = part.dataset.when.split(" ").includes(choice.value);
      part.hidden = !fits;
      part.disabled = !fits;
    }
  }

  function say(form, text, kind) {
    let place = form.nextElementSibling;
    if (!place || !place.classList.contains("said")) {
      place = document.createElement("p");
      place.setAttribute("role", "status");
      form.after(place);
    }
    place.className = "said notice " + kind;
    place.textContent = text;
    return place;
  }

  function ask(address, options) {
    return fetch(address, options).then(function (answer) {
      return answer.text().then(function (text) {
        const content = text ? JSON.parse(text) : {};
        if (!answer.ok) throw new Error(content.text || content.detail || content.title || String(answer.status));
        return content;
      });
    });
  }

  function spoken(address) { return address + "?lang=" + document.documentElement.lang; }

  // A form with files sends them as multipart; its other fields go into the query.
  function requestOf(form, button, numbers) {
    if (form.dataset.files === undefined) {
      const step = button && button.dataset.step ? "/" + button.dataset.step : "";
      const body = JSON.stringify(contentOf(form, button && button.dataset.only, numbers));
      return [spoken(form.dataset.api + step), { method: "POST", headers: { "Content-Type": "application/json" }, body: body }];
    }
    const query = new URLSearchParams(form.dataset.query);
    const files = new FormData();
    for (const field of form.elements) {
      if (field.type === "file") for (const file of field.files) files.append("file", file);
      else if (field.name && field.value) query.set(field.name, field.value);
    }
    query.set("lang", document.documentElement.lang);
    return [form.dataset.api + "?" + query, { method: "POST", body: files }];
  }

  function send(event) {
    event.preventDefault();
    const form = event.target;
    const button = event.submitter;
    say(form, words.waiting, "");
    if (button) button.disabled = true;
    numbersOf(form, button && button.dataset.only)
      .then(function (numbers) {
        const request = requestOf(form, button, numbers);
        return ask(request[0], request[1]);
      })
      .then(function (content) {
        if (form.dataset.job !== undefined) { // the strip at the head of every page tells how far it is
          window.scrollTo(0, 0);
          location.reload();
          return undefined;
        }
        say(form, words.sent, "good");
        const next = form.dataset.next ? form.dataset.next.replace("{id}", content.id) : "";
        if (next) location.assign(next);
        else location.reload();
        return undefined;
      })
      .catch(function (error) { say(form, words.failed + " " + error.message, "bad"); })
      .finally(function () { if (button) button.disabled = false; });
  }

  for (const choice of document.querySelectorAll("[data-switches]")) {
    choice.addEventListener("change", function () { switchParts(choice); });
    switchParts(choice);
  }
  for (const field of document.querySelectorAll("input[data-type]")) {
    if (!typed(field)) continue;
    let waiting = 0;
    field.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(function () { echo(field); }, 250); });
    field.addEventListener("change", function () { echo(field); });
  }
  for (const form of document.querySelectorAll("form[data-api]")) form.addEventListener("submit", send);
})();
