/* <form data-passkey="get" data-options="/address"> asks the browser for a passkey ("create": to
   make one) before it is sent, with what the server wants signed. Without passkeys it stays
   hidden. */
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const words = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

  const asked = (options) => {
    const ready = { ...options, challenge: bytes(options.challenge) };
    if (options.user) {
      ready.user = { ...options.user, id: bytes(options.user.id) };
    }
    ready.excludeCredentials = known(options.excludeCredentials);
    ready.allowCredentials = known(options.allowCredentials);
    return ready;
  };

  const told = (credential) => {
    const { response } = credential;
    const parts = [
      "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle",
    ];
    const given = Object.fromEntries(
      parts.filter((name) => response[name]).map((name) => [name, words(response[name])]),
    );
    return JSON.stringify({
      id: credential.id,
      rawId: words(credential.rawId),
      type: credential.type,
      response: given,
      clientExtensionResults: {},
    });
  };

  const ask = async (form) => {
    const token = form.querySelector('[name="csrf"]')?.value;
    const headers = token ? { "X-CSRF-Token": token } : {};
    const answer = await fetch(form.dataset.options, { method: "POST", headers });
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    const options = { publicKey: asked(await answer.json()) };
    const make = form.dataset.passkey === "create";
    return make ? navigator.credentials.create(options) : navigator.credentials.get(options);
  };

  if (!window.PublicKeyCredential) {
    return;
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector("[data-problem]");
      problem.textContent = "";
      try {
        form.querySelector('[name="credential"]').value = told(await ask(form));
      } catch {
        problem.textContent = problem.dataset.problem;
        return;
      }
      form.submit();
    });
  }
})();
