/* What pages do beyond forms: they all work without it. Nothing here reads or keeps personal data. */
"use strict";

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/* After a form was refused, take the reader to what is wrong. */
document.querySelector("[data-focus]")?.focus();

/* <form data-confirm="..."> asks once more before it is sent. */
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
  }
});

/* <time data-until="ISO"> counts the seconds left, politely: the words change each second, what is
   read aloud only every ten. */
const startClocks = (root) => {
  for (const clock of root.querySelectorAll("[data-until]")) {
    const end = Date.parse(clock.dataset.until);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      clock.textContent = `${left} s`;
      if (left === 0 || !clock.isConnected) {
        clearInterval(timer);
        clock.dispatchEvent(new CustomEvent("over", { bubbles: true }));
      }
    };
    const timer = setInterval(tick, 1000);
    tick();
  }
};
startClocks(document);

/* <div data-live="/address"> is kept as the server's events say: each holds the new inside. Whoever
   is on a button or link with an id stays on it; what [data-summary] in it says is repeated in the
   element that data-told names, which is read aloud. */
for (const place of document.querySelectorAll("[data-live]")) {
  const events = new EventSource(place.dataset.live);
  events.addEventListener("show", (event) => {
    const at = place.contains(document.activeElement) ? document.activeElement.id : "";
    place.innerHTML = event.data; // made and escaped by this service's own templates
    startClocks(place);
    if (at) {
      document.getElementById(at)?.focus();
    }
    const told = document.getElementById(place.dataset.told ?? "");
    const words = place.querySelector("[data-summary]")?.textContent ?? "";
    if (told && told.textContent !== words) {
      told.textContent = words;
    }
  });
  events.addEventListener("end", () => {
    events.close();
    if (place.dataset.reload !== undefined) {
      window.location.reload();
    }
  });
}

/* <form data-upload> with a file input: each file goes on its own, with its progress, and files can
   be dropped onto it. Its words stand on the form, where they can be translated: data-looking,
   data-added, data-refused, data-show. */
for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector('input[type="file"]');
  const list = document.createElement("ul");
  list.className = "uploads";
  list.setAttribute("aria-live", "polite");
  form.append(list);

  const send = (file) =>
    new Promise((done) => {
      const row = document.createElement("li");
      const words = document.createElement("span");
      const bar = document.createElement("progress");
      words.textContent = file.name;
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      row.append(words, bar);
      list.append(row);
      const call = new XMLHttpRequest();
      call.open("POST", form.action);
      call.setRequestHeader("X-CSRF-Token", token());
      call.upload.addEventListener("progress", (event) => {
        bar.value = event.lengthComputable ? event.loaded / event.total : 0;
      });
      call.upload.addEventListener("load", () => {
        words.textContent = `${file.name}: ${form.dataset.looking}`;
        bar.removeAttribute("value");
      });
      call.addEventListener("loadend", () => {
        const good = call.status >= 200 && call.status < 400;
        bar.remove();
        row.className = good ? "good" : "bad";
        const told = new DOMParser().parseFromString(call.responseText, "text/html");
        const why = told.querySelector("[role=alert] li, main p")?.textContent ?? "";
        const said = good ? form.dataset.added : `${form.dataset.refused} ${why}`;
        words.textContent = `${file.name}: ${said}`;
        done(good);
      });
      const body = new FormData();
      body.append("csrf", token());
      for (const field of form.querySelectorAll("input:not([type=file]), select")) {
        const left = field.type === "checkbox" && !field.checked;
        if (field.name && field.name !== "csrf" && !left) {
          body.append(field.name, field.value);
        }
      }
      body.append("file", file);
      call.send(body);
    });

  const sendAll = async (files) => {
    let good = true;
    for (const file of files) {
      good = (await send(file)) && good;
    }
    if (good) {
      window.location.reload();
    } else if (list.querySelector(".good")) {
      const row = document.createElement("li");
      const again = document.createElement("a");
      again.href = window.location.pathname;
      again.textContent = form.dataset.show;
      row.append(again);
      list.append(row);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendAll([...input.files]);
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    sendAll([...event.dataTransfer.files]);
  });
}
