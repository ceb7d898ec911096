// The proof of work that logging in asks for after many failures: a number for which
// SHA-256 of "challenge:number" begins with so many zero bits. In plain script, since
// browsers offer SHA-256 over TLS only.
"use strict";

(function (root) {
  const K = [];
  const START = [];
  for (let n = 2; K.length < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (START.length < 8) START.push((Math.sqrt(n) % 1) * 4294967296 | 0);
    K.push((Math.cbrt(n) % 1) * 4294967296 | 0);
  }

  // SHA-256 of one block: an ASCII text of at most 55 letters; its first 32 bits.
  const w = new Int32Array(64);
  function firstBits(text) {
    w.fill(0, 0, 16);
    for (let i = 0; i < text.length; i += 1) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    w[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
    w[15] = text.length * 8;
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
      const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let i = 0; i < 64; i += 1) {
      const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      const t1 = h + s1 + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
      h = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
    }
    return a + START[0] >>> 0;
  }

  // `count` tries from `from` on: the proof, or undefined.
  function prove(challenge, bits, from, count) {
    for (let n = from; n < from + count; n += 1) {
      if (firstBits(challenge + ":" + n) >>> 32 - bits === 0) return String(n);
    }
    return undefined;
  }

  if (typeof document === "undefined") { root.prove = prove; return; }
  for (const form of document.querySelectorAll("form[data-challenge]")) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      function step(from) {
        const proof = prove(form.dataset.challenge, Number(form.dataset.bits), from, 20000);
        if (proof === undefined) { setTimeout(step, 0, from + 20000); return; }
        form.elements.proof.value = proof;
        form.submit();
      }
      step(0);
    });
  }
})(typeof globalThis === "undefined" ? this : globalThis);
