// Objects, strings and Maps for the collector; Buffers, clones, hashes and code, which malloc.
"use strict";
const zlib = require("zlib");
const crypto = require("crypto");

let x = 12345, sum = 0;
const rnd = (n) => Math.floor((x = (x * 1103515 + 12345) % 2147483648) / 2147483648 * n);

const words = new Map();
for (let i = 0; i < 600000; i++) {
	const w = "w" + (i * 7919) % 20011;
	words.set(w, (words.get(w) || "").slice(-20) + i);
}
for (const v of words.values()) sum += v.length;

let rows = [];
for (let i = 0; i < 40000; i++)
	rows.push({ id: i, name: "n" + i, tags: [1, 2, 3, 5, 7].map((k) => String(i % k)) });
for (let i = 0; i < 2; i++) {
	const text = JSON.stringify(rows);
	rows = structuredClone(JSON.parse(text));
	sum += text.length;
}

// Heavy-tailed sizes, replaced at random among 2000.
const held = Array.from({ length: 2000 }, () => Buffer.alloc(16));
for (let i = 0; i < 500000; i++) {
	const at = rnd(held.length), old = held[at];
	sum += old[0] + old[old.length - 1];
	const b = Buffer.allocUnsafeSlow(16 + rnd(64 << rnd(9)));
	b[0] = b[b.length - 1] = i & 255;
	held[at] = b;
}
for (let i = 0; i < 800; i++) {
	const text = Buffer.from(held.slice(i, i + 20).map((b) => b[0] + " of " + b.length).join().repeat(50));
	if (!zlib.inflateSync(zlib.deflateSync(text)).equals(text)) throw new Error("zlib");
	sum += crypto.createHash("sha256").update(text).digest()[0];
}
for (let i = 0; i < 12000; i++) {
	sum += new Function("a", `const f = (b) => b * ${i} % 7; return f(a) + /x${i}[a-c]+y/.test("x${i}aby");`)(i);
	sum += new URL(`http://h${i}.example/p/${i}?q=${i % 13}#f`).href.length;
}
console.log(sum);
