// Parts of a page that are open on a laptop and folded on a phone, where the answer comes first.
// Without scripts they stay open; on paper they are open.
"use strict";

(function () {
  const parts = document.querySelectorAll("details.fold");

  function openAsked() {
    for (const part of parts) if (location.hash === "#" + part.id && part.id) part.open = true;
  }

  if (window.matchMedia("screen and (max-width: 760px)").matches) {
    for (const part of parts) part.open = false;
  }
  openAsked();
  window.addEventListener("hashchange", openAsked);
  window.addEventListener("beforeprint", function () {
    for (const part of parts) part.open = true;
  });
})();
