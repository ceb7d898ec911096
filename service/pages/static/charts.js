// Replaces each chart's picture with the same chart made interactive.
"use strict";

(function () {
  const NARROW = 640;

  // The page shows title, unit and vintage itself; panels fill the available width.
  function fit(spec, width) {
    const inner = Math.max(180, Math.min(900, width - (width < NARROW ? 150 : 190)));
    delete spec.title;
    for (const panel of spec.vconcat || [spec]) {
      if (panel.width === undefined || typeof panel.width === "number") panel.width = inner;
    }
    spec.padding = 2;
    if (width < NARROW) {
      const config = (spec.config = spec.config || {});
      config.legend = Object.assign({}, config.legend, { columns: 2 });
      config.title = Object.assign({}, config.title, { fontSize: 11 });
    }
    return spec;
  }

  function draw(figure) {
    const holder = figure.querySelector(".drawing");
    return fetch(figure.dataset.spec, { headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (spec) {
        const place = document.createElement("div");
        // `ast` interprets expressions: the page's policy forbids eval
        const options = { actions: false, ast: true, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true } };
        holder.hidden = true;
        holder.after(place);
        return window.vegaEmbed(place, fit(spec, figure.clientWidth), options).then(function () {
          const drawn = place.querySelector("svg");
          drawn.setAttribute("role", "img");
          drawn.setAttribute("aria-label", holder.querySelector("img").alt);
          // Vega's labels of single marks are noise for screen readers; the table has the figures
          for (const child of drawn.children) child.setAttribute("aria-hidden", "true");
          figure.dataset.drawn = "yes";
        });
      })
      .catch(function () { holder.hidden = false; figure.dataset.drawn = "no"; });
  }

  // What is folded away has no width yet: it is drawn when it is opened.
  for (const figure of document.querySelectorAll("figure[data-spec]")) {
    const folded = figure.closest("details:not([open])");
    if (folded) folded.addEventListener("toggle", function () { draw(figure); }, { once: true });
    else draw(figure);
  }
})();
