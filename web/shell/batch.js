// The same action on many rows: one request per row, so each has its own outcome; progress is shown and can be stopped.
import { text } from "./page.js";
import { post } from "./request.js";
import { toast } from "./toasts.js";

const AT_ONCE = 4;

const ticked = (table) => [...table.querySelectorAll('input[name="key"]:checked')];

function showSelection(table) {
  const bar = table.querySelector("[data-selection]");
  if (!bar) return;
  const count = ticked(table).length;
  bar.hidden = count === 0;
  const label = bar.querySelector("[data-count]");
  if (label) label.textContent = count;
}

async function run(table, url) {
  const boxes = ticked(table);
  const queue = [...boxes];
  const bar = table.querySelector("progress");
  const failed = [];
  let done = 0;
  let stopped = false;
  bar.hidden = false;
  bar.max = boxes.length;
  const stop = table.querySelector("[data-stop]");
  stop.hidden = false;
  stop.onclick = () => { stopped = true; };
  const worker = async () => {
    for (let box = queue.shift(); box && !stopped; box = queue.shift()) {
      try {
        await post(url.replace("{key}", box.value), {});
        box.checked = false;
      } catch (error) {
        failed.push(error.message);
      }
      bar.value = ++done;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  bar.hidden = stop.hidden = true;
  const counts = { done: done - failed.length, failed: failed.length, all: boxes.length };
  toast(failed.length ? `${text("batch_partly", counts)} ${failed[0]}` : text("batch_done", counts), failed.length ? "bad" : "good");
  showSelection(table);
}

export function startBatches() {
  document.addEventListener("change", (event) => {
    const table = event.target.closest?.("[data-batch]");
    if (!table) return;
    if (event.target.matches("[data-all]")) {
      for (const box of table.querySelectorAll('input[name="key"]')) box.checked = event.target.checked;
    }
    showSelection(table);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-batch-url]");
    if (button) run(button.closest("[data-batch]"), button.dataset.batchUrl);
  });
}
