// Charts of a page: each figure's picture gives way to the same chart that answers to the pointer.
"use strict";

(function () {
  const NARROW = 640;

  // The page says title, unit and vintage itself; panels get the width that there is.
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
        // `ast` keeps to interpreted expressions: the page allows no code made from text
        const options = { actions: false, ast: true, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true } };
        holder.hidden = true;
        holder.after(place);
        return window.vegaEmbed(place, fit(spec, figure.clientWidth), options).then(function () {
          const drawn = place.querySelector("svg");
          drawn.setAttribute("role", "img");
          drawn.setAttribute("aria-label", holder.querySelector("img").alt);
          // what Vega says of every mark is noise to a reader; the table below says it better
          for (const child of drawn.children) child.setAttribute("aria-hidden", "true");
          figure.dataset.drawn = "yes";
        });
      })
      .catch(function () { holder.hidden = false; figure.dataset.drawn = "no"; });
  }

  for (const figure of document.querySelectorAll("figure[data-spec]")) draw(figure);
})();
