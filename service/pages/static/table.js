// The table of the plan page: sort by column, find by name.
"use strict";

(function () {
  const table = document.getElementById("plan-table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);

  // The sort key of a row in a column.
  function keyOf(row, column) {
    const cell = row.cells[column];
    const key = cell.dataset.key;
    return key === undefined || key === "" || key === "None" ? null : Number(key);
  }

  function sortBy(heading) {
    const column = heading.cellIndex;
    const next = heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", next);
    const sign = next === "ascending" ? 1 : -1;
    const sorted = rows.slice().sort(function (a, b) {
      const left = keyOf(a, column);
      const right = keyOf(b, column);
      if (left === null || right === null) return (left === null) - (right === null) || place(a) - place(b);
      return sign * (left - right) || place(a) - place(b);
    });
    body.append(...sorted);
  }

  function place(row) {
    return Number(row.dataset.place);
  }

  for (const heading of table.tHead.rows[0].cells) {
    if (!heading.dataset.sort) continue;
    const name = heading.querySelector("span");
    const button = document.createElement("button");
    button.type = "button";
    button.title = table.dataset.sortBy + ": " + name.textContent;
    button.textContent = name.textContent;
    button.addEventListener("click", function () { sortBy(heading); });
    name.replaceWith(button);
  }

  const form = document.getElementById("filter");
  const find = document.getElementById("find");
  const found = document.getElementById("found");

  // 'xuat khau' finds 'Xuất khẩu': compare without diacritics.
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  }

  function filter() {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const name = plain(row.cells[0].textContent);
      const fits = words.every(function (word) { return name.includes(word); });
      row.hidden = !fits;
      if (!row.hidden) shown += 1;
    }
    found.textContent = found.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  find.addEventListener("input", filter);
})();
