// The what-if page: further changes of a new scenario stand ready, and are sent only once they are asked for.
"use strict";

(function () {
  for (const button of document.querySelectorAll("button[data-more]")) {
    button.addEventListener("click", function () {
      const waiting = button.form.querySelectorAll("fieldset.change[hidden]");
      if (!waiting.length) return;
      waiting[0].hidden = false;
      waiting[0].disabled = false;
      waiting[0].querySelector("select").focus();
      button.hidden = waiting.length === 1;
    });
  }
})();
