// The call desk: hot keys, the fields that an outcome asks for, the clock of a task, and news for the supervisor.
// Every page works without it; it writes no markup, only text and states of what is there.
"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  root.classList.add("scripted");

  // --- hot keys; they can be switched off, and are silent while somebody types
  const STORED = "desk-keys";
  const keysAreOn = () => {
    try { return localStorage.getItem(STORED) !== "off"; } catch { return true; }
  };
  const showKeys = () => {
    const on = keysAreOn();
    root.classList.toggle("keys-off", !on);
    const button = byId("keys-switch");
    if (button) button.textContent = on ? button.dataset.off : button.dataset.on;
  };
  const types = (target) =>
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])"));
  const openKeys = () => { const dialog = byId("keys"); if (dialog && !dialog.open) dialog.showModal(); };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (!keysAreOn() || types(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); openKeys(); return; }
    const key = event.key.toLowerCase();
    const found = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key && each.offsetParent !== null);
    if (!found) return;
    event.preventDefault();
    if (found.matches("textarea")) found.focus();
    else found.click();
    if (found.matches("input[type=radio]")) firstToFill(found).focus();
  });

  // --- the fields of an outcome
  const arrange = () => {
    const form = byId("report");
    if (!form) return;
    const chosen = form.querySelector("[name=outcome]:checked");
    const needs = new Set(chosen ? chosen.dataset.needs.split(" ").filter(Boolean) : []);
    const escalates = form.elements.next_action?.value === "escalate";
    if (escalates) needs.add("note");
    const shown = new Set(needs.has("amount") || chosen?.value === "dispute" ? ["invoices"] : []);
    if (chosen && "many" in chosen.dataset) needs.add("contact_class");
    for (const field of form.querySelectorAll("[data-field]")) {
      const needed = needs.has(field.dataset.field);
      field.hidden = "conditional" in field.dataset && !needed && !shown.has(field.dataset.field);
      field.classList.toggle("needed", needed);
      const input = field.querySelector(`#f-${field.dataset.field}`);
      if (input) input.setAttribute("aria-required", String(needed));
    }
    const who = form.querySelector("[data-field=contact_class]");
    if (who) who.hidden = Boolean(chosen) && !needs.has("contact_class") && !who.querySelector("[aria-invalid]");
  };
  const firstToFill = (radio) => {
    const field = [...radio.form.querySelectorAll(".needed")].find((each) => !each.hidden);
    const input = field?.querySelector("input, select, textarea");
    return input ?? radio.form.querySelector("[data-submits]") ?? radio;
  };
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLElement && event.target.closest("#report")) arrange();
  });

  // --- the clock of a task: it counts down, and what is in call is renewed while the page is open
  const SOON_S = 30;
  const ends = new WeakMap();
  const tick = () => {
    const lease = byId("lease");
    if (!lease) return;
    const given = Number(lease.dataset.left);
    if (!ends.has(lease)) ends.set(lease, { at: Date.now() + given * 1000, told: false, asked: 0 });
    const state = ends.get(lease);
    const left = Math.max(0, Math.ceil((state.at - Date.now()) / 1000));
    const clock = lease.querySelector(".clock");
    if (clock) clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const renews = "renews" in lease.dataset;
    if (!renews && left <= SOON_S && left > 0 && !state.told) {
      state.told = true;
      lease.classList.add("soon");
      tell(byId("live").dataset.soon.replace("{seconds}", String(left)));
    }
    const due = renews ? left <= given / 2 : left === 0;
    if (due && Date.now() - state.asked > 5000) {
      state.asked = Date.now();
      byId("renew").requestSubmit();
    }
  };
  const tell = (text) => { const live = byId("live"); if (live) live.textContent = text; };

  // --- answers: what is refused is shown as the page says it; what is no page of the desk is opened as it is
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    if (xhr.status === 401) return;
    if (pathInfo.requestPath === NOW && !showsOverview()) { event.detail.shouldSwap = false; return; }
    if (!/ id="(desk|lease)"/.test(xhr.responseText)) {
      event.detail.shouldSwap = false;
      if (xhr.status < 500) location.assign(location.pathname);
      else tell(byId("live")?.dataset.offline ?? "");
      return;
    }
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  document.addEventListener("htmx:sendError", () => tell(byId("live")?.dataset.offline ?? ""));

  // --- news for the supervisor: the stream says that something changed, the page is then asked for anew
  // A form that is being filled in stays; when it is sent, the overview comes with the answer.
  const NOW = "/desk/overview/now";
  const showsOverview = () => document.querySelector("#desk.overview") !== null;
  const refresh = () => {
    if (!showsOverview()) return;
    htmx.ajax("GET", NOW, { target: "#desk", select: "#desk", swap: "outerHTML show:none" });
  };
  const follow = () => {
    if (!document.querySelector("[data-events]") || !window.EventSource) return;
    const shown = (fresh) => {
      const line = byId("line");
      if (!line) return;
      line.textContent = fresh ? line.dataset.fresh : line.dataset.stale;
      line.classList.toggle("stale", !fresh);
    };
    const stream = new EventSource("/desk/events");
    stream.addEventListener("open", () => shown(true));
    stream.addEventListener("changed", refresh);
    stream.addEventListener("over", () => { stream.close(); shown(false); });
    stream.addEventListener("error", () => shown(false));
    window.addEventListener("pagehide", () => stream.close());
  };

  const settle = () => { showKeys(); arrange(); tick(); const open = byId("keys-open"); if (open) open.hidden = false; };
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if (button.id === "keys-open") openKeys();
    if (button.id === "keys-close") byId("keys").close();
    if (button.id === "keys-switch") {
      try { localStorage.setItem(STORED, keysAreOn() ? "off" : "on"); } catch { /* a browser that keeps nothing keeps them on */ }
      showKeys();
    }
  });
  settle();
  follow();
  setInterval(tick, 1000);
})();
