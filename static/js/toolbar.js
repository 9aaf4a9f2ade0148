// A tick brings up the bar of actions. A row that the bar would cover is moved up, above it.

document.addEventListener("change", ({ target }) => {
  const row = target.checked && target.closest(".row");
  const bar = document.querySelector(".toolbar");
  if (!row || !bar) return;
  const { top, bottom } = row.getBoundingClientRect();
  const covered = bottom - bar.getBoundingClientRect().top;
  // Of a row that is higher than the room above the bar, the tick and the name stay in sight.
  if (covered > 0) scrollBy({ top: Math.min(covered, top) });
});
